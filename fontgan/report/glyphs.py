"""Drawn characters as files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from fontgan.drawing.drawing import MOST_ON_SHEET, Drawing
from fontgan.fonts.charset import code_point_name
from fontgan.sheet import save_png


@dataclass(frozen=True)
class Saved:
    """What was saved of a drawing.

    Attributes:
        paths: the sheet, and the folder with the images unless there is only the sheet.
        drawn: the number of characters that were drawn.
        lacking: the characters among those before the last one drawn that no content font has.
    """

    paths: list[Path]
    drawn: int
    lacking: list[int]


def save_drawing(parts: Iterable[Drawing], output: Path, writes: bool = True) -> Saved:
    """Write a PNG of each character as the parts come, and a sheet once the characters on it are drawn.

    If `output` is a PNG itself, it is the sheet, and no more is drawn than it shows.

    Args:
        parts: of a drawing, as `Drawer.parts` draws them.
        output: a folder, or a PNG.
        writes: whether this process writes; of several that draw together, one does.

    Raises:
        FontganError: a file cannot be written, or a part cannot be drawn.
    """
    alone = is_sheet(output)
    sheet, folder = (output, output.parent) if alone else (output / "sheet.png", output / "glyphs")
    first: list[Drawing] = []
    lacking: list[int] = []
    drawn = 0
    for part in parts:
        if writes and not alone:
            _save_glyphs(part, folder)
        if drawn < MOST_ON_SHEET:
            first.append(part)
        drawn += len(part)
        lacking += part.lacking
        if first and drawn >= MOST_ON_SHEET:
            _save_sheet(first, sheet, writes)
            first = []
            if alone:
                break
    if first:
        _save_sheet(first, sheet, writes)
    return Saved([sheet] if alone else [sheet, folder], drawn, lacking)


def is_sheet(output: Path) -> bool:
    """Whether an output is a sheet alone, not a folder."""
    return output.suffix.lower() == ".png"


def _save_sheet(parts: list[Drawing], path: Path, writes: bool) -> None:
    if writes:
        save_png(path, Drawing.together(parts).sheet())


def _save_glyphs(part: Drawing, folder: Path) -> None:
    for code, image in zip(part.codes, part.images, strict=True):
        save_png(folder / f"{code_point_name(code)}.png", Image.fromarray(image))

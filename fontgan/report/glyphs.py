"""Generated characters as files."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from fontgan.drawing.generate import Generated
from fontgan.fonts.charset import code_point_name
from fontgan.report.sheet import COLUMNS, Row, save_png, save_sheet

MOST_ON_SHEET = 20 * COLUMNS


def save_generated(drawn: Generated, output: Path) -> list[Path]:
    """Write a sheet of the characters, and a PNG for each where `output` is no PNG itself.

    A sheet has at most `MOST_ON_SHEET` characters, the first ones, so that it can be looked at.

    Returns what to look at: the sheet, and the folder of the single glyphs.
    """
    single = output.suffix.lower() == ".png"
    sheet = output if single else output / "sheet.png"
    record = drawn.record
    title = f"{record.model}: {drawn.drawn_from} to {drawn.drawn_like}, {record.step:,} steps"
    if drawn.cleaning != "none":
        title += f", cleaned ({drawn.cleaning})"
    shown = drawn.codes[:MOST_ON_SHEET]
    if len(shown) < len(drawn.codes):
        title += f", the first {len(shown)} of {len(drawn.codes):,} characters"
    rows = [
        Row("content", list(drawn.content[: len(shown)])),
        Row("generated", list(drawn.pictures[: len(shown)])),
        Row("true", drawn.truth[: len(shown)]),
    ]
    save_sheet(sheet, title, [_label(drawn, code) for code in shown], rows, record.size)
    if single:
        return [sheet]
    folder = output / "glyphs"
    for code, picture in zip(drawn.codes, drawn.pictures, strict=True):
        save_png(folder / f"{code_point_name(code)}.png", Image.fromarray(picture))
    return [sheet, folder]


def _label(drawn: Generated, code: int) -> str:
    """The code point, and whether the true glyph below was learnt from: what was is no proof of skill."""
    return code_point_name(code) + (" learnt" if code in drawn.learnt else "")

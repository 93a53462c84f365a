"""Drawn characters as files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from fontgan.drawing.drawing import Drawing
from fontgan.fonts.charset import code_point_name
from fontgan.report.sheet import COLUMNS, Row, save_png, save_sheet

MOST_ON_SHEET = 20 * COLUMNS


def save_drawing(drawing: Drawing, output: Path) -> list[Path]:
    """Write a sheet of the characters, and a PNG of each unless `output` is a PNG itself.

    A sheet has at most `MOST_ON_SHEET` characters, the first ones, so that it can be looked at.

    Returns what to look at: the sheet, and the folder of the single glyphs.
    """
    single = output.suffix.lower() == ".png"
    sheet = output if single else output / "sheet.png"
    record = drawing.record
    title = f"{record.model}: {drawing.drawn_from} to {drawing.drawn_like}, {record.step:,} steps"
    if drawing.cleaning != "none":
        title += f", cleaned ({drawing.cleaning})"
    shown = drawing.codes[:MOST_ON_SHEET]
    if len(shown) < len(drawing):
        title += f", the first {len(shown)} of {len(drawing):,} characters"
    rows = [
        *content_rows(drawing.content[: len(shown)]),
        Row("generated", list(drawing.images[: len(shown)])),
        Row("true", drawing.truth[: len(shown)]),
    ]
    save_sheet(sheet, title, [_label(drawing, code) for code in shown], rows, record.size)
    if single:
        return [sheet]
    folder = output / "glyphs"
    for code, image in zip(drawing.codes, drawing.images, strict=True):
        save_png(folder / f"{code_point_name(code)}.png", Image.fromarray(image))
    return [sheet, folder]


def content_rows(content: np.ndarray) -> list[Row]:
    """A row for each content font of images, uint8 (n, channels, size, size)."""
    channels = content.shape[1]
    names = ["content"] if channels == 1 else [f"content {number}" for number in range(1, channels + 1)]
    return [Row(name, list(content[:, channel])) for channel, name in enumerate(names)]


def _label(drawing: Drawing, code: int) -> str:
    """The code point, and whether training learnt from the true glyph: then it proves nothing."""
    return code_point_name(code) + (" learnt" if code in drawing.learnt else "")

"""Drawn characters as files."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from fontgan.drawing.drawing import Drawing
from fontgan.fonts.charset import code_point_name
from fontgan.sheet import save_png


def save_drawing(drawing: Drawing, output: Path) -> list[Path]:
    """Write a sheet of the characters, and a PNG of each unless `output` is a PNG itself.

    Returns the paths of the sheet and of the folder with the images.
    """
    single = output.suffix.lower() == ".png"
    sheet = output if single else output / "sheet.png"
    save_png(sheet, drawing.sheet())
    if single:
        return [sheet]
    folder = output / "glyphs"
    for code, image in zip(drawing.codes, drawing.images, strict=True):
        save_png(folder / f"{code_point_name(code)}.png", Image.fromarray(image))
    return [sheet, folder]

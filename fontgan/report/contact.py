"""Contact sheets: what a font or a dataset looks like at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from fontgan.fonts.charset import code_point_name
from fontgan.sheet import COLUMNS, Row, draw_sheet, save_sheet

GLYPHS = 5 * COLUMNS  # on the sheet of a font
SIZE = 128  # of its glyph images, in pixels


def save_font_sheet(path: Path, family: str, glyphs: Mapping[int, np.ndarray], drawn: int) -> None:
    """Some glyphs of a font as a PNG.

    Args:
        path: of the PNG.
        family: the name of the font.
        glyphs: glyph images by code point, uint8 (SIZE, SIZE).
        drawn: the number of characters that the font draws.
    """
    title = f"{family}: {len(glyphs)} of {drawn:,} characters"
    save_sheet(path, title, _names(glyphs), [Row("", list(glyphs.values()))], SIZE)


def store_sheet(name: str, size: int, faces: Sequence[tuple[str, Mapping[int, np.ndarray]]]) -> Image.Image:
    """Some characters of a dataset in each of its faces.

    Args:
        name: of the dataset.
        size: of its glyph images, in pixels.
        faces: a face's name and its glyph images by code point, uint8 (size, size).
    """
    codes = sorted({code for _, glyphs in faces for code in glyphs})
    rows = [Row(face, [glyphs.get(code) for code in codes]) for face, glyphs in faces]
    return draw_sheet(f"{name}: {len(codes)} characters at {size} px", _names(codes), rows, size)


def _names(codes: Mapping[int, np.ndarray] | Sequence[int]) -> list[str]:
    return [code_point_name(code) for code in codes]

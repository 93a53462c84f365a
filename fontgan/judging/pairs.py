"""Content glyphs beside what is judged: the style's own glyphs, and what was drawn."""

from __future__ import annotations

import numpy as np

from fontgan.drawing.drawer import Drawer
from fontgan.drawing.drawing import Drawing
from fontgan.drawing.fonts import first_glyph
from fontgan.fonts.charset import is_han, scattered

_TRIED = 4  # characters for each that is wanted: the content font may lack many


def content_glyphs(part: Drawing) -> np.ndarray:
    """The content glyph of each character, uint8 (n, size, size): of stacked ones the first that is there."""
    first = [next(place for place, font in enumerate(fonts) if font) for fonts in part.fonts]
    return part.content[np.arange(len(part)), first]


def own_glyphs(drawer: Drawer, most: int) -> tuple[list[int], np.ndarray, np.ndarray]:
    """Characters that the style and the content have, and their glyph images in both.

    Args:
        drawer: whose fonts are meant.
        most: characters; Chinese ones alone, if there are any.

    Returns:
        The code points, and the glyphs of the content and of the style, uint8 (n, size, size).
    """
    canvas = drawer.record.canvas
    mapped = scattered({code for font in drawer.styles for code in font.source.mapped()})
    codes: list[int] = []
    pairs: list[tuple[np.ndarray, np.ndarray]] = []
    for code in ([code for code in mapped if is_han(code)] or mapped)[: _TRIED * most]:
        found = first_glyph(drawer.contents, code, canvas), first_glyph(drawer.styles, code, canvas)
        if found[0] and found[1]:
            codes.append(code)
            pairs.append((found[0][1], found[1][1]))
        if len(codes) == most:
            break
    empty = np.zeros((0, canvas.size, canvas.size), np.uint8)
    content, own = (np.stack([pair[side] for pair in pairs]) if pairs else empty for side in (0, 1))
    return codes, content, own

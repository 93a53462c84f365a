"""Content glyphs: one of each character, beside what is judged, and beside the style's own glyphs."""

from __future__ import annotations

import numpy as np

from fontgan.drawing.drawer import Drawer
from fontgan.fonts.charset import is_han, scattered

_TRIED = 4  # characters for each that is wanted: the content font may lack many


def plain_content(content: np.ndarray) -> np.ndarray:
    """One content glyph of each character: uint8 (n, channels, size, size) to (n, size, size).

    Of stacked fonts the first that has the character; the channels of the others are blank.
    """
    first = (content < 255).any((2, 3)).argmax(1)
    plain: np.ndarray = content[np.arange(len(content)), first]
    return plain


def own_glyphs(drawer: Drawer, most: int) -> tuple[list[int], np.ndarray, np.ndarray]:
    """Characters that the style and the content have, and their glyph images in both.

    Args:
        drawer: whose fonts are meant.
        most: characters; Chinese ones alone, if there are any.

    Returns:
        The code points, and the glyphs of the content and of the style, uint8 (n, size, size).
    """
    mapped = scattered({code for font in drawer.styles for code in font.source.mapped()})
    codes: list[int] = []
    pairs: list[tuple[np.ndarray, np.ndarray]] = []
    for code in ([code for code in mapped if is_han(code)] or mapped)[: _TRIED * most]:
        content, own = drawer.content_of(code), drawer.true_glyph(code)
        if content is not None and own is not None:
            codes.append(code)
            pairs.append((plain_content(content[None])[0], own))
        if len(codes) == most:
            break
    size = drawer.record.size
    glyphs = np.array(pairs, np.uint8).reshape(len(pairs), 2, size, size)
    return codes, glyphs[:, 0], glyphs[:, 1]

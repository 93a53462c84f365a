"""Glyph images for pages and sheets: packed as `data:`, and with colours laid on them."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping

import numpy as np
from PIL import Image

from fontgan.fonts.canvas import Canvas

# Red, blue and green that people who confuse red and green tell apart: Okabe and Ito 2008, «Color Universal
# Design».
MISSING, EXTRA, ACTIVE = (213, 94, 0), (0, 114, 178), (0, 158, 115)
_PALE = 0.35  # of the ink of a glyph that something else is drawn on
_STRENGTH = 0.65  # of the colour where it is certain that something is wrong

Colour = tuple[int, int, int]


def data_url(picture: np.ndarray | Image.Image) -> str:
    """A picture as the address of an <img>: a PNG in it.

    Args:
        picture: uint8 (height, width) or (height, width, 3), or of Pillow.
    """
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    packed = io.BytesIO()
    image.save(packed, format="PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(packed.getvalue()).decode()}"


def svg_url(drawing: str) -> str:
    """An SVG as the address of an <img>, in which nothing of it runs."""
    return f"data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()}"


def marked(image: np.ndarray, missing: np.ndarray, extra: np.ndarray, canvas: Canvas) -> np.ndarray:
    """A glyph image with what is wrong in colour: orange where ink is missing, blue where it is too much.

    Args:
        image: uint8 (size, size), 0 = ink, 255 = paper.
        missing: the probability that ink is missing in each cell of the em box, (16, 16).
        extra: the same for ink that should not be there.
        canvas: of the image.

    Returns:
        uint8 (size, size, 3).
    """
    cells = {MISSING: missing, EXTRA: extra}
    return _coloured(image, {colour: _STRENGTH * _spread(each, canvas) for colour, each in cells.items()})


def difference(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """A glyph, pale, with what disappears in orange and what appears in blue: uint8 (size, size, 3).

    Args:
        before: uint8 (size, size), 0 = ink.
        after: likewise.
    """
    change = (after.astype(np.float32) - before) / 255
    return _coloured(_pale(before), {MISSING: change.clip(0, 1), EXTRA: (-change).clip(0, 1)})


def activity(glyph: np.ndarray, active: np.ndarray) -> np.ndarray:
    """A glyph, pale, with the places in green where something is active: uint8 (size, size, 3).

    Args:
        glyph: uint8 (size, size), 0 = ink.
        active: how active, float (size, size) in [0, 1].
    """
    return _coloured(_pale(glyph), {ACTIVE: active})


def _coloured(glyph: np.ndarray, strengths: Mapping[Colour, np.ndarray]) -> np.ndarray:
    """Greys, (size, size), with colours laid on them, each as strongly as its (size, size) in [0, 1] says."""
    picture = np.repeat(glyph[..., None].astype(np.float64), 3, axis=2)
    for colour, strength in strengths.items():
        picture += strength[..., None] * (np.array(colour) - picture)
    return np.rint(picture).clip(0, 255).astype(np.uint8)


def _pale(glyph: np.ndarray) -> np.ndarray:
    pale: np.ndarray = 255 - _PALE * (255.0 - glyph)
    return pale


def _spread(cells: np.ndarray, canvas: Canvas) -> np.ndarray:
    """The cells of the em box as pixels of the canvas, (size, size)."""
    edge = round(canvas.margin * canvas.pixels_per_em)
    inner = canvas.size - 2 * edge
    picture = Image.fromarray(cells.astype(np.float32)).resize((inner, inner), Image.Resampling.BILINEAR)
    return np.pad(np.asarray(picture), edge)

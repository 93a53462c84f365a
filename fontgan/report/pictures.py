"""Glyph images for pages and sheets: packed as `data:`, and with colours laid on them."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from fontgan.report.doubts import EXTRA, MISSING

PALE = 0.35  # of the ink of a glyph that something is drawn on


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


def difference(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """A glyph, pale, with what disappears in orange and what appears in blue: uint8 (size, size, 3).

    Args:
        before: uint8 (size, size), 0 = ink.
        after: likewise.
    """
    change = (after.astype(np.float32) - before) / 255
    return tinted(before, {MISSING: change.clip(0, 1), EXTRA: (-change).clip(0, 1)})


def tinted(glyph: np.ndarray, tints: dict[tuple[int, int, int], np.ndarray]) -> np.ndarray:
    """A glyph, pale, with colours laid on it: uint8 (size, size, 3).

    Args:
        glyph: uint8 (size, size), 0 = ink.
        tints: masks by colour, float (size, size) in [0, 1].
    """
    picture = np.repeat(255 - PALE * (255.0 - glyph[..., None]), 3, axis=2)
    for colour, mask in tints.items():
        picture += mask[..., None] * (np.array(colour) - picture)
    return np.rint(picture).clip(0, 255).astype(np.uint8)

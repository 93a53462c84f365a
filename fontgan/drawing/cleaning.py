"""Filters that clean glyph images after drawing, by pixels alone, without knowing the character."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from fontgan.config.settings import Cleaning

_MEDIAN = (ImageFilter.MedianFilter(3),)
# Ink is dark: the brightest neighbour takes ink away, the darkest one gives it back.
_OPENING = (ImageFilter.MaxFilter(3), ImageFilter.MinFilter(3))

_ALL_INK, _ALL_PAPER = 64, 191  # from here on, and up to there


def clean(pictures: np.ndarray, kind: Cleaning) -> np.ndarray:
    """The images, uint8 (n, size, size), 0 = ink, 255 = paper, cleaned: a new array of the same kind.

    `none` leaves them as they are. `median` gives each pixel the median of the 3×3 about it: specks and
    holes of up to four pixels go, but so do strokes of one pixel, and corners are rounded. `opening` takes
    from the ink what no 3×3 square of ink covers (Serra 1982; on grey images, by brightness): specks of
    up to two pixels across go, strokes of three or more stay, holes stay. `levels` makes all ink of what is
    at least three quarters ink, all paper of what is three quarters paper, and stretches what lies between:
    edges become steeper and faint grey goes, but unlike a threshold it leaves the edges grey levels, from
    which a tracer finds where in a pixel they run. Beyond the border, the border pixels are repeated.
    """
    if kind == "levels":
        return np.take(_levels(), pictures)
    if kind == "median":
        return _filtered(pictures, _MEDIAN)
    if kind == "opening":
        return _filtered(pictures, _OPENING)
    return pictures.copy()


def _filtered(pictures: np.ndarray, filters: tuple[ImageFilter.RankFilter, ...]) -> np.ndarray:
    """Each image after all of the filters, in their order."""
    cleaned = np.empty_like(pictures)
    for row, picture in enumerate(pictures):
        image = Image.fromarray(picture)
        for each in filters:
            image = image.filter(each)
        cleaned[row] = image
    return cleaned


def _levels() -> np.ndarray:
    """What each grey becomes, uint8 (256,): a straight line from ink to paper, level before and after it."""
    paper = (np.arange(256) - _ALL_INK) / (_ALL_PAPER - _ALL_INK)
    return np.rint(255 * np.clip(paper, 0, 1)).astype(np.uint8)

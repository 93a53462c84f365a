"""How blurred a picture is beyond its pixels, and the same done to another picture.

A network's drawings are a little soft. Compared with an outline's exact coverage they would seem too light
inside each edge and too dark outside; compared with the coverage blurred alike they do not.
"""

from __future__ import annotations

import numpy as np

_SHARP = 0.4  # pixels; a picture whose edges all pass the middle of pixels seems as soft
_MOST = 2.0  # pixels
_NOISE = 0.03  # of grey, that is not an edge's


def blur_of(ink: np.ndarray, length: float) -> float:
    """The standard deviation in pixels of a picture's blur, 0 for exact coverage.

    Across an edge blurred by s, ink times paper adds up to s / sqrt(pi); a pixel counts as 1 / sqrt(12).
    `length` is that of all edges.
    """
    if length <= 0:
        return 0.0
    grey = np.where((ink > _NOISE) & (ink < 1 - _NOISE), ink * (1 - ink), 0)
    whole = float(grey.sum()) / length * np.sqrt(np.pi)
    blur = float(np.sqrt(max(whole**2 - 1 / 12, 0)))
    return min(blur, _MOST) if blur > _SHARP else 0.0


def blurred(picture: np.ndarray, blur: float) -> np.ndarray:
    """The picture (n, n) under a Gaussian of that standard deviation, with paper around it."""
    if not blur:
        return picture
    reach = int(np.ceil(3 * blur))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / blur) ** 2)
    weights /= weights.sum()
    for axis in (0, 1):
        margin = [(0, 0), (0, 0)]
        margin[axis] = (reach, reach)
        padded = np.pad(picture, margin)
        shifted = [np.take(padded, range(at, at + len(picture)), axis) for at in range(2 * reach + 1)]
        picture = sum((weight * part for weight, part in zip(weights, shifted, strict=True)), np.zeros(1))
    return picture

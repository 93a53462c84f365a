"""Glyph images as the networks that judge them see them: the em box alone, 64 px."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from fontgan.fonts.canvas import Canvas

SIGHT = 64  # pixels along the side of what the networks see


def as_seen(images: Tensor, canvas: Canvas) -> Tensor:
    """Images without the canvas' margin, at 64 px: float (n, channels, 64, 64) in [0, 1], 1 = paper.

    Args:
        images: float (n, channels, size, size) in [0, 1].
        canvas: on which they lie.
    """
    edge = round(canvas.margin * canvas.pixels_per_em)
    inner = images[..., edge : canvas.size - edge, edge : canvas.size - edge] if edge else images
    return inner if inner.shape[-1] == SIGHT else F.interpolate(inner, (SIGHT, SIGHT), mode="area")

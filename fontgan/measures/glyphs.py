"""Measures of glyph pictures, (n, 1, size, size) in [0, 1], 1 = paper."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from fontgan.losses.reconstruction import fixed_l1, l1, ssim


@dataclass(frozen=True)
class Measures:
    """How near pictures are to the true glyphs; each a mean over the characters.

    Attributes:
        iou: of the ink, from 0 (nothing in common) to 1 (the same).
        fixed_l1: from 0 (the same); a blank page scores 1.
        l1: from 0 (the same) to 1.
        ink: as a multiple of the true glyphs' ink; 0 is a blank page.
        ssim: likeness of structure, up to 1 (the same).
        grey: the share of pixels between ink and paper; a font has some of its own, along the strokes.
    """

    iou: float
    fixed_l1: float
    l1: float
    ink: float
    ssim: float
    grey: float


def measure(pictures: Tensor, targets: Tensor) -> Measures:
    """All measures of pictures against the true glyphs."""
    return Measures(
        iou=float(ink_iou(pictures, targets)),
        fixed_l1=float(fixed_l1(pictures, targets).mean()),
        l1=float(l1(pictures, targets).mean()),
        ink=float((1 - pictures).mean() / (1 - targets).mean().clamp(min=1e-6)),
        ssim=float(ssim(pictures, targets).mean()),
        grey=float(grey_share(pictures)),
    )


def ink_iou(pictures: Tensor, targets: Tensor) -> Tensor:
    """Intersection over union of the ink, cut at one half: a scalar, the mean over the characters.

    Two blank pages have everything in common: 1.
    """
    ink, wanted = pictures < 0.5, targets < 0.5
    shared = (ink & wanted).sum(dim=(1, 2, 3))
    either = (ink | wanted).sum(dim=(1, 2, 3))
    return ((shared + (either == 0)) / either.clamp(min=1)).mean()


def grey_share(pictures: Tensor) -> Tensor:
    """The share of pixels above 0.1 and below 0.9: a scalar in [0, 1]."""
    return ((pictures > 0.1) & (pictures < 0.9)).float().mean()

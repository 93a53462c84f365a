"""Measures that an evaluation has beside those of training, character by character.

Images are (n, 1, size, size) in [0, 1], 1 = paper. `measures/table.py` has the names.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from fontgan.losses.reconstruction import similarity_terms
from fontgan.measures.glyphs import measure
from fontgan.measures.shapes import border_distances, stroke_width_ratio

_BATCH = 16  # characters at a time: more are slower, as they leave the processor's cache
_LEAST_ERROR = 1e-10  # mean squared error that counts as none: 100 dB

# Wang, Simoncelli and Bovik 2003, section 3.2: the weights of the first three of their five scales. The
# window of 11 pixels fits three scales of 64 px; as many of larger images, so that all sizes mean the same.
_SCALES = (0.0448, 0.2856, 0.3001)
_LEVELS = 256


def measure_further(images: Tensor, targets: Tensor, pixels_per_em: float) -> dict[str, Tensor]:
    """All measures of each image that pixels alone decide, those of training first.

    Args:
        images: (n, 1, size, size).
        targets: the true glyphs.
        pixels_per_em: of the canvas on which both lie.

    Returns:
        float32 (n,) for each name, on the CPU; NaN where a measure does not apply, as distances do not where
        an image is blank.
    """
    parts = [
        _further(*pair, pixels_per_em)
        for pair in zip(images.split(_BATCH), targets.split(_BATCH), strict=True)
    ]
    found = {name: torch.cat([part[name] for part in parts]).float().cpu() for name in parts[0]}
    return {**measure(images, targets).values, **found}


def _further(images: Tensor, targets: Tensor, pixels_per_em: float) -> dict[str, Tensor]:
    chamfer, hausdorff = border_distances(images, targets)
    return {
        "rmse": rmse(images, targets),
        "psnr": psnr(images, targets),
        "ms_ssim": ms_ssim(images, targets),
        "dice": ink_dice(images, targets),
        "chamfer": chamfer / pixels_per_em,
        "hausdorff95": hausdorff / pixels_per_em,
        "stroke_width": stroke_width_ratio(images, targets),
        "grey_distance": grey_distance(images, targets),
    }


def rmse(images: Tensor, targets: Tensor) -> Tensor:
    """The root of the mean squared error: (n,) in [0, 1]."""
    return _squared_error(images, targets).sqrt()


def psnr(images: Tensor, targets: Tensor) -> Tensor:
    """The peak signal to noise ratio, -10 log10 of the mean squared error: (n,) in dB, from 0 to 100.

    Equal images have 100, so that a mean over characters stays finite.
    """
    return -10 * _squared_error(images, targets).clamp(min=_LEAST_ERROR).log10()


def ms_ssim(images: Tensor, targets: Tensor) -> Tensor:
    """The structural similarity at three scales, each half the one before: (n,) in [0, 1], 1 if equal.

    Wang, Simoncelli and Bovik 2003, «Multiscale Structural Similarity», equation 7, with the weights of its
    first three scales, divided by their sum. Structure that is opposed counts as none.
    """
    found = torch.ones(len(images), device=images.device)
    for place, weight in enumerate(_SCALES):
        if place:
            images, targets = F.avg_pool2d(images, 2), F.avg_pool2d(targets, 2)
        alike_means, alike_structure, means, structure = similarity_terms(images, targets)
        terms = alike_structure / structure
        if place == len(_SCALES) - 1:
            terms = terms * alike_means / means
        found = found * terms.mean(dim=(1, 2, 3)).clamp(min=0) ** (weight / sum(_SCALES))
    return found


def ink_dice(images: Tensor, targets: Tensor) -> Tensor:
    """Twice the shared ink over the ink of both, cut at one half: (n,), from 0 to 1 (the same).

    Dice 1945. Of two blank images it is 1.
    """
    ink, wanted = images < 0.5, targets < 0.5
    shared = 2 * (ink & wanted).sum(dim=(1, 2, 3))
    both = ink.sum(dim=(1, 2, 3)) + wanted.sum(dim=(1, 2, 3))
    return (shared + (both == 0)) / both.clamp(min=1)


def grey_distance(images: Tensor, targets: Tensor) -> Tensor:
    """The earth mover's distance between the histograms of grey: (n,) in [0, 1].

    By how much a pixel's grey must change on average until both images have the same histogram of 256
    levels, wherever the pixels lie: the first Wasserstein distance, which in one dimension is the area
    between the cumulative histograms.
    """
    apart = _cumulative(images) - _cumulative(targets)
    return apart.abs().sum(1) / (_LEVELS - 1)


def _cumulative(images: Tensor) -> Tensor:
    """The share of pixels up to each of 256 levels of grey: (n, 256)."""
    levels = (images.flatten(1) * (_LEVELS - 1)).round().long()
    counts = torch.zeros(len(images), _LEVELS, device=images.device)
    counts.scatter_add_(1, levels, torch.ones_like(levels, dtype=counts.dtype))
    return counts.cumsum(1) / levels.shape[1]


def _squared_error(images: Tensor, targets: Tensor) -> Tensor:
    return (images - targets).square().mean(dim=(1, 2, 3))

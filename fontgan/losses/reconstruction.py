"""Distances between images and their targets, (n, 1, size, size) in [0, 1], 1 = paper.

Each function returns one value per character, (n,); callers take the mean, or look at single characters.
Where neighbouring pixels are summed, it is done with slices: a convolution would fall under autocast and
TF32, in which the small differences that count here are lost.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor

Reconstruction = Literal["l1", "fixed-l1", "bce"]

# The least ink as a share of the image: no glyph has as little, and a blank target must not divide by 0.
_LEAST_INK = 1e-4

# The least probability of ink and of paper, so that its logarithm is finite.
_LEAST_PROBABILITY = 1e-6

# Wang et al. 2004, section III C: K1 and K2 squared (the data range is 1), and the Gaussian window.
_STABLE_MEAN, _STABLE_VARIANCE = 0.01**2, 0.03**2
_BELL = [math.exp(-(place**2) / (2 * 1.5**2)) for place in range(-5, 6)]
_WINDOW = [height / sum(_BELL) for height in _BELL]


def l1(picture: Tensor, target: Tensor) -> Tensor:
    """|x - y| averaged over the image: (n,) in [0, 1]."""
    return _over_page((picture - target).abs())


def fixed_l1(picture: Tensor, target: Tensor) -> Tensor:
    """|x - y| / |1 - y|, each summed over the image: (n,), from 0.

    From the project's source notes («fixed L1»): a blank image scores exactly 1 whatever the character, and
    a character of few strokes counts as much as one of many, where plain L1 rewards blank images and
    characters are weighted by their ink.
    """
    ink = _over_page(1 - target)
    return l1(picture, target) / ink.clamp(min=_LEAST_INK)


def soft_dice(picture: Tensor, target: Tensor) -> Tensor:
    """1 - 2 Σab / (Σa² + Σb²) of the ink a and b: (n,) in [0, 1].

    Milletari et al. 2016, «V-Net», equation of section 3. It pushes the ink towards 0 or 1.
    """
    a, b = 1 - picture, 1 - target
    overlap = (a * b).sum(dim=(1, 2, 3))
    total = (a * a).sum(dim=(1, 2, 3)) + (b * b).sum(dim=(1, 2, 3))
    return 1 - (2 * overlap + 1) / (total + 1)


def binary_cross_entropy(picture: Tensor, target: Tensor) -> Tensor:
    """-y log x - (1 - y) log(1 - x), averaged over the image, a pixel being the probability of paper.

    (n,) from 0 to 14. The least possible is the entropy of the target's grey pixels, about 0 where there
    are none. Images are mapped into [1e-6, 1 - 1e-6] linearly: if they were clipped there, a confident wrong
    pixel would have no gradient, and without either an infinite one.
    """
    paper, wanted = picture.float(), target.float()
    # Both logarithms from the image itself: 1 - (1 - 1e-6) would lose digits in float32.
    of_paper = (_LEAST_PROBABILITY + (1 - 2 * _LEAST_PROBABILITY) * paper).log()
    of_ink = (_LEAST_PROBABILITY + (1 - 2 * _LEAST_PROBABILITY) * (1 - paper)).log()
    return -_over_page(wanted * of_paper + (1 - wanted) * of_ink)


def ssim(picture: Tensor, target: Tensor) -> Tensor:
    """The structural similarity, averaged over the image: (n,) in [-1, 1], 1 if equal; 1 - ssim is a loss.

    Wang et al. 2004, «Image Quality Assessment», equation 13, with the paper's window, an 11×11 Gaussian
    of deviation 1.5, at each place where the whole window lies in the image.
    """
    alike_means, alike_structure, means, structure = similarity_terms(picture, target)
    return _over_page(alike_means * alike_structure / (means * structure))


def similarity_terms(picture: Tensor, target: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The numerators of luminance and structure at each place, and their denominators.

    Wang et al. 2004, equations 6, 9, 10 and 13; each (n, 1, size - 10, size - 10), all from float32.
    """
    x, y = picture.float(), target.float()
    mean_x, mean_y, mean_squares, mean_product = _windowed(torch.stack((x, y, x * x + y * y, x * y)))
    squared_means = mean_x.square() + mean_y.square()
    product_of_means = mean_x * mean_y
    variances = mean_squares - squared_means
    covariance = mean_product - product_of_means
    return (
        2 * product_of_means + _STABLE_MEAN,
        2 * covariance + _STABLE_VARIANCE,
        squared_means + _STABLE_MEAN,
        variances + _STABLE_VARIANCE,
    )


def edge(picture: Tensor, target: Tensor) -> Tensor:
    """|∇x - ∇y| by Sobel's filters, averaged over the image and over across and down: (n,) in [0, 2].

    The filters are scaled so that a straight edge between ink and paper is 1, and used where the whole
    filter lies in the image. It is small where strokes end where they should, and as sharply.
    """
    difference = picture.float() - target.float()  # both filters are linear
    across = _along(_along(difference, -2, (1, 2, 1)), -1, (-1, 0, 1)) / 4
    down = _along(_along(difference, -1, (1, 2, 1)), -2, (-1, 0, 1)) / 4
    return (_over_page(across.abs()) + _over_page(down.abs())) / 2


_LOSSES: dict[Reconstruction, Callable[[Tensor, Tensor], Tensor]] = {
    "l1": l1,
    "fixed-l1": fixed_l1,
    "bce": binary_cross_entropy,
}


def reconstruction(kind: Reconstruction, picture: Tensor, target: Tensor) -> Tensor:
    """The reconstruction loss of that name: (n,)."""
    return _LOSSES[kind](picture, target)


def _over_page(maps: Tensor) -> Tensor:
    """The mean of each character's pixels: (n, 1, h, w) to (n,)."""
    return maps.mean(dim=(1, 2, 3))


def _windowed(maps: Tensor) -> Tensor:
    """The Gaussian mean around each place: (…, size, size) to (…, size - 10, size - 10)."""
    return _along(_along(maps, -2, _WINDOW), -1, _WINDOW)


def _along(maps: Tensor, axis: int, weights: Sequence[float]) -> Tensor:
    """Weighted sums of neighbours along one axis, which becomes shorter by all of the weights but one."""
    length = maps.shape[axis] - len(weights) + 1
    total = weights[0] * maps.narrow(axis, 0, length)
    for start, weight in enumerate(weights[1:], 1):
        if weight:
            total = torch.add(total, maps.narrow(axis, start, length), alpha=weight)
    return total

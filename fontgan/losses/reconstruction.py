"""How far pictures are from the true glyphs. Pictures are (n, 1, size, size) in [0, 1], 1 = paper.

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

# Of ink, as a share of the page: no glyph has as little, and a blank target does not divide by 0.
_LEAST_INK = 1e-4

# The least probability of ink and of paper, which has a finite logarithm.
_LEAST_PROBABILITY = 1e-6

# Wang et al. 2004, section III C: K1 and K2 squared (the data range is 1), and the Gaussian window.
_STABLE_MEAN, _STABLE_VARIANCE = 0.01**2, 0.03**2
_BELL = [math.exp(-(place**2) / (2 * 1.5**2)) for place in range(-5, 6)]
_WINDOW = [height / sum(_BELL) for height in _BELL]


def l1(picture: Tensor, target: Tensor) -> Tensor:
    """The mean of |picture - target|: a scalar in [0, 1]."""
    return (picture - target).abs().mean()


def fixed_l1(picture: Tensor, target: Tensor) -> Tensor:
    """The mean over the characters of |x - y| / |1 - y|, each summed over the page: a scalar.

    From the project's source notes («fixed L1»): a blank page scores exactly 1 whatever the
    character, and a character of few strokes counts as much as one of many, where plain L1 rewards
    blank pages and weighs characters by their ink.
    """
    difference = (picture - target).abs().mean(dim=(1, 2, 3))
    ink = (1 - target).mean(dim=(1, 2, 3))
    return (difference / ink.clamp(min=_LEAST_INK)).mean()


def soft_dice(picture: Tensor, target: Tensor) -> Tensor:
    """1 - 2 Σab / (Σa² + Σb²) of the ink a and b, the mean over the characters: a scalar in [0, 1].

    Milletari et al. 2016, «V-Net», equation of section 3. It draws the ink to 0 or 1.
    """
    a, b = 1 - picture, 1 - target
    overlap = (a * b).sum(dim=(1, 2, 3))
    total = (a * a).sum(dim=(1, 2, 3)) + (b * b).sum(dim=(1, 2, 3))
    return (1 - (2 * overlap + 1) / (total + 1)).mean()


def binary_cross_entropy(picture: Tensor, target: Tensor) -> Tensor:
    """The mean of -y log x - (1 - y) log(1 - x), each pixel a probability of paper: a scalar from 0 to 14.

    Its least is the entropy of the target's grey pixels, and about 0 where there are none. Pictures are
    brought into [1e-6, 1 - 1e-6] by a straight line: cut off there instead, a pixel that is wrong and
    sure of itself would have no gradient, and without either an infinite one.
    """
    paper, wanted = picture.float(), target.float()
    # Both logarithms from the picture itself: 1 - (1 - 1e-6) would lose digits in float32.
    of_paper = (_LEAST_PROBABILITY + (1 - 2 * _LEAST_PROBABILITY) * paper).log()
    of_ink = (_LEAST_PROBABILITY + (1 - 2 * _LEAST_PROBABILITY) * (1 - paper)).log()
    return -(wanted * of_paper + (1 - wanted) * of_ink).mean()


def ssim(picture: Tensor, target: Tensor) -> Tensor:
    """The mean structural similarity: a scalar in [-1, 1], 1 for the same. 1 - ssim is a loss.

    Wang et al. 2004, «Image Quality Assessment», equation 13, with the paper's window, an 11×11 Gaussian
    of deviation 1.5, at each place where it lies in the page as a whole.
    """
    x, y = picture.float(), target.float()
    mean_x, mean_y, mean_squares, mean_product = _windowed(torch.stack((x, y, x * x + y * y, x * y)))
    squared_means = mean_x.square() + mean_y.square()
    product_of_means = mean_x * mean_y
    variances = mean_squares - squared_means
    covariance = mean_product - product_of_means
    alike = (2 * product_of_means + _STABLE_MEAN) * (2 * covariance + _STABLE_VARIANCE)
    total = (squared_means + _STABLE_MEAN) * (variances + _STABLE_VARIANCE)
    similarity: Tensor = alike / total
    return similarity.mean()


def edge(picture: Tensor, target: Tensor) -> Tensor:
    """The mean of |∇picture - ∇target| by Sobel's filters, across and down: a scalar in [0, 2].

    The filters are scaled so that a straight edge between ink and paper is 1, and used where they lie in
    the page as a whole. It asks that strokes end where they should, and as sharply.
    """
    difference = picture.float() - target.float()  # both filters are linear
    across = _along(_along(difference, -2, (1, 2, 1)), -1, (-1, 0, 1)) / 4
    down = _along(_along(difference, -1, (1, 2, 1)), -2, (-1, 0, 1)) / 4
    return (across.abs().mean() + down.abs().mean()) / 2


_LOSSES: dict[Reconstruction, Callable[[Tensor, Tensor], Tensor]] = {
    "l1": l1,
    "fixed-l1": fixed_l1,
    "bce": binary_cross_entropy,
}


def reconstruction(kind: Reconstruction, picture: Tensor, target: Tensor) -> Tensor:
    """The reconstruction loss of that name."""
    return _LOSSES[kind](picture, target)


def _windowed(maps: Tensor) -> Tensor:
    """The Gaussian mean about each place: (…, size, size) to (…, size - 10, size - 10)."""
    return _along(_along(maps, -2, _WINDOW), -1, _WINDOW)


def _along(maps: Tensor, axis: int, weights: Sequence[float]) -> Tensor:
    """Weighted sums of neighbours along one axis, which becomes shorter by all of the weights but one."""
    length = maps.shape[axis] - len(weights) + 1
    total = weights[0] * maps.narrow(axis, 0, length)
    for start, weight in enumerate(weights[1:], 1):
        if weight:
            total = torch.add(total, maps.narrow(axis, start, length), alpha=weight)
    return total

"""Measures of many images together: whether they are distributed as the true glyphs are.

None of them compares an image with the true glyph of its own character.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

_ROWS = 1024  # at a time: the distances of 10,000 images to as many take 800 MB
_IMAGES = 64  # at a time

_LEAST_SIZE = 16  # pixels of the last level of the pyramid
_PATCH = 7  # pixels along the side of a descriptor
_PATCHES = 1 << 13  # descriptors of each level in all, and up to 128 of an image
_MOST_OF_IMAGE = 128
_DIRECTIONS = 128
_BINOMIAL = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)


def sliced_wasserstein(images: Tensor, targets: Tensor) -> float:
    """The sliced Wasserstein distance between patches of two sets of images, averaged over sizes.

    Karras et al. 2018, «Progressive Growing of GANs», section 5: a Laplacian pyramid down to 16 px, at each
    level patches of 7×7 pixels, normalised by the mean and the deviation of their set; then the mean
    distance of their sorted projections onto random directions. Both sets have as many images, and their
    patches the same places, so that equal sets have 0.

    Args:
        images: (n, 1, size, size), of any range.
        targets: the same of the true glyphs.
    """
    return apart(projections_of(images), projections_of(targets))


def projections_of(images: Tensor) -> list[Tensor]:
    """What `apart` compares of each level of the pyramid, (directions, patches) each, in ascending order.

    Args:
        images: (n, 1, size, size), also bytes; no more than a few become floats at a time.
    """
    each = max(1, min(_MOST_OF_IMAGE, _PATCHES // len(images)))
    generator = torch.Generator().manual_seed(0)
    directions = F.normalize(torch.randn(_PATCH**2, _DIRECTIONS, generator=generator), dim=0)
    levels: list[list[Tensor]] = []
    for part in images.split(_IMAGES):
        for number, level in enumerate(_laplacian_pyramid(part.float())):
            if number == len(levels):
                levels.append([])
            levels[number].append(_patches(level, each, generator))
    return [(_normalised(torch.cat(level)) @ directions).T.contiguous().sort(1).values for level in levels]


def apart(found: Sequence[Tensor], wanted: Sequence[Tensor]) -> float:
    """The sliced Wasserstein distance of sets of as many images, by their projections."""
    means = [float((one - other).abs().mean()) for one, other in zip(found, wanted, strict=True)]
    return sum(means) / len(means)


def frechet(found: Tensor, wanted: Tensor) -> float:
    """The Fréchet distance of two normal distributions that are fitted to features.

    |m - m'|² + tr(C + C' - 2 (C C')^½) of means and covariances: Dowson and Landau 1982; Heusel et al. 2017,
    equation 6. The estimate is biased: compare only figures of as many images.

    Args:
        found: float (n, features), n of at least 2.
        wanted: the same of the true glyphs.
    """
    (mean, covariance), (other_mean, other_covariance) = _moments(found), _moments(wanted)
    root = _root(covariance)
    # The eigenvalues of C C' are those of C^½ C' C^½, which is symmetric.
    shared = _root(root @ other_covariance @ root).trace()
    apart = (mean - other_mean).square().sum()
    return max(0.0, float(apart + covariance.trace() + other_covariance.trace() - 2 * shared))


def kernel_distance(found: Tensor, wanted: Tensor) -> float:
    """The squared maximum mean discrepancy with the kernel (x·y / features + 1)³, unbiased.

    Bińkowski et al. 2018, «Demystifying MMD GANs», section 4, «KID». It may be below 0 by chance.

    Args:
        found: float (n, features), n of at least 2.
        wanted: the same of the true glyphs, (m, features).
    """
    count, other_count = len(found), len(wanted)
    within = _kernel_sum(found, found) - float(_kernel(found, found, paired=True).sum())
    within_other = _kernel_sum(wanted, wanted) - float(_kernel(wanted, wanted, paired=True).sum())
    between = _kernel_sum(found, wanted)
    return (
        within / (count * (count - 1))
        + within_other / (other_count * (other_count - 1))
        - 2 * between / (count * other_count)
    )


def precision_recall(found: Tensor, wanted: Tensor, neighbours: int = 3) -> tuple[float, float]:
    """The share of images that lie among the true glyphs, and of true glyphs that lie among the images.

    Kynkäänniemi et al. 2019, «Improved Precision and Recall Metric», equations 1 and 2: a vector lies among
    others if it is no farther from one of them than that one from its third nearest neighbour.

    Args:
        found: float (n, features), n of more than `neighbours`.
        wanted: the same of the true glyphs, (m, features).
        neighbours: how many neighbours the reach of a vector includes.
    """
    return _share_among(found, wanted, neighbours), _share_among(wanted, found, neighbours)


def _share_among(some: Tensor, others: Tensor, neighbours: int) -> float:
    # The nearest one to each is itself.
    reach = torch.cat([part.kthvalue(neighbours + 1, dim=1).values for part in _distances(others, others)])
    among = [(part <= reach).any(1) for part in _distances(some, others)]
    return float(torch.cat(among).double().mean())


def _distances(some: Tensor, others: Tensor) -> Iterator[Tensor]:
    """Distances of the rows of some to all others, part by part; rounded, so that equal ones have 0."""
    for part in some.double().split(_ROWS):
        distances = torch.cdist(part, others.double(), compute_mode="use_mm_for_euclid_dist")
        yield distances.round(decimals=6)


def _moments(features: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and covariance, in float64."""
    covariance = torch.cov(features.double().T).view(features.shape[1], features.shape[1])
    return features.double().mean(0), covariance


def _root(matrix: Tensor) -> Tensor:
    """The root of a symmetric positive semidefinite matrix."""
    values, vectors = torch.linalg.eigh((matrix + matrix.T) / 2)
    root: Tensor = vectors @ (values.clamp(min=0).sqrt()[:, None] * vectors.T)
    return root


def _kernel(some: Tensor, others: Tensor, paired: bool = False) -> Tensor:
    """Of all pairs, (n, m), or of each row with the same row of the other, (n,)."""
    products = (some * others).sum(1) if paired else some @ others.T
    return (products.double() / some.shape[1] + 1) ** 3


def _kernel_sum(some: Tensor, others: Tensor) -> float:
    return sum(float(_kernel(part, others.double()).sum()) for part in some.double().split(_ROWS))


def _laplacian_pyramid(images: Tensor) -> Iterator[Tensor]:
    """What each size has beyond the next smaller one, and the smallest: Burt and Adelson 1983."""
    while images.shape[-1] > _LEAST_SIZE:
        smaller = _blurred(images)[..., ::2, ::2]
        yield images - _enlarged(smaller)
        images = smaller
    yield images


def _blurred(images: Tensor) -> Tensor:
    """Sums of slices: a convolution of one channel takes twenty times as long."""
    for axis in (-2, -1):
        padded = F.pad(images, (2, 2, 0, 0) if axis == -1 else (0, 0, 2, 2), mode="reflect")
        parts = (padded.narrow(axis, start, images.shape[axis]) for start in range(len(_BINOMIAL)))
        images = torch.zeros_like(images)
        for weight, part in zip(_BINOMIAL, parts, strict=True):
            images.add_(part, alpha=weight)
    return images


def _enlarged(images: Tensor) -> Tensor:
    spread = images.new_zeros(*images.shape[:2], 2 * images.shape[2], 2 * images.shape[3])
    spread[..., ::2, ::2] = 4 * images
    return _blurred(spread)


def _patches(level: Tensor, each: int, generator: torch.Generator) -> Tensor:
    """Random 7×7 patches of images (n, 1, size, size): (n × each, 49)."""
    count, size = len(level), level.shape[-1]
    rows, columns = torch.randint(size - _PATCH + 1, (2, count, each, 1, 1), generator=generator)
    steps = torch.arange(_PATCH)
    images = torch.arange(count)[:, None, None, None]
    return level[images, 0, rows + steps[:, None], columns + steps].flatten(0, 1).flatten(1)


def _normalised(patches: Tensor) -> Tensor:
    """Patches with the mean 0 and the deviation 1 over all of their pixels; blank ones are all 0."""
    centred = patches - patches.mean()
    return centred / centred.square().mean().sqrt().clamp(min=1e-6)

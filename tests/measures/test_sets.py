"""Measures of many images together."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from fontgan.measures.sets import (
    _enlarged,
    _laplacian_pyramid,
    apart,
    frechet,
    kernel_distance,
    precision_recall,
    projections_of,
    sliced_wasserstein,
)


def noise(count: int, features: int, seed: int = 1) -> Tensor:
    return torch.randn(count, features, generator=torch.Generator().manual_seed(seed))


def pages(count: int, thickness: int) -> Tensor:
    images = torch.ones(count, 1, 64, 64)
    for number, image in enumerate(images):
        image[0, 8 + number : 8 + number + thickness, 6:58] = 0
        image[0, 4:60, 12 + 2 * number : 12 + 2 * number + thickness] = 0
    return images


def test_a_pyramid_adds_up_to_the_image() -> None:
    images = torch.rand(2, 1, 64, 64, generator=torch.Generator().manual_seed(1))
    *levels, whole = _laplacian_pyramid(images)
    assert [level.shape[-1] for level in (*levels, whole)] == [64, 32, 16]
    for level in reversed(levels):
        whole = level + _enlarged(whole)
    assert torch.allclose(whole, images, atol=1e-5)


def test_paper_has_nothing_at_any_size_but_the_last() -> None:
    first, second, last = _laplacian_pyramid(torch.ones(1, 1, 64, 64))
    assert float(first.abs().max()) == pytest.approx(0, abs=1e-6)
    assert float(second.abs().max()) == pytest.approx(0, abs=1e-6)
    assert torch.allclose(last, torch.ones(1, 1, 16, 16))


def test_sorted_projections_worked_by_hand() -> None:
    found, wanted = (
        [torch.tensor([[0.0, 1, 2]]), torch.zeros(1, 3)],
        [torch.tensor([[1.0, 2, 4]]), torch.ones(1, 3)],
    )
    assert apart(found, wanted) == pytest.approx((4 / 3 + 1) / 2)


def test_sliced_wasserstein_grows_with_the_difference() -> None:
    images = pages(6, 4)
    assert sliced_wasserstein(images, images) == 0
    near, far = sliced_wasserstein(pages(6, 5), images), sliced_wasserstein(pages(6, 12), images)
    assert 0 < near < far
    speckled = (images + 0.3 * torch.rand(images.shape, generator=torch.Generator().manual_seed(1))).clamp(
        max=1
    )
    assert sliced_wasserstein(speckled, images) > near
    assert sliced_wasserstein(images, speckled) == pytest.approx(sliced_wasserstein(speckled, images))


def test_sets_that_are_blank_have_a_distance_too() -> None:
    found = sliced_wasserstein(torch.ones(3, 1, 64, 64), pages(3, 4))
    assert np.isfinite(found)
    assert found > 0


def test_bytes_have_the_patches_of_floats() -> None:
    images = pages(3, 4)
    levels = zip(projections_of(images), projections_of((images * 255).byte()), strict=True)
    assert all(torch.allclose(one, other, atol=1e-4) for one, other in levels)


def test_frechet_of_one_feature_by_hand() -> None:
    # Deviations of 1 and 3 (by n - 1), means of 2 and 7: (2 - 7)² + (1 - 3)².
    found, wanted = torch.tensor([[1.0], [2], [3]]), torch.tensor([[4.0], [7], [10]])
    assert frechet(found, wanted) == pytest.approx(25 + 4)


def test_frechet_of_independent_features_is_the_sum_in_any_axes() -> None:
    def cross(a: float, b: float) -> Tensor:
        return torch.tensor([[a, 0.0], [-a, 0], [0, b], [0, -b]])

    expected = sum((2 / 3) * (one - other) ** 2 for one, other in ((1, 2), (3, 5)))
    turned = torch.tensor([[0.6, -0.8], [0.8, 0.6]])
    for axes in (torch.eye(2), turned):
        assert frechet(cross(1, 3) @ axes, cross(2, 5) @ axes + 1) == pytest.approx(expected + 2, rel=1e-5)


def test_frechet_is_none_of_the_same_symmetric_and_defined_for_few() -> None:
    found, wanted = noise(5, 20), noise(7, 20, seed=2) + 1
    assert frechet(found, found) == pytest.approx(0, abs=1e-6)
    assert frechet(found, wanted) == pytest.approx(frechet(wanted, found), rel=1e-6)
    assert frechet(found, wanted) > 0


def test_kernel_distance_pair_by_pair() -> None:
    found, wanted = noise(6, 4), noise(5, 4, seed=2) + 0.5

    def kernel(one: Tensor, other: Tensor) -> float:
        return float((one.double() @ other.double() / 4 + 1) ** 3)

    within = sum(kernel(a, b) for i, a in enumerate(found) for j, b in enumerate(found) if i != j) / 30
    within += sum(kernel(a, b) for i, a in enumerate(wanted) for j, b in enumerate(wanted) if i != j) / 20
    between = sum(kernel(a, b) for a in found for b in wanted) / 30
    assert kernel_distance(found, wanted) == pytest.approx(within - 2 * between, rel=1e-6)
    assert kernel_distance(found, wanted) == pytest.approx(kernel_distance(wanted, found), rel=1e-6)


def test_kernel_distance_is_unbiased() -> None:
    """Over draws from one distribution it is 0 on average; the biased estimate would always be above."""
    drawn = [kernel_distance(noise(20, 4, seed), noise(20, 4, 1000 + seed)) for seed in range(60)]
    assert min(drawn) < 0 < max(drawn)
    assert abs(np.mean(drawn)) < 3 * np.std(drawn) / np.sqrt(len(drawn))


def test_precision_and_recall_by_hand() -> None:
    # The reach of each is the distance to its nearest other: 1, 1, 8 of the first, 2 of both of the second.
    found, wanted = torch.tensor([[0.0], [1], [9]]), torch.tensor([[0.5], [2.5]])
    # 0 and 1 lie within 2 of 0.5, 9 does not; 0.5 lies within 1 of 0, 2.5 within 8 of 9.
    assert precision_recall(found, wanted, neighbours=1) == pytest.approx((2 / 3, 1))


def test_precision_and_recall_vector_by_vector() -> None:
    found, wanted = noise(30, 3), noise(25, 3, seed=2) * 0.5 + 0.5

    def share(some: np.ndarray, others: np.ndarray) -> float:
        reach = [np.sort([np.linalg.norm(a - b) for b in others])[3] for a in others]
        among = [any(np.linalg.norm(a - b) <= r for b, r in zip(others, reach, strict=True)) for a in some]
        return float(np.mean(among))

    one, other = found.numpy(), wanted.numpy()
    assert precision_recall(found, wanted) == pytest.approx((share(one, other), share(other, one)))
    assert precision_recall(wanted, found) == precision_recall(found, wanted)[::-1]


def test_equal_vectors_lie_among_each_other() -> None:
    assert precision_recall(torch.ones(6, 4) / 2, torch.ones(6, 4) / 2) == (1, 1)
    assert precision_recall(noise(9, 5), noise(9, 5)) == (1, 1)
    assert precision_recall(noise(9, 5), noise(9, 5) + 100) == (0, 0)

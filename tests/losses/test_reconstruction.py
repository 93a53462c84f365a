"""Distances of images, against numbers worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from fontgan.losses.reconstruction import (
    Reconstruction,
    binary_cross_entropy,
    edge,
    fixed_l1,
    l1,
    reconstruction,
    soft_dice,
    ssim,
)

Loss = Callable[[Tensor, Tensor], Tensor]
LOSSES: list[Loss] = [l1, fixed_l1, soft_dice, binary_cross_entropy, ssim, edge]


def glyphs(seed: int, count: int = 3, size: int = 8) -> Tensor:
    return torch.rand(count, 1, size, size, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("loss", LOSSES)
def test_each_character_has_the_value_that_it_has_alone(loss: Loss) -> None:
    pictures, targets = glyphs(1, count=4, size=16), glyphs(2, count=4, size=16)
    values = loss(pictures, targets)
    assert values.shape == (4,)
    alone = [loss(pictures[n : n + 1], targets[n : n + 1]) for n in range(4)]
    assert torch.allclose(values, torch.cat(alone), atol=1e-6)
    assert len(set(values.tolist())) == 4


@given(st.integers(0, 10_000), st.floats(0, 0.9))
def test_a_blank_page_scores_one_whatever_the_character(seed: int, lightness: float) -> None:
    target = lightness + (1 - lightness) * glyphs(seed)
    assert fixed_l1(torch.ones_like(target), target).tolist() == pytest.approx([1] * 3, rel=1e-4)


def test_fixed_l1_weights_characters_of_few_strokes_as_much_as_others() -> None:
    target = torch.ones(2, 1, 8, 8)
    target[0, 0, 0] = 0  # 8 pixels of ink
    target[1, 0, :4] = 0  # 32
    picture = target.clone()
    picture[0, 0, 0, :4] = 1  # half of the ink is missing in each
    picture[1, 0, :2] = 1
    assert float(fixed_l1(picture, target).mean()) == pytest.approx(0.5)
    assert float(l1(picture, target).mean()) == pytest.approx((4 + 16) / 128)


def test_a_blank_target_gives_a_finite_loss() -> None:
    blank = torch.ones(1, 1, 8, 8)
    assert float(fixed_l1(blank, blank).mean()) == 0
    assert math.isfinite(float(fixed_l1(blank - 0.5, blank).mean()))
    assert float(soft_dice(blank, blank).mean()) == 0


def test_dice_of_half_an_overlap() -> None:
    target = torch.ones(1, 1, 8, 8)
    target[0, 0, :4] = 0
    picture = torch.ones(1, 1, 8, 8)
    picture[0, 0, 2:6] = 0
    assert float(soft_dice(picture, target).mean()) == pytest.approx(1 - (2 * 16 + 1) / (64 + 1))


@given(st.integers(0, 10_000))
def test_every_reconstruction_is_zero_for_the_same_and_positive_otherwise(seed: int) -> None:
    one, other = glyphs(seed), glyphs(seed + 1)
    for loss in (l1, fixed_l1, soft_dice):
        assert float(loss(one, one).mean()) == pytest.approx(0, abs=1e-6)
        assert float(loss(one, other).mean()) > 0.01
    assert float(edge(one, one).mean()) == 0
    assert float(edge(one, other).mean()) > 0.01


def test_every_reconstruction_is_found_by_its_name() -> None:
    one, other = glyphs(1), glyphs(2)
    losses: dict[Reconstruction, Loss] = {"l1": l1, "fixed-l1": fixed_l1, "bce": binary_cross_entropy}
    assert set(losses) == set(get_args(Reconstruction))
    for name, loss in losses.items():
        assert torch.equal(reconstruction(name, one, other), loss(one, other))


def test_cross_entropy_by_hand() -> None:
    picture = torch.tensor([[0.9, 0.2], [0.5, 0.75]]).view(1, 1, 2, 2)
    target = torch.tensor([[1.0, 0.0], [1.0, 0.5]]).view(1, 1, 2, 2)
    grey = -0.5 * math.log(0.75) - 0.5 * math.log(0.25)
    by_hand = (-math.log(0.9) - math.log(0.8) - math.log(0.5) + grey) / 4
    assert float(binary_cross_entropy(picture, target).mean()) == pytest.approx(by_hand, rel=1e-4)


def test_cross_entropy_of_what_is_wrong_and_sure_has_a_gradient_that_corrects_it() -> None:
    picture = torch.tensor([0.0, 1.0]).view(1, 1, 1, 2).requires_grad_()
    loss = binary_cross_entropy(picture, 1 - picture.detach()).mean()
    assert float(loss.detach()) == pytest.approx(-math.log(1e-6), rel=1e-3)
    loss.backward()
    assert picture.grad is not None
    # d/dx of -log(1e-6 + x) at 0, of a mean of two.
    assert picture.grad.flatten().tolist() == pytest.approx([-5e5, 5e5], rel=1e-3)
    assert float(binary_cross_entropy(picture.detach(), picture.detach()).mean()) == pytest.approx(
        0, abs=1e-5
    )


@given(st.integers(0, 10_000))
def test_cross_entropy_is_least_at_the_target(seed: int) -> None:
    target = glyphs(seed)
    entropy = -(target * target.log() + (1 - target) * (1 - target).log()).mean()
    assert float(binary_cross_entropy(target, target).mean()) == pytest.approx(float(entropy), rel=1e-3)
    assert float(binary_cross_entropy(glyphs(seed + 1), target).mean()) > float(entropy)


def test_ssim_is_the_formula_of_the_paper_window_by_window() -> None:
    x = glyphs(1, count=2, size=16)
    y = (0.6 * x + 0.4 * glyphs(2, count=2, size=16)).clamp(0, 1)
    by_hand = np.mean([slow_ssim(a.double().numpy(), b.double().numpy()) for a, b in zip(x, y, strict=True)])
    assert 0.2 < by_hand < 0.95
    assert float(ssim(x, y).mean()) == pytest.approx(by_hand, rel=1e-4)


def test_ssim_of_the_same_is_one_and_of_ink_and_paper_nearly_none() -> None:
    picture = glyphs(3, size=32)
    assert float(ssim(picture, picture).mean()) == pytest.approx(1, abs=1e-6)
    assert float(ssim(1 - picture, picture).mean()) < 0
    paper = torch.ones(1, 1, 16, 16)
    # Neither varies: (2·0·1 + 0.01²) / (0 + 1 + 0.01²).
    assert float(ssim(1 - paper, paper).mean()) == pytest.approx(1e-4 / 1.0001, rel=1e-3)


def test_edges_by_hand() -> None:
    target = torch.ones(1, 1, 8, 8)
    picture = target.clone()
    picture[..., :4] = 0  # of the six columns inside, the two beside the edge have slope 1, across alone
    assert float(edge(picture, target).mean()) == pytest.approx((2 / 6 + 0) / 2)
    assert float(edge(picture.mT, target).mean()) == pytest.approx((2 / 6 + 0) / 2)
    # The slopes of two edges that meet head on differ by 2.
    assert float(edge(picture, 1 - picture).mean()) == pytest.approx((2 * 2 / 6 + 0) / 2)


def test_a_level_shift_of_grey_has_no_edges() -> None:
    picture = 0.5 * glyphs(4)
    assert float(edge(picture + 0.25, picture).mean()) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("drawn", ["blank", "ink", "same", "opposite"])
@pytest.mark.parametrize("wanted", ["blank", "halves"])
def test_gradients_are_finite_at_the_ends_of_the_range(loss: Loss, drawn: str, wanted: str) -> None:
    target = torch.ones(2, 1, 16, 16)
    if wanted == "halves":
        target[..., 8:] = 0
    pictures = {
        "blank": torch.ones_like(target),
        "ink": torch.zeros_like(target),
        "same": target.clone(),
        "opposite": 1 - target,
    }
    picture = pictures[drawn].requires_grad_()
    values = loss(picture, target)
    assert values.shape == (2,)
    value = values.mean()
    value.backward()
    assert math.isfinite(float(value.detach()))
    assert picture.grad is not None
    assert bool(picture.grad.isfinite().all())


def slow_ssim(x: np.ndarray, y: np.ndarray) -> float:
    """The mean of equation 13 of Wang et al. 2004 over the windows of two pictures (1, size, size)."""
    places = np.arange(-5, 6)
    window = np.exp(-(places[:, None] ** 2 + places[None, :] ** 2) / (2 * 1.5**2))
    window /= window.sum()
    found = []
    for row in range(x.shape[1] - 10):
        for column in range(x.shape[2] - 10):
            a = x[0, row : row + 11, column : column + 11]
            b = y[0, row : row + 11, column : column + 11]
            mean_a, mean_b = (window * a).sum(), (window * b).sum()
            variance_a = (window * (a - mean_a) ** 2).sum()
            variance_b = (window * (b - mean_b) ** 2).sum()
            covariance = (window * (a - mean_a) * (b - mean_b)).sum()
            found.append(
                (2 * mean_a * mean_b + 0.01**2)
                * (2 * covariance + 0.03**2)
                / ((mean_a**2 + mean_b**2 + 0.01**2) * (variance_a + variance_b + 0.03**2))
            )
    return float(np.mean(found))

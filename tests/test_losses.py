"""Losses, against numbers worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from fontgan.losses import adversarial, fixed_l1, l1, r1_penalty, reconstruction, soft_dice


def glyphs(seed: int, count: int = 3) -> Tensor:
    return torch.rand(count, 1, 8, 8, generator=torch.Generator().manual_seed(seed))


@given(st.integers(0, 10_000), st.floats(0, 0.9))
def test_a_blank_page_scores_one_whatever_the_character(seed: int, lightness: float) -> None:
    target = lightness + (1 - lightness) * glyphs(seed)
    assert float(fixed_l1(torch.ones_like(target), target)) == pytest.approx(1, rel=1e-4)


def test_fixed_l1_weighs_characters_of_few_strokes_as_much_as_others() -> None:
    target = torch.ones(2, 1, 8, 8)
    target[0, 0, 0] = 0  # 8 pixels of ink
    target[1, 0, :4] = 0  # 32
    picture = target.clone()
    picture[0, 0, 0, :4] = 1  # half of the ink is missing in each
    picture[1, 0, :2] = 1
    assert float(fixed_l1(picture, target)) == pytest.approx(0.5)
    assert float(l1(picture, target)) == pytest.approx((4 + 16) / 128)


def test_a_blank_target_gives_a_finite_loss() -> None:
    blank = torch.ones(1, 1, 8, 8)
    assert float(fixed_l1(blank, blank)) == 0
    assert math.isfinite(float(fixed_l1(blank - 0.5, blank)))
    assert float(soft_dice(blank, blank)) == 0


def test_dice_of_half_an_overlap() -> None:
    target = torch.ones(1, 1, 8, 8)
    target[0, 0, :4] = 0
    picture = torch.ones(1, 1, 8, 8)
    picture[0, 0, 2:6] = 0
    assert float(soft_dice(picture, target)) == pytest.approx(1 - (2 * 16 + 1) / (64 + 1))


@given(st.integers(0, 10_000))
def test_every_reconstruction_is_zero_for_the_same_and_positive_otherwise(seed: int) -> None:
    one, other = glyphs(seed), glyphs(seed + 1)
    for loss in (l1, fixed_l1, soft_dice):
        assert float(loss(one, one)) == pytest.approx(0, abs=1e-6)
        assert float(loss(one, other)) > 0.01
    assert reconstruction("l1", one, other) == l1(one, other)
    assert reconstruction("fixed-l1", one, other) == fixed_l1(one, other)


def test_the_adversarial_loss_is_binary_cross_entropy() -> None:
    logits = torch.tensor([[0.0, 2.0]])
    by_hand = (math.log(2) + math.log(1 + math.exp(-2))) / 2
    assert float(adversarial(logits, real=True)) == pytest.approx(by_hand)
    assert float(adversarial(-logits, real=False)) == pytest.approx(by_hand)


def test_r1_is_half_the_squared_length_of_the_gradient_and_can_be_made_smaller() -> None:
    slope = torch.tensor(3.0, requires_grad=True)
    real = torch.rand(5, 1, 4, 4, requires_grad=True)
    penalty = r1_penalty((slope * real).sum(dim=(1, 2, 3)), real)
    assert float(penalty.detach()) == pytest.approx(16 * 9 / 2)
    penalty.backward()
    assert slope.grad is not None
    assert float(slope.grad) == pytest.approx(16 * 3)

"""Adversarial losses, against numbers worked out by hand."""

from __future__ import annotations

import math
from typing import get_args

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from fontgan.losses.adversarial import (
    Adversarial,
    discriminator_loss,
    generator_loss,
    gradient_penalty,
    r1_penalty,
)

KINDS: tuple[Adversarial, ...] = get_args(Adversarial)
REAL, FAKE = torch.tensor([True]), torch.tensor([False])


def softplus(x: float) -> float:
    return math.log(1 + math.exp(x))


# Two patches of one picture, whose logits are 0.5 and -2.
BY_HAND: dict[Adversarial, tuple[float, float, float]] = {  # called real, called fake, the generator's
    "vanilla": (
        (softplus(-0.5) + softplus(2)) / 2,
        (softplus(0.5) + softplus(-2)) / 2,
        (softplus(-0.5) + softplus(2)) / 2,
    ),
    "least-squares": ((0.5**2 + 3**2) / 2, (0.5**2 + 2**2) / 2, (0.5**2 + 3**2) / 2),
    "hinge": ((0.5 + 3) / 2, (1.5 + 0) / 2, 0.75),
    "wasserstein": (0.75, -0.75, 0.75),
}


@pytest.mark.parametrize("kind", KINDS)
def test_known_numbers(kind: Adversarial) -> None:
    logits = torch.tensor([[0.5, -2.0]])
    real, fake, generator = BY_HAND[kind]
    assert float(discriminator_loss(kind, logits, REAL)) == pytest.approx(real)
    assert float(discriminator_loss(kind, logits, FAKE)) == pytest.approx(fake)
    assert float(generator_loss(kind, logits)) == pytest.approx(generator)


def test_each_image_counts_by_its_own_label() -> None:
    logits = torch.tensor([[[[3.0]]], [[[5.0]]]])
    real = torch.tensor([True, False])
    assert float(discriminator_loss("least-squares", logits, real)) == pytest.approx((2**2 + 5**2) / 2)
    assert float(discriminator_loss("wasserstein", logits, real)) == pytest.approx((-3 + 5) / 2)
    assert float(discriminator_loss("wasserstein", logits.flatten(), real)) == pytest.approx((-3 + 5) / 2)


@pytest.mark.parametrize("kind", KINDS)
@given(least=st.floats(1, 5), more=st.floats(0.1, 5))
def test_the_loss_is_smaller_for_whoever_is_right(kind: Adversarial, least: float, more: float) -> None:
    right, wrong = torch.tensor([[least]]), torch.tensor([[-more]])
    if kind == "least-squares":
        right = torch.ones(1, 1)
    assert discriminator_loss(kind, right, REAL) < discriminator_loss(kind, wrong, REAL)
    assert generator_loss(kind, right) < generator_loss(kind, wrong)
    fake = torch.zeros(1, 1) if kind == "least-squares" else -right
    assert discriminator_loss(kind, fake, FAKE) < discriminator_loss(kind, -wrong, FAKE)


@pytest.mark.parametrize("kind", ["least-squares", "hinge"])
def test_a_critic_that_is_right_has_no_loss(kind: Adversarial) -> None:
    fake = torch.zeros(1, 4) if kind == "least-squares" else torch.full((1, 4), -1.0)
    assert float(discriminator_loss(kind, torch.ones(1, 4), REAL)) == 0
    assert float(discriminator_loss(kind, fake, FAKE)) == 0


def test_smoothing_is_of_real_pictures_alone() -> None:
    logits = torch.tensor([[0.5, -2.0]])
    for kind in KINDS:
        assert discriminator_loss(kind, logits, FAKE, smoothing=0.1) == discriminator_loss(kind, logits, FAKE)
    for kind in ("hinge", "wasserstein"):
        assert discriminator_loss(kind, logits, REAL, smoothing=0.1) == discriminator_loss(kind, logits, REAL)
    squares = ((0.5 - 0.9) ** 2 + (-2 - 0.9) ** 2) / 2
    assert float(discriminator_loss("least-squares", logits, REAL, smoothing=0.1)) == pytest.approx(squares)
    entropy = 0.9 * BY_HAND["vanilla"][0] + 0.1 * BY_HAND["vanilla"][1]
    assert float(discriminator_loss("vanilla", logits, REAL, smoothing=0.1)) == pytest.approx(entropy)


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_are_finite_for_logits_of_any_size(kind: Adversarial) -> None:
    logits = torch.tensor([[-1e4, -1.0, 0.0, 1.0, 1e4]], dtype=torch.bfloat16, requires_grad=True)
    total = (
        discriminator_loss(kind, logits, REAL)
        + discriminator_loss(kind, logits, FAKE)
        + generator_loss(kind, logits)
    )
    assert total.dtype == torch.float32
    total.backward()
    assert logits.grad is not None
    assert bool(logits.grad.isfinite().all())


def test_r1_is_half_the_squared_length_of_the_gradient_and_can_be_made_smaller() -> None:
    slope = torch.tensor(3.0, requires_grad=True)
    real = torch.rand(5, 1, 4, 4, requires_grad=True)
    penalty = r1_penalty((slope * real).sum(dim=(1, 2, 3)), real)
    assert float(penalty.detach()) == pytest.approx(16 * 9 / 2)
    penalty.backward()
    assert slope.grad is not None
    assert float(slope.grad) == pytest.approx(16 * 3)


def mixture() -> tuple[Tensor, Tensor, Tensor]:
    numbers = torch.Generator().manual_seed(1)
    real, fake = torch.rand(2, 3, 1, 4, 4, generator=numbers)
    return real, fake, torch.rand(3, generator=numbers)


def test_the_gradient_penalty_of_a_linear_critic() -> None:
    slope = torch.tensor(3.0, requires_grad=True)
    # 16 pixels of slope 3: the gradient is 12 long, wherever it is looked at.
    penalty = gradient_penalty(lambda x: (slope * x).sum(dim=(1, 2, 3)), *mixture())
    assert float(penalty.detach()) == pytest.approx((12 - 1) ** 2)
    penalty.backward()
    assert slope.grad is not None
    assert float(slope.grad) == pytest.approx(2 * (12 - 1) * 4)  # the length is 4 slopes


def test_a_critic_by_patches_is_the_mean_of_its_patches() -> None:
    # Four patches, each the sum of its 2×2 pixels, and their mean: slope 1/4 at 16 pixels, of length 1.
    penalty = gradient_penalty(lambda x: 4 * nn.functional.avg_pool2d(x, 2), *mixture())
    assert float(penalty.detach()) == 0


def test_the_gradient_is_taken_between_real_and_fake() -> None:
    real, fake, mix = mixture()
    seen: list[Tensor] = []

    def discriminator(pictures: Tensor) -> Tensor:
        seen.append(pictures.detach())
        return pictures.square().sum(dim=(1, 2, 3)) / 2  # its gradient is the picture

    penalty = gradient_penalty(discriminator, real, fake, mix)
    between = torch.stack([share * a + (1 - share) * b for share, a, b in zip(mix, real, fake, strict=True)])
    torch.testing.assert_close(seen[0], between)
    lengths = between.flatten(1).norm(dim=1)
    assert float(penalty.detach()) == pytest.approx(float((lengths - 1).square().mean()))


def test_a_flat_critic_has_a_finite_gradient_penalty() -> None:
    slope = torch.tensor(0.0, requires_grad=True)
    penalty = gradient_penalty(lambda x: (slope * x).sum(dim=(1, 2, 3)), *mixture())
    assert float(penalty.detach()) == 1
    penalty.backward()
    assert slope.grad is not None
    assert math.isfinite(float(slope.grad))

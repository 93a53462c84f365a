"""Every model and preset at 128 px, and the usual one at 256: it learns and draws as at 64."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from fontgan.drawing.arrays import draw_arrays
from fontgan.models.base import Model
from tests.models.small import PRESETS, drawn, small_model, some_batch, usual_loss

COUNT = 4


def learn_and_draw(model: Model[Any], size: int) -> Tensor:
    """Three steps, after which all that learns has moved (residual blocks begin at 0), and what is drawn."""
    batch = some_batch(COUNT, size=size)
    judges = {key: network for key, network in model.networks.items() if key.startswith("discriminator")}
    weights = {
        f"{part}.{key}": weight
        for part, network in {"generator": model.generator, **judges}.items()
        for key, weight in network.named_parameters()
    }
    before = {key: weight.detach().clone() for key, weight in weights.items()}
    for number in range(3):
        losses = model.step(batch, number + 1, progress=0.3 + number / 10).losses
        assert usual_loss(model) in losses
        assert all(torch.isfinite(loss) for loss in losses.values())
    for key, weight in weights.items():
        assert torch.isfinite(weight).all(), key
        if not key.endswith("judge.bias"):  # a critic's last one is the same to both sides
            assert torch.equal(weight, before[key]) != weight.requires_grad, key
    content = (batch.real_a * 255).to(torch.uint8)
    return draw_arrays(model.average.network, content, batch.conditions(model.conditions))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_every_preset_learns_and_draws_at_128_pixels(name: str, preset: str) -> None:
    model = small_model(name, preset, size=128, batch_size=COUNT)
    images = learn_and_draw(model, 128)
    assert images.shape == (COUNT, 1, 128, 128)
    assert images.min() >= 0
    assert images.max() <= 1
    assert torch.allclose(images, drawn(model, some_batch(COUNT, size=128)), atol=1e-5)
    # Not a page of one colour.
    assert images.std() > 0


def test_the_usual_model_learns_and_draws_at_256_pixels() -> None:
    images = learn_and_draw(small_model("pix2pix", "default", size=256, batch_size=COUNT), 256)
    assert images.shape == (COUNT, 1, 256, 256)
    assert torch.isfinite(images).all()

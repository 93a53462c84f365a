"""Layers: norms, convolutions, tails, initialisations, each against what its paper says of it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from fontgan.networks.discriminator import MinibatchDeviation
from fontgan.networks.initialisation import initialise, normalise_spectrum
from fontgan.networks.layers import LayerConfig, SelfAttention, convolution, down_block
from fontgan.networks.norms import ConditionalNorm, Norm, PixelNorm, make_norm
from fontgan.networks.tails import Tail, ToPicture

NORMS: list[Norm] = ["batch", "layer", "instance", "group", "pixel", "none"]


@pytest.mark.parametrize("kind", NORMS)
def test_a_norm_brings_what_it_measures_to_mean_0_and_variance_1(kind: Norm) -> None:
    """Each norm is known by the axes over which nothing of the mean and the scale is left."""
    maps = torch.randn(4, 64, 5, 5) * 3 + 7
    made = make_norm(kind, 64)(maps)
    axes = {"batch": (0, 2, 3), "layer": (1, 2, 3), "instance": (2, 3)}
    if kind in axes:
        assert torch.allclose(made.mean(axes[kind]), torch.zeros(()), atol=1e-4)
        assert torch.allclose(made.var(axes[kind], correction=0), torch.ones(()), atol=1e-3)
    elif kind == "group":
        groups = made.unflatten(1, (32, 2))
        assert torch.allclose(groups.var((2, 3, 4), correction=0), torch.ones(()), atol=1e-3)
    elif kind == "pixel":
        assert torch.allclose(made.square().mean(1), torch.ones(()), atol=1e-5)
    else:
        assert torch.equal(made, maps)


@pytest.mark.parametrize("channels", [1, 6, 24, 33, 512])
def test_groups_divide_any_number_of_channels(channels: int) -> None:
    assert make_norm("group", channels)(torch.rand(2, channels, 3, 3)).shape == (2, channels, 3, 3)


@pytest.mark.parametrize("kind", ["batch", "instance"])
def test_a_conditional_norm_follows_the_style_of_each_picture(kind: Norm) -> None:
    norm = ConditionalNorm(kind, 3, 2).eval()
    nn.init.normal_(norm.told.weight)
    maps = torch.randn(1, 3, 4, 4)
    one, other = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    together = norm(maps.expand(2, -1, -1, -1), torch.cat((one, other)))
    assert torch.allclose(together[:1], norm(maps, one), atol=1e-6)
    assert not torch.allclose(together[0], together[1])


@pytest.mark.parametrize("kernel", [2, 3, 4, 5, 6, 7])
def test_every_kernel_halves_a_picture(kernel: int) -> None:
    block = down_block(1, 3, LayerConfig(down_kernel=kernel))
    assert block(torch.rand(2, 1, 64, 64)).shape == (2, 3, 32, 32)


def test_a_dilated_block_looks_farther() -> None:
    fields = []
    for dilation in (1, 3):
        layer = convolution(1, 1, 3, 1, LayerConfig(), dilation=dilation)
        picture = torch.rand(1, 1, 21, 21, requires_grad=True)
        (gradient,) = torch.autograd.grad(layer(picture)[0, 0, 10, 10], picture)
        seen = gradient[0, 0].abs().sum(0).nonzero()
        fields.append(int(seen.max() - seen.min()) + 1)
    assert fields == [3, 7]


def test_self_attention_begins_as_the_identity_and_looks_everywhere() -> None:
    attention = SelfAttention(8)
    maps = torch.randn(1, 8, 4, 4, requires_grad=True)
    assert torch.equal(attention(maps), maps)
    nn.init.ones_(attention.weight)
    (gradient,) = torch.autograd.grad(attention(maps)[0, :, 0, 0].sum(), maps)
    assert (gradient.abs().sum(1) > 0).all()


@pytest.mark.parametrize("tail", ["tanh", "sigmoid", "softmax"])
def test_a_tail_gives_one_channel_from_ink_to_paper(tail: Tail) -> None:
    channels = 2 if tail == "softmax" else 1
    maps = torch.linspace(-5, 5, 50).view(1, 1, 1, 50).repeat(1, channels, 1, 1)
    maps[:, 1:] = 0
    made = ToPicture(tail)(maps)
    assert made.shape == (1, 1, 1, 50)
    assert float(made.min()) < 0.01
    assert float(made.max()) > 0.99
    assert (made.diff() > 0).all()


def test_the_minibatch_deviation_tells_equal_pictures_from_different_ones() -> None:
    layer = MinibatchDeviation()
    equal = layer(torch.rand(1, 3, 2, 2).expand(4, -1, -1, -1))
    assert equal.shape == (4, 4, 2, 2)
    assert torch.allclose(equal[:, 3], torch.zeros(()), atol=1e-3)
    # Two pictures of 0 and two of 2 deviate by 1 from their mean, everywhere.
    different = layer(torch.tensor([0.0, 0.0, 2.0, 2.0]).view(4, 1, 1, 1).expand(-1, 3, 2, 2))
    assert torch.allclose(different[:, 3], torch.ones(()), atol=1e-3)


def test_a_normalised_spectrum_has_its_largest_value_at_one() -> None:
    network = nn.Sequential(nn.Conv2d(3, 8, 3))
    nn.init.normal_(network[0].weight, 0, 5)  # type: ignore[arg-type]
    normalise_spectrum(network)
    for _ in range(50):
        network(torch.rand(1, 3, 8, 8))  # each use makes one iteration
    matrix = network.eval()[0].weight.detach().flatten(1)  # type: ignore[operator]
    assert float(torch.linalg.matrix_norm(matrix, 2)) == pytest.approx(1, rel=1e-2)


@pytest.mark.parametrize(
    ("kind", "deviation"),
    [("he", (2 / 1.04 / 512) ** 0.5), ("xavier", (2 / 1024) ** 0.5), ("equalised", 1.0)],
)
def test_initialisations_have_their_variance(kind: Any, deviation: float) -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(512, 512))
    initialise(network, kind)
    weight = dict(network.named_parameters())[
        "0.parametrizations.weight.original" if kind == "equalised" else "0.weight"
    ]
    assert float(weight.detach().std()) == pytest.approx(deviation, rel=0.02)
    # Of unit inputs come outputs of He's variance either way.
    made = network(torch.randn(256, 512)).detach()
    wanted = 1.0 if kind == "xavier" else 2 / 1.04
    assert float(made.var()) == pytest.approx(wanted, rel=0.05)


def test_pixel_norm_has_no_weights() -> None:
    assert not list(PixelNorm().parameters())

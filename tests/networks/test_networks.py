"""Networks: shapes, ranges, and what the papers say of their layers."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from fontgan.models.pix2pix import Pix2Pix
from fontgan.networks.autoencoder import AutoEncoderGen
from fontgan.networks.blocks import initialise
from fontgan.networks.patchgan import PatchGan
from fontgan.networks.unet import UNet, reduction

UNETS: list[dict[str, Any]] = [
    {"stem": stem, "skip": skip, "residual": residual, "upsampling": upsampling, "norm": norm}
    for stem in ("stride", "unshuffle")
    for skip in ("concat", "add")
    for residual, upsampling, norm in ((0, "transposed", "instance"), (1, "nearest", "batch"))
]


def unet(**changes: Any) -> UNet:
    plain = {"widths": (8, 16, 24), "down_kernel": 4, "dropout": 0.0, "norm": "batch", "residual": 0}
    return UNet(**{**plain, "stem": "unshuffle", "skip": "add", "upsampling": "nearest", **changes})


@pytest.mark.parametrize("options", UNETS, ids=lambda one: "-".join(str(value) for value in one.values()))
@pytest.mark.parametrize("size", [64, 128])
def test_a_unet_gives_pictures_of_the_same_shape_in_range(options: dict[str, Any], size: int) -> None:
    made = unet(**options)(torch.rand(2, 1, size, size))
    assert made.shape == (2, 1, size, size)
    assert made.min() >= 0
    assert made.max() <= 1


@pytest.mark.parametrize("skip", ["concat", "add"])
def test_skips_carry_what_the_innermost_maps_do_not(skip: str) -> None:
    """Without its innermost maps a U-Net still tells pictures apart; an autoencoder does not."""
    network = unet(skip=skip).eval()
    network.down[-1].register_forward_hook(lambda *args: torch.zeros_like(args[2]))
    one, other = network(torch.rand(2, 1, 64, 64))
    assert not torch.allclose(one, other, atol=1e-4)
    autoencoder = AutoEncoderGen(4, 0.5, 0.5).eval()
    autoencoder.encoder[-1].register_forward_hook(lambda *args: torch.zeros_like(args[2]))
    one, other = autoencoder(torch.rand(2, 1, 64, 64))
    assert torch.allclose(one, other)


def test_the_papers_unet_has_the_published_layers() -> None:
    paper = Pix2Pix.build_generator(Pix2Pix.preset("paper"), 256)
    down = [module for module in paper.modules() if isinstance(module, nn.Conv2d)]
    up = [module for module in paper.modules() if isinstance(module, nn.ConvTranspose2d)]
    assert [layer.out_channels for layer in down] == [64, 128, 256, 512, 512, 512, 512, 512]
    assert [layer.in_channels for layer in up] == [512, 1024, 1024, 1024, 1024, 512, 256, 128]
    assert [layer.out_channels for layer in up] == [512, 512, 512, 512, 256, 128, 64, 1]
    assert all(layer.kernel_size == (4, 4) and layer.stride == (2, 2) for layer in [*down, *up])
    assert sum(isinstance(module, nn.Dropout) for module in paper.modules()) == 3
    assert sum(isinstance(module, nn.InstanceNorm2d) for module in paper.modules()) == 6 + 7


@pytest.mark.parametrize(("size", "levels"), [(64, 6), (128, 7), (256, 8)])
def test_the_papers_unet_goes_down_to_one_pixel_at_every_size(size: int, levels: int) -> None:
    network = Pix2Pix.build_generator(Pix2Pix.preset("paper"), size)
    assert sum(isinstance(module, nn.Conv2d) for module in network.modules()) == levels
    assert network(torch.rand(1, 1, size, size)).shape == (1, 1, size, size)


def test_reduction_is_what_the_stem_and_the_levels_make() -> None:
    assert reduction((8,) * 8, "stride") == 256
    assert reduction((8,) * 3, "unshuffle") == 16


@pytest.mark.parametrize("size", [64, 128, 256])
def test_the_autoencoder_is_the_one_of_the_notes(size: int) -> None:
    network = AutoEncoderGen(4, 0.5, 0.5)
    assert network(torch.rand(2, 1, size, size)).shape == (2, 1, size, size)
    down = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
    up = [module for module in network.modules() if isinstance(module, nn.ConvTranspose2d)]
    assert [layer.out_channels for layer in down] == [4, 8, 16, 32, 64, 128]
    assert [layer.out_channels for layer in up] == [64, 32, 16, 8, 4, 1]
    units = list(network.encoder.children())
    with_dropout = [any(isinstance(one, nn.Dropout) for one in unit.children()) for unit in units]
    assert with_dropout == [False, False, False, True, True, True]
    assert network.encoder(torch.rand(1, 1, size, size)).shape[2:] == (size // 64, size // 64)


@pytest.mark.parametrize(("layers", "field"), [(1, 16), (2, 34), (3, 70)])
def test_a_patch_sees_the_field_that_the_paper_names(layers: int, field: int) -> None:
    network = PatchGan(4, layers, "none").eval()
    content = torch.rand(1, 1, 128, 128, requires_grad=True)
    logits = network(content, torch.rand(1, 1, 128, 128))
    middle = logits.shape[-1] // 2
    (gradient,) = torch.autograd.grad(logits[0, 0, middle, middle], content)
    seen = gradient[0, 0].abs().sum(dim=0).nonzero()
    assert int(seen.max() - seen.min()) + 1 == field


def test_weights_start_as_the_paper_says() -> None:
    torch.manual_seed(0)
    network = AutoEncoderGen(16, 0.5, 0.0)
    initialise(network)
    weights = torch.cat(
        [one.weight.detach().flatten() for one in network.modules() if isinstance(one, nn.Conv2d)]
    )
    assert float(weights.mean()) == pytest.approx(0, abs=1e-3)
    assert float(weights.std()) == pytest.approx(0.02, rel=0.02)
    before = network.state_dict()["final.0.weight"].clone()
    initialise(network, "uniform")
    assert not torch.equal(before, network.state_dict()["final.0.weight"])

"""Networks: shapes, ranges, and what the papers say of their layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from fontgan.errors import FontganError
from fontgan.models.base import GeneratorSpec
from fontgan.models.cyclegan import CycleGan
from fontgan.models.parts.generator import FAST_UNET, GeneratorSettings
from fontgan.models.pix2pix import Pix2Pix
from fontgan.networks.autoencoder import AutoEncoderGen, coarsened
from fontgan.networks.composites import BothWays, TwoStages
from fontgan.networks.discriminator import Discriminator
from fontgan.networks.initialisation import initialise
from fontgan.networks.layers import LayerConfig
from fontgan.networks.resnet import ResNet
from fontgan.networks.tails import GlobalSkip, Tail, first_with_ink
from fontgan.networks.unet import UNet, UNetConfig
from fontgan.networks.wnet import WNetwork
from fontgan.networks.zi2zi import Zi2ZiNet

UNETS: list[dict[str, Any]] = [
    {"stem": stem, "skip": skip, "residual": residual, "upsampling": upsampling, "norm": norm}
    for stem in ("stride", "unshuffle")
    for skip in ("concat", "add")
    for residual, upsampling, norm in ((0, "transposed", "instance"), (1, "nearest", "batch"))
]


NOTES = LayerConfig(norm="instance")  # AutoEncoderGen's


def unet(
    stem: str = "unshuffle",
    skip: str = "add",
    residual: int = 0,
    upsampling: str = "nearest",
    norm: str = "batch",
    tail: Tail = "tanh",
    attention: int = 0,
    **layers: Any,
) -> UNet:
    shape = UNetConfig((8, 16, 24), stem, skip, residual, attention)  # type: ignore[arg-type]
    return UNet(shape, LayerConfig(norm=norm, upsampling=upsampling, **layers), tail)  # type: ignore[arg-type]


@pytest.mark.parametrize("options", UNETS, ids=lambda one: "-".join(str(value) for value in one.values()))
@pytest.mark.parametrize("size", [64, 128])
def test_a_unet_gives_pictures_of_the_same_shape_in_range(options: dict[str, Any], size: int) -> None:
    made = unet(**options)(torch.rand(2, 1, size, size))
    assert made.shape == (2, 1, size, size)
    assert made.min() >= 0
    assert made.max() <= 1


@pytest.mark.parametrize("skip", ["concat", "add"])
def test_skips_carry_what_the_innermost_maps_do_not(skip: str) -> None:
    """Without its innermost maps a U-Net still distinguishes pictures; an autoencoder does not."""
    network = unet(skip=skip).eval()
    network.encoder.down[-1].register_forward_hook(lambda *args: torch.zeros_like(args[2]))
    one, other = network(torch.rand(2, 1, 64, 64))
    assert not torch.allclose(one, other, atol=1e-4)
    autoencoder = AutoEncoderGen(4, NOTES, 0.5, 0.5).eval()
    autoencoder.encoder[-1].register_forward_hook(lambda *args: torch.zeros_like(args[2]))
    one, other = autoencoder(torch.rand(2, 1, 64, 64))
    assert torch.allclose(one, other)


@pytest.mark.slow
def test_the_papers_unet_has_the_published_layers() -> None:
    paper = Pix2Pix.build_generator(Pix2Pix.preset("paper"), GeneratorSpec(256))
    down = [module for module in paper.modules() if isinstance(module, nn.Conv2d)]
    up = [module for module in paper.modules() if isinstance(module, nn.ConvTranspose2d)]
    assert [layer.out_channels for layer in down] == [64, 128, 256, 512, 512, 512, 512, 512]
    assert [layer.in_channels for layer in up] == [512, 1024, 1024, 1024, 1024, 512, 256, 128]
    assert [layer.out_channels for layer in up] == [512, 512, 512, 512, 256, 128, 64, 1]
    assert all(layer.kernel_size == (4, 4) and layer.stride == (2, 2) for layer in [*down, *up])
    assert sum(isinstance(module, nn.Dropout) for module in paper.modules()) == 3
    assert sum(isinstance(module, nn.InstanceNorm2d) for module in paper.modules()) == 6 + 7


@pytest.mark.slow
@pytest.mark.parametrize(("size", "levels"), [(64, 6), (128, 7), (256, 8)])
def test_the_papers_unet_goes_down_to_one_pixel_at_every_size(size: int, levels: int) -> None:
    network = Pix2Pix.build_generator(Pix2Pix.preset("paper"), GeneratorSpec(size))
    assert sum(isinstance(module, nn.Conv2d) for module in network.modules()) == levels
    assert network(torch.rand(1, 1, size, size)).shape == (1, 1, size, size)


def test_reduction_is_what_the_stem_and_the_levels_make() -> None:
    assert UNetConfig((8,) * 8, "stride").reduction == 256
    assert UNetConfig((8,) * 3, "unshuffle").reduction == 16
    assert UNetConfig((8,) * 3, "unshuffle", block=8).reduction == 32


@pytest.mark.parametrize("kind", ["unet", "resnet"])
@pytest.mark.parametrize("grid", [16, 32])
def test_maps_have_as_many_pixels_as_the_grid_whatever_the_size(kind: Any, grid: int) -> None:
    settings = GeneratorSettings(
        **{**FAST_UNET, "widths": (8, 12), "residual": 1}, kind=kind, width=4, grid=grid
    )
    for size in (64, 128, 256):
        sides: list[int] = []
        network = settings.build(size)
        norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
        norms[0].register_forward_hook(lambda _, __, maps, sides=sides: sides.append(maps.shape[-1]))
        assert network(torch.rand(2, 1, size, size)).shape == (2, 1, size, size)
        assert sides == [grid]


def test_a_grid_that_does_not_divide_an_image_is_refused() -> None:
    for kind in ("unet", "resnet"):
        settings = GeneratorSettings(**FAST_UNET, kind=kind, grid=24)
        with pytest.raises(
            FontganError, match="a grid of 24×24 blocks cannot take images of 128 px: use set grid=16"
        ):
            settings.build(128)


@pytest.mark.parametrize("size", [64, 128, 256])
def test_the_autoencoder_is_the_one_of_the_notes(size: int) -> None:
    network = AutoEncoderGen(4, NOTES, 0.5, 0.5)
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
    network = Discriminator("patch", 2, 4, layers, "none", 128).eval()
    content = torch.rand(1, 1, 128, 128, requires_grad=True)
    logits = network(content, torch.rand(1, 1, 128, 128)).logits
    middle = logits.shape[-1] // 2
    (gradient,) = torch.autograd.grad(logits[0, 0, middle, middle], content)
    seen = gradient[0, 0].abs().sum(dim=0).nonzero()
    assert int(seen.max() - seen.min()) + 1 == field


def test_weights_start_as_the_paper_says() -> None:
    torch.manual_seed(0)
    network = AutoEncoderGen(16, NOTES, 0.5, 0.0)
    initialise(network)
    weights = torch.cat(
        [one.weight.detach().flatten() for one in network.modules() if isinstance(one, nn.Conv2d)]
    )
    assert float(weights.mean()) == pytest.approx(0, abs=1e-3)
    assert float(weights.std()) == pytest.approx(0.02, rel=0.02)
    before = network.state_dict()["final.0.weight"].clone()
    initialise(network, "uniform")
    assert not torch.equal(before, network.state_dict()["final.0.weight"])


@pytest.mark.parametrize("layers", [{"convolution": "gated"}, {"dilation": 2}, {"downsampling": "pool"}])
@pytest.mark.parametrize("stem", ["stride", "unshuffle"])
def test_layers_of_every_kind_keep_the_shapes(layers: dict[str, Any], stem: str) -> None:
    made = unet(stem=stem, residual=1, attention=1, **layers)(torch.rand(2, 1, 64, 64))
    assert made.shape == (2, 1, 64, 64)


@pytest.mark.parametrize("stem", ["stride", "unshuffle"])
def test_the_resnet_gives_pictures_of_the_same_shape_in_range(stem: Any) -> None:
    network = ResNet(4, stem, 2, True, LayerConfig("instance", padding="reflect"), 0.0, "tanh")
    made = network(torch.rand(2, 1, 64, 64))
    assert made.shape == (2, 1, 64, 64)
    assert 0 <= float(made.detach().min()) <= float(made.detach().max()) <= 1


def test_cyclegans_resnet_has_the_published_layers() -> None:
    paper = CycleGan.build_generator(CycleGan.preset("paper"), GeneratorSpec(128))
    assert isinstance(paper, BothWays)
    layers = [one for one in paper.forth.modules() if isinstance(one, nn.Conv2d | nn.ConvTranspose2d)]
    widths = [layer.out_channels for layer in layers]
    assert widths == [64, 128, 256, *[256] * 12, 128, 64, 1]
    assert [layers[place].kernel_size[0] for place in (0, 1, 2, 3, -1)] == [7, 3, 3, 3, 7]
    assert layers[0].padding_mode == layers[3].padding_mode == "reflect"


@pytest.mark.parametrize("tail", ["tanh", "sigmoid", "softmax"])
@pytest.mark.parametrize("stem", ["stride", "unshuffle"])
def test_a_global_skip_begins_with_the_picture_as_it_is(tail: Tail, stem: str) -> None:
    pictures = (torch.rand(2, 1, 64, 64) > 0.5).float()
    made = GlobalSkip(unet(stem=stem, tail=tail))(pictures)
    assert ((made - pictures).abs() < 0.15).all()
    assert torch.equal(made > 0.5, pictures > 0.5)


def stacked(count: int, *blank: tuple[int, int]) -> torch.Tensor:
    """Characters in three content fonts, black and white; `blank` are the (sample, channel) that lack one."""
    pictures = (torch.rand(count, 3, 64, 64, generator=torch.Generator().manual_seed(5)) > 0.5).float()
    for sample, channel in blank:
        pictures[sample, channel] = 1
    return pictures


SMALL, STRIDED = UNetConfig((4, 6, 8), "unshuffle"), UNetConfig((4, 6, 8))
PLAIN = LayerConfig()

THREE_CHANNELS: list[Callable[[], nn.Module]] = [
    lambda: UNet(SMALL, PLAIN, "tanh", inputs=3),
    lambda: UNet(STRIDED, PLAIN, "softmax", inputs=3),
    lambda: ResNet(4, "stride", 1, False, PLAIN, 0.0, "tanh", inputs=3),
    lambda: ResNet(4, "unshuffle", 1, False, PLAIN, 0.0, "tanh", inputs=3),
    lambda: AutoEncoderGen(4, NOTES, 0.0, 0.0, inputs=3),
    lambda: AutoEncoderGen(4, NOTES, 0.0, 0.0, growing=True, inputs=3),
    lambda: GlobalSkip(UNet(SMALL, PLAIN, "softmax", inputs=3), contents=3),
    lambda: BothWays(UNet(SMALL, PLAIN, "tanh", inputs=3), UNet(SMALL, PLAIN, "tanh")),
    lambda: TwoStages(UNet(SMALL, PLAIN, "tanh", inputs=3), UNet(SMALL, PLAIN, "tanh", inputs=4), True),
    lambda: TwoStages(UNet(SMALL, PLAIN, "tanh", inputs=3), UNet(SMALL, PLAIN, "tanh"), False),
    lambda: Zi2ZiNet(SMALL, PLAIN, "tanh", 2, 4, "both", inputs=3),
    lambda: WNetwork(SMALL, PLAIN, "tanh", 3, 1, True, inputs=3),
]


@pytest.mark.parametrize("make", THREE_CHANNELS)
def test_every_network_takes_stacked_content_and_looks_at_each_channel(make: Callable[[], nn.Module]) -> None:
    network = make().eval()
    if isinstance(network, GlobalSkip):
        nn.init.normal_(network.get_parameter("network.decoder.head.0.weight"))
    pictures, conditions = stacked(2), []
    if isinstance(network, Zi2ZiNet):
        conditions = [torch.tensor([0, 1])]
    elif isinstance(network, WNetwork):
        conditions = [torch.rand(2, 2, 1, 64, 64)]
    made = network(pictures, *conditions)
    assert made.shape == (2, 1, 64, 64)
    for channel in range(3):
        changed = pictures.clone()
        changed[:, channel] = 1 - changed[:, channel]
        assert not torch.equal(network(changed, *conditions), made), channel


def test_a_global_skip_starts_from_the_first_content_font_that_has_the_character() -> None:
    pictures = stacked(3, (0, 0), (1, 0), (2, 0), (2, 1))
    pictures[0, 0, 5, 5] = 0.99  # the palest ink is ink
    made = GlobalSkip(UNet(SMALL, PLAIN, "tanh", inputs=3), contents=3)(pictures)
    chosen = torch.stack([pictures[0, 0], pictures[1, 1], pictures[2, 2]]).unsqueeze(1)
    assert torch.equal(made > 0.5, chosen > 0.5)
    blank = torch.ones(1, 3, 64, 64)
    assert torch.equal(first_with_ink(blank), blank[:, :1])
    assert torch.equal(first_with_ink(pictures)[:2], chosen[:2])


def test_a_global_skip_of_one_content_ignores_what_stands_beside_it() -> None:
    """A cleaning network sees a drawn image, blank or not, and the content: the drawn one is changed."""
    pictures = stacked(2, (0, 0))[:, :2]
    made = GlobalSkip(UNet(SMALL, PLAIN, "tanh", inputs=2))(pictures)
    assert torch.equal(made > 0.5, pictures[:, :1] > 0.5)


@pytest.mark.parametrize("kind", ["patch", "pixel", "image"])
@pytest.mark.parametrize("deviation", [False, True])
def test_a_discriminator_judges_patches_pixels_or_the_whole(kind: Any, deviation: bool) -> None:
    network = Discriminator(kind, 1, 4, 3, "instance", 64, deviation, styles=5)
    output = network(torch.rand(4, 1, 64, 64))
    sizes = {"patch": 6, "pixel": 64, "image": 1}
    assert output.logits.shape == (4, 1, sizes[kind], sizes[kind])
    assert output.styles is not None
    assert output.styles.shape == (4, 5)
    assert all(torch.isfinite(maps).all() for maps in output.features)


def test_coarse_pictures_keep_the_ink_and_full_ones_are_as_they_were() -> None:
    pictures = torch.rand(2, 1, 64, 64)
    for grown in (0.0, 1.0, 1.5, 3.25, 5.0):
        coarse = coarsened(pictures, grown)
        assert torch.allclose(coarse.mean((1, 2, 3)), pictures.mean((1, 2, 3)), atol=1e-5)
    assert torch.equal(coarsened(pictures, 5.0), pictures)
    assert torch.unique(coarsened(pictures, 1.0)[0]).numel() == 16  # blocks of 16 pixels


@pytest.mark.parametrize("grown", [1.0, 2.5, 4.0, 4.5, 5.0])
def test_a_growing_network_draws_as_coarsely_as_it_has_grown(grown: float) -> None:
    network = AutoEncoderGen(4, NOTES, 0.0, 0.0, growing=True).eval()
    network.grown.fill_(grown)
    made = network(torch.rand(2, 1, 64, 64)).detach()
    assert made.shape == (2, 1, 64, 64)
    block = 2 ** (5 - int(grown) - (grown > int(grown)))
    blocks = made.unflatten(3, (-1, block)).unflatten(2, (-1, block))
    assert float((blocks - blocks[:, :, :, :1, :, :1]).abs().max()) < 1e-6


def test_two_stages_leave_the_first_as_it_is() -> None:
    first, second = nn.Sequential(nn.BatchNorm2d(1), nn.Dropout(0.5)), nn.Conv2d(2, 1, 1)
    stages = TwoStages(first, second, sees_content=True).train()
    assert not first.training
    assert second.training
    stages(torch.rand(2, 1, 8, 8)).sum().backward()
    assert all(weight.grad is None for weight in first.parameters())
    assert second.weight.grad is not None


@pytest.mark.parametrize("skip", ["concat", "add"])
@pytest.mark.parametrize("norms", [False, True])
def test_a_wnet_takes_any_number_of_references_in_any_order(skip: Any, norms: bool) -> None:
    network = WNetwork(UNetConfig((4, 6, 8), "unshuffle", skip), LayerConfig(), "tanh", 3, 1, norms).eval()
    pictures, references = torch.rand(2, 1, 64, 64), torch.rand(2, 5, 1, 64, 64)
    made = network(pictures, references)
    assert torch.allclose(made, network(pictures, references.flip(1)), atol=1e-5)
    twice = torch.cat((references, references), 1)
    assert torch.allclose(made, network(pictures, twice), atol=1e-5)
    assert not torch.allclose(made, network(pictures, references[:, :1]), atol=1e-5)
    for_all = references[:1]
    alike = network(pictures, for_all.expand(2, -1, -1, -1, -1))
    assert torch.allclose(network(pictures, for_all), alike, atol=1e-5)


@pytest.mark.parametrize("style_into", ["bottleneck", "norms", "both"])
def test_zi2zi_draws_each_picture_in_its_own_style(style_into: Any) -> None:
    network = Zi2ZiNet(
        UNetConfig((4, 6, 8), "unshuffle", "add"), LayerConfig(), "tanh", 3, 4, style_into
    ).eval()
    picture = torch.rand(1, 1, 64, 64)
    styles = torch.tensor([0, 1, 2])
    together = network(picture.expand(3, -1, -1, -1), styles)
    for number in range(3):
        assert torch.allclose(
            together[number : number + 1], network(picture, styles[number : number + 1]), atol=1e-5
        )
    assert not torch.allclose(together[0], together[1], atol=1e-6)

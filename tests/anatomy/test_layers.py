"""What networks consist of: every weight is counted once, and every shape is right."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from fontgan.anatomy.layers import Anatomy, dissect
from fontgan.models import find_model
from fontgan.models.base import FirstStage, GeneratorSpec
from fontgan.models.examples import example_inputs
from tests.models.small import PRESETS, small_settings, small_spec


def anatomy_of(name: str, preset: str, **changes: Any) -> tuple[nn.Module, Anatomy]:
    kind, settings = find_model(name), small_settings(name, preset, **changes)
    network = kind.build_generator(settings, small_spec(name))
    return network, dissect(network, example_inputs(kind, settings, 64))


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_every_weight_is_counted_once(name: str, preset: str) -> None:
    network, anatomy = anatomy_of(name, preset)
    assert anatomy.parameters == sum(weight.numel() for weight in network.parameters())
    shown = sum(stage.parameters for stage in anatomy.stages) + sum(skip.parameters for skip in anatomy.skips)
    listed = sum(layer.parameters for layer in anatomy.layers)
    drawing = network.forth if name == "cyclegan" else network
    assert isinstance(drawing, nn.Module)
    assert shown == listed == sum(weight.numel() for weight in drawing.parameters())


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_stages_lead_from_picture_to_picture(name: str, preset: str) -> None:
    _, anatomy = anatomy_of(name, preset)
    assert len({stage.name for stage in anatomy.stages}) == len(anatomy.stages)
    for part in anatomy.parts:
        assert {stage.side for stage in part.stages} >= {"encoder", "middle", "decoder"}
        assert part.stages[-1].shape == (1, 64, 64)
        assert all(stage.shape[1:] == (64, 64) for stage in part.inputs)
        (inner,) = (stage for stage in part.stages if stage.side == "middle")
        sizes = [stage.shape[1] for stage in part.stages if len(stage.shape) == 3]
        assert inner.shape[1] == min(sizes)
        stages = {stage.name: stage for stage in (*part.inputs, *part.stages)}
        for skip in part.skips:
            start, end = stages[skip.start], stages[skip.end]
            if skip.join == "everywhere":
                assert len(start.shape) == 1
            else:
                assert start.shape[1:] == end.shape[1:]


def test_a_unet_is_told_level_by_level() -> None:
    _, anatomy = anatomy_of("pix2pix", "paper")  # widths 8, 12, 16
    assert [(stage.name, stage.side, stage.shape) for stage in anatomy.stages] == [
        ("encoder.stem", "encoder", (8, 32, 32)),
        ("encoder.down.0", "encoder", (12, 16, 16)),
        ("encoder.down.1", "middle", (16, 8, 8)),
        ("decoder.up.0", "decoder", (24, 16, 16)),
        ("decoder.up.1", "decoder", (16, 32, 32)),
        ("decoder.head", "decoder", (1, 64, 64)),
    ]
    assert [(skip.start, skip.end, skip.join) for skip in anatomy.skips] == [
        ("encoder.stem", "decoder.up.1", "concat"),
        ("encoder.down.0", "decoder.up.0", "concat"),
    ]
    first = anatomy.layers[0]
    assert (first.name, first.kind, first.shape) == ("encoder.stem.0", "Conv2d", (8, 32, 32))
    assert first.parameters == 8 * 16 + 8


def test_the_style_of_wnet_joins_the_inner_sizes() -> None:
    _, anatomy = anatomy_of("wnet", "paper", styled=1)
    joined = [(skip.start, skip.end) for skip in anatomy.skips if skip.start.startswith("style")]
    assert joined == [("style.down.0", "decoder.up.0"), ("style.down.1", "content.down.1")]
    assert {stage.name for stage in anatomy.stages if stage.side == "style"} == {
        "style.stem",
        "style.down.0",
        "style.down.1",
    }
    assert [stage.name for stage in anatomy.parts[0].inputs] == ["content", "references"]


def test_what_a_drawing_cannot_show_is_said() -> None:
    network, anatomy = anatomy_of("cyclegan", "default")
    back = network.get_submodule("back")
    assert f"{sum(weight.numel() for weight in back.parameters()):,} weights" in anatomy.parts[0].notes[-1]
    _, anatomy = anatomy_of("zi2zi", "default")
    assert anatomy.parts[0].notes == ("The norms of the decoder follow the style.",)
    _, anatomy = anatomy_of("zi2zi", "paper")
    assert anatomy.parts[0].notes == ()


def test_two_stages_are_two_parts_whatever_the_first_is() -> None:
    kind = find_model("denoiser")
    for first in ("autoencoder", "cyclegan"):
        settings = small_settings("denoiser", "default")
        stage = FirstStage(first, small_settings(first, "paper"))
        network = kind.build_generator(settings, GeneratorSpec(64, first=stage))
        anatomy = dissect(network, example_inputs(kind, settings, 64))
        assert len(anatomy.parts) == 2
        assert all(each.name.startswith("first.") for each in anatomy.parts[0].stages)
        assert all(each.name.startswith("second.") for each in anatomy.parts[1].stages)
        assert anatomy.parts[1].inputs[0].shape == (2, 64, 64)
        assert [skip.start for skip in anatomy.parts[1].skips][-1] == "second.encoder.down.0"


@pytest.mark.parametrize("generator", ["unet", "resnet", "autoencoder"])
def test_a_global_skip_goes_from_the_picture_to_the_end(generator: str) -> None:
    _, anatomy = anatomy_of("pix2pix", "default", generator=generator, global_skip=True)
    assert anatomy.stages[-1].name == "to_picture"
    assert (anatomy.skips[0].start, anatomy.skips[0].end) == ("content", "to_picture")
    changes = {"generator": generator, "global_skip": True, "sees_content": True}
    _, anatomy = anatomy_of("denoiser", "default", **changes)
    skip = anatomy.parts[1].skips[0]
    assert (skip.start, skip.end) == ("drawn, and content", "second.to_picture")


def test_a_parametrised_layer_is_one_layer() -> None:
    _, plain = anatomy_of("pix2pix", "default")
    _, equalised = anatomy_of("pix2pix", "default", initialisation="equalised")
    assert equalised.layers == plain.layers
    _, attentive = anatomy_of("pix2pix", "default", attention=1)
    assert next(layer for layer in attentive.layers if layer.kind == "SelfAttention").parameters == 1


def test_a_network_of_unknown_kind_is_its_children_and_stays_in_its_mode() -> None:
    network = nn.Sequential(nn.Conv2d(1, 4, 4, 2, 1), nn.Identity(), nn.ConvTranspose2d(4, 1, 4, 2, 1))
    anatomy = dissect(network, [torch.rand(1, 1, 64, 64)])
    assert network.training
    assert [(stage.name, stage.side) for stage in anatomy.stages] == [(name, "middle") for name in "012"]
    assert [layer.name for layer in anatomy.layers] == ["0", "2"]
    assert not any(module._forward_hooks for module in network.modules())

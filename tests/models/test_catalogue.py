"""The catalogue of models: complete, and right where it can be worked out by hand."""

from __future__ import annotations

import pytest
import torch

from fontgan.compute.engine import Engine
from fontgan.errors import FontganError
from fontgan.models import catalogue as module
from fontgan.models import find_model, model_names
from fontgan.models.catalogue import catalogue, flops_of, images_per_second, weigh
from fontgan.models.examples import example_inputs, example_spec
from fontgan.networks.counting import in_short
from fontgan.networks.layers import LayerConfig
from fontgan.networks.unet import UNet, UNetConfig
from tests.models.small import PRESETS, small_settings, small_spec


@pytest.mark.slow
def test_every_model_and_preset_is_there() -> None:
    entries = catalogue()
    assert not {"base", "catalogue", "examples"} & set(model_names())
    assert [(entry.model, entry.preset) for entry in entries] == PRESETS
    for entry in entries:
        assert entry.parameters > 0
        assert entry.flops > entry.parameters / 10
        assert entry.loss
        assert entry.images_per_second is None
    larger = {(entry.model, entry.preset): entry for entry in catalogue(size=256)}
    assert all(larger[entry.model, entry.preset].flops > entry.flops for entry in entries)


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_weights_and_flops_are_those_of_a_generator_that_is_built(name: str, preset: str) -> None:
    kind, settings = find_model(name), small_settings(name, preset)
    network = kind.build_generator(settings, small_spec(name))
    parameters, flops = weigh(kind, settings, small_spec(name))
    assert parameters == sum(weight.numel() for weight in network.parameters())
    assert flops == flops_of(network, example_inputs(kind, settings, 64))


def test_flops_are_what_one_works_out_by_hand() -> None:
    network = UNet(UNetConfig((8, 16)), LayerConfig(), "tanh")
    stem = 32 * 32 * 8 * 1 * 16
    down = 16 * 16 * 16 * 8 * 16
    up = 16 * 16 * 16 * 8 * 16  # each of the small maps' pixels is spread over 4×4
    head = 32 * 32 * (8 + 8) * 1 * 16
    assert flops_of(network, [torch.rand(1, 1, 64, 64)]) == 2 * (stem + down + up + head)


def test_what_needs_numbers_to_run_is_weighed_too() -> None:
    kind = find_model("autoencoder")
    still = small_settings("autoencoder", "default")
    growing = still.changed(growing=0.5)
    spec = small_spec("autoencoder")
    assert weigh(kind, growing, spec)[1] == weigh(kind, still, spec)[1]
    assert weigh(kind, growing, spec)[0] > weigh(kind, still, spec)[0]


@pytest.mark.parametrize("name", ["pix2pix", "cyclegan", "zi2zi", "wnet", "denoiser"])
def test_speeds_are_measured_with_real_steps(name: str) -> None:
    engine = Engine(torch.device("cpu"), torch.float32)
    settings = small_settings(name, "paper", batch_size=4)
    assert images_per_second(find_model(name), settings, small_spec(name), engine, 0.0) > 0


@pytest.mark.slow
def test_speeds_stand_in_the_catalogue_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "images_per_second", lambda *_: 12.5)
    assert {entry.images_per_second for entry in catalogue(64, 0.1)} == {12.5}


def test_a_size_that_a_network_cannot_take_is_told() -> None:
    with pytest.raises(FontganError, match="cannot take images of 50 px"):
        catalogue(size=50)


def test_example_inputs_are_what_the_conditions_say() -> None:
    for name, conditions in (("zi2zi", (3,)), ("wnet", (3, 2, 1, 64, 64))):
        kind = find_model(name)
        _, condition = example_inputs(kind, kind.preset("default"), 64, count=3)
        assert tuple(condition.shape) == conditions
    assert example_spec(find_model("denoiser"), 64).first is not None


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.00 k"),
        (74123, "74.1 k"),
        (999499, "999 k"),
        (999999, "1.00 M"),
        (4_514_119_680, "4.51 G"),
        (10**18, "1000 P"),
    ],
)
def test_large_numbers_are_short(number: int, words: str) -> None:
    assert in_short(number) == words

"""Edges: every network names the first and the last layer of each of its branches, and no hidden one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import nn

from fontgan.compute.optimisers import hidden_weights
from fontgan.models import find_model
from fontgan.models.examples import example_inputs
from fontgan.networks.autoencoder import AutoEncoderGen
from fontgan.networks.composites import BothWays, TwoStages
from fontgan.networks.discriminator import Discriminator
from fontgan.networks.edges import WEIGHTED, Network, edges_of
from fontgan.networks.initialisation import initialise, normalise_spectrum
from fontgan.networks.layers import LayerConfig
from fontgan.networks.resnet import ResNet
from fontgan.networks.tails import GlobalSkip
from fontgan.networks.unet import UNet, UNetConfig
from fontgan.networks.wnet import WNetwork
from fontgan.networks.zi2zi import Zi2ZiNet
from tests.models.small import PRESETS, small_model, small_settings

UNSHUFFLED, STRIDED = UNetConfig((4, 6, 8), "unshuffle", "add"), UNetConfig((4, 6, 8), "stride")
LAYERS = LayerConfig()


def unet(inputs: int = 1) -> UNet:
    return UNet(UNSHUFFLED, LAYERS, "tanh", inputs)


def resnet() -> ResNet:
    return ResNet(4, "stride", 2, True, LAYERS, 0.0, "tanh")


# Every kind of network, and its edges by name.
NETWORKS: list[tuple[Callable[[], Network], set[str]]] = [
    (unet, {"encoder.stem.1", "decoder.head.0"}),
    (lambda: UNet(STRIDED, LAYERS, "tanh"), {"encoder.stem.0", "decoder.head.0"}),
    (lambda: UNet(STRIDED, LayerConfig(upsampling="nearest"), "tanh"), {"encoder.stem.0", "decoder.head.1"}),
    (lambda: GlobalSkip(unet()), {"network.encoder.stem.1", "network.decoder.head.0"}),
    (resnet, {"enter.0", "leave.2"}),
    (lambda: AutoEncoderGen(4, LAYERS, 0.0, 0.0), {"encoder.0.0", "final.0"}),
    (
        lambda: AutoEncoderGen(4, LAYERS, 0.0, 0.0, growing=True),
        {"encoder.0.0", "final.0", *(f"coarse.{level}.0" for level in range(5))},
    ),
    (
        lambda: AutoEncoderGen(4, LayerConfig(convolution="gated"), 0.0, 0.0),
        {"encoder.0.0.both", "final.0"},
    ),
    (
        lambda: Zi2ZiNet(UNSHUFFLED, LAYERS, "tanh", 3, 4, "both"),
        {"encoder.stem.1", "decoder.head.0"},
    ),
    (
        lambda: WNetwork(UNSHUFFLED, LAYERS, "tanh", 3, 1, True),
        {"content.stem.1", "style.stem.1", "decoder.head.0"},
    ),
    (
        lambda: BothWays(resnet(), unet()),
        {"forth.enter.0", "forth.leave.2", "back.encoder.stem.1", "back.decoder.head.0"},
    ),
    (
        lambda: TwoStages(unet(), unet(2), sees_content=True),
        {"second.encoder.stem.1", "second.decoder.head.0"},
    ),
    (lambda: Discriminator("patch", 2, 4, 2, "none", 64), {"units.0.0", "judge"}),
    (lambda: Discriminator("pixel", 2, 4, 2, "none", 64), {"units.0.0", "judge"}),
    (
        lambda: Discriminator("image", 1, 4, 2, "batch", 64, deviation=True, styles=3),
        {"units.0.0", "judge", "classifier"},
    ),
]


@pytest.mark.parametrize(("make", "expected"), NETWORKS)
@pytest.mark.parametrize("change", ["none", "equalised", "spectral"])
def test_the_edges_are_those_of_every_branch(
    make: Callable[[], Network], expected: set[str], change: str
) -> None:
    network = make()
    if change == "equalised":
        initialise(network, "equalised")
    elif change == "spectral":
        normalise_spectrum(network)
    names = {module: name for name, module in network.named_modules()}
    assert {names[edge] for edge in edges_of(network)} == expected
    layers = [module for module in network.modules() if isinstance(module, WEIGHTED)]
    learning = {id(each) for module in layers for each in module.parameters() if each.requires_grad}
    spared = {id(each) for name in expected for each in network.get_submodule(name).parameters()}
    # All other layers are hidden ones: between them, and nothing else.
    matrices = {id(each) for each in network.parameters() if each.ndim > 1}
    assert {id(weight) for weight in hidden_weights(network)} == (learning - spared) & matrices


def test_no_kind_of_network_is_left_out() -> None:
    ours = {kind for kind in _below(Network) if kind.__module__.startswith("fontgan.")}
    assert {type(make()) for make, _ in NETWORKS} == ours


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_what_runs_first_and_last_is_an_edge_in_every_model(name: str, preset: str) -> None:
    model = small_model(name, preset)
    for network in model.networks.values():
        if list(network.parameters()):
            assert edges_of(network)
    drawing = model.generator
    assert isinstance(drawing, Network)
    edges = edges_of(drawing)
    ran: list[nn.Module] = []
    for layer in drawing.modules():
        learns = any(weight.requires_grad for weight in layer.parameters())  # a first stage does not
        if isinstance(layer, WEIGHTED) and learns:
            layer.register_forward_hook(lambda layer, *_: ran.append(layer))
    with torch.no_grad():
        drawing(*example_inputs(find_model(name), small_settings(name, preset), 64))
    assert ran[0] in edges
    assert ran[-1] in edges


def test_chains_lists_and_single_layers_have_plain_edges() -> None:
    first, second, third = nn.Linear(1, 2), nn.Linear(2, 2), nn.Linear(2, 1)
    chain = nn.Sequential(first, nn.ReLU(), nn.Sequential(second, nn.ReLU()), third)
    assert edges_of(chain) == [first, third]
    assert edges_of(nn.ModuleList([first, nn.Sequential(second, third)])) == [first, first, second, third]
    assert list(hidden_weights(chain)) == [second.weight]


def test_a_network_that_names_no_edges_is_refused() -> None:
    class Forgetful(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(2, 2)

    with pytest.raises(TypeError, match="Forgetful does not name its edges"):
        list(hidden_weights(Forgetful()))

    class Unfinished(Network):
        pass

    kind: Any = Unfinished
    with pytest.raises(TypeError, match="abstract"):
        kind()

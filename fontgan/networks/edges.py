"""The outer layers of a network: those that read its inputs, and those that produce its outputs.

Optimisers treat them differently from the hidden layers between them, see `compute.optimisers`. A network
names its own, since the order of registration cannot distinguish a second branch from hidden layers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import nn

WEIGHTED = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)  # the layers that multiply by a matrix


class Network(nn.Module, ABC):
    """A network that names its edges; a class that does not cannot be instantiated."""

    @abstractmethod
    def edges(self) -> list[nn.Module]:
        """The first layer on the way of each input, and the last layer before each output."""


def edges_of(module: nn.Module) -> list[nn.Module]:
    """The edges of a module of a common kind.

    A layer is its own edge, a chain has its first and its last layer, a list has those of each branch.

    Raises:
        TypeError: it is none of these and not a `Network`, so its edges are unknown.
    """
    if isinstance(module, Network):
        return module.edges()
    if isinstance(module, nn.ModuleList):
        return [edge for branch in module for edge in edges_of(branch)]
    if isinstance(module, (nn.Sequential, *WEIGHTED)):
        return [first_layer(module), last_layer(module)]
    raise TypeError(f"{type(module).__name__} does not name its edges: derive it from Network")


def first_layer(chain: nn.Module) -> nn.Module:
    """The layer with weights that runs first in a chain of layers or blocks; it may be that layer itself."""
    return _layers(chain)[0]


def last_layer(chain: nn.Module) -> nn.Module:
    """The layer with weights that runs last in a chain."""
    return _layers(chain)[-1]


def _layers(chain: nn.Module) -> list[nn.Module]:
    return [layer for layer in chain.modules() if isinstance(layer, WEIGHTED)]

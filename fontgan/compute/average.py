"""The averaged weights of a network: smoother than the last step's, and the ones that are kept."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn


class Average:
    """An exponential moving average of a network's whole state.

    Yazici et al. 2018, «The Unusual Effectiveness of Averaging in GAN Training». The decay warms up
    as (1 + step) / (10 + step), so that the first, random weights soon count for nothing.

    Attributes:
        network: a copy of the network with the averaged weights, in evaluation mode.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.decay = decay
        self._steps = 0
        average, current = self.network.state_dict(), network.state_dict()
        floats = [name for name in average if average[name].is_floating_point()]
        self._average = [average[name] for name in floats]
        self._current = [current[name] for name in floats]

    @torch.no_grad()
    def update(self) -> None:
        """Move the average towards the network's weights as they are now."""
        decay = min(self.decay, (1 + self._steps) / (10 + self._steps))
        self._steps += 1
        torch._foreach_lerp_(self._average, self._current, 1 - decay)

    def state(self) -> dict[str, Any]:
        """Its state, as plain data and tensors."""
        return {"network": self.network.state_dict(), "steps": self._steps}

    def restore(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned."""
        self.network.load_state_dict(state["network"])
        self._steps = state["steps"]

"""How the training scripts move weights, and keep them: rates, averages, files in half precision."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

import torch
from draw_fonts import HERE, Design
from safetensors.torch import save_file
from torch import Tensor, nn

from fontgan.compute.muon import Muon

Network = TypeVar("Network", bound=nn.Module)

_AVERAGED = 0.998  # decay of the averaged weights per step


class Teacher(Generic[Network]):
    """Moves the weights of a network, and keeps their running mean.

    Muon moves the hidden layers, AdamW all others. Their rates rise over the first steps and fall to nearly 0
    in the end.

    Args:
        network: to teach.
        hidden: the weights of its hidden layers.
        rate, rate_of_rest: of Muon and of AdamW, at their highest.
        decay_of_rest: AdamW's weight decay.
        warm_up: steps over which the rates rise.

    Attributes:
        averaged: the network with the running mean of the weights.
        step: the number of steps.
    """

    def __init__(
        self,
        network: Network,
        hidden: Sequence[Tensor],
        rate: float,
        rate_of_rest: float,
        decay_of_rest: float,
        warm_up: int,
    ) -> None:
        self._network, self.averaged = network, copy.deepcopy(network).eval()
        taken = set(map(id, hidden))
        rest = [weight for weight in network.parameters() if id(weight) not in taken]
        self._optimisers: list[torch.optim.Optimizer] = [
            Muon(hidden, rate, weight_decay=0.01, precision=torch.bfloat16),
            torch.optim.AdamW(rest, rate_of_rest, weight_decay=decay_of_rest),
        ]
        self._rates, self._warm_up = (rate, rate_of_rest), warm_up
        self.step = 0

    def learn(self, loss: Tensor, spent: float) -> None:
        """One step down the gradient of a loss, after a share of all the time."""
        share = min(1.0, (self.step + 1) / self._warm_up, 1.02 * (1 - spent) + 0.005)
        for optimiser, rate in zip(self._optimisers, self._rates, strict=True):
            optimiser.zero_grad()
            for group in optimiser.param_groups:
                group["lr"] = rate * share
        loss.backward()
        for optimiser in self._optimisers:
            optimiser.step()
        self.step += 1
        self._average(min(_AVERAGED, self.step / (self.step + 10)))

    @torch.no_grad()
    def _average(self, decay: float) -> None:
        pairs = zip(self.averaged.state_dict().values(), self._network.state_dict().values(), strict=True)
        for mean, now in pairs:
            if mean.is_floating_point():
                mean.lerp_(now, 1 - decay)


def save_network(
    name: str, network: nn.Module, learnt: Sequence[Design], command: str, about: Mapping[str, Any]
) -> None:
    """Write `name`.safetensors beside this file, in half precision, with all of this in its metadata."""
    record = {
        "format": 1,
        **about,
        "command": command,
        "learnt_from": [
            {"name": design.name, "package": design.package, "licence": design.licence} for design in learnt
        ],
    }
    halves = {
        key: value.half().contiguous() if value.is_floating_point() else value
        for key, value in network.state_dict().items()
        if not key.endswith("num_batches_tracked")
    }
    save_file(halves, HERE / f"{name}.safetensors", {"record": json.dumps(record, ensure_ascii=False)})

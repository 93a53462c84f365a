"""The optimisers of one network: which weights each of them updates, and at which rate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from fontgan.compute.muon import Muon
from fontgan.compute.schedule import scheduled, warmed_up
from fontgan.config.settings import OptimisationSettings
from fontgan.networks.edges import edges_of


@dataclass(frozen=True)
class ParameterGroup:
    """Weights with a learning rate of their own.

    Attributes:
        name: of the group, for messages.
        weights: some of a network's; frozen ones among them stay as they are.
        rate: by which the learning rate is multiplied.
    """

    name: str
    weights: tuple[Tensor, ...]
    rate: float = 1.0


class Optimisers:
    """The optimisers of one network, under one schedule.

    With `muon`, Muon moves the weights of the hidden layers. The first and the last layer of every branch
    (`networks.edges`), embeddings, norms and biases are AdamW's, as Muon's authors advise. Frozen weights
    (`requires_grad` False) belong to neither.

    Args:
        network: whose weights are moved.
        settings: how.
        precision: in which Muon computes.
        rate: by which every learning rate is multiplied; two networks of one model may differ (Heusel et
            al. 2017, «GANs Trained by a Two Time-Scale Update Rule»).
        groups: weights with rates of their own, which together are all that learn; None: all at one rate.

    Raises:
        ValueError: a weight that learns is in no group, or in several, or a group's is not the network's.
        TypeError: Muon is wanted for a network that does not name its edges.
    """

    def __init__(
        self,
        network: nn.Module,
        settings: OptimisationSettings,
        precision: torch.dtype,
        rate: float = 1.0,
        groups: Sequence[ParameterGroup] | None = None,
    ) -> None:
        self.weights = [weight for weight in network.parameters() if weight.requires_grad]
        groups = _checked(network, groups)
        hidden = set(map(id, hidden_weights(network))) if settings.optimiser == "muon" else set()
        chosen = [[weight for weight in group.weights if id(weight) in hidden] for group in groups]
        others = [[weight for weight in group.weights if id(weight) not in hidden] for group in groups]
        self._in_order = [(weight, in_memory_order(weight, weight)) for part in others for weight in part]
        same = {id(weight): view for weight, view in self._in_order}
        # Only matrices decay: a norm's scale or a bias drawn to 0 would change what a layer means.
        parts = [
            {
                "params": [same[id(weight)] for weight in part if (weight.ndim > 1) == decays],
                "weight_decay": decay,
            }
            for part in others
            for decays, decay in ((True, settings.weight_decay), (False, 0.0))
        ]
        kind = torch.optim.Adam if settings.optimiser == "adam" else torch.optim.AdamW
        betas = (settings.beta1, settings.beta2)
        fused = not any(weight.is_meta for weight in self.weights)  # without numbers nothing is computed
        adam = kind(parts, settings.learning_rate, betas, fused=fused)
        self._optimisers: list[torch.optim.Optimizer] = [adam]
        rates = [rate * group.rate for group in groups]
        self._rates = [[own * settings.learning_rate for own in rates for _ in range(2)]]
        if hidden:
            length, decay = settings.muon_learning_rate, settings.weight_decay
            moved = [{"params": part} for part in chosen]
            self._optimisers.append(Muon(moved, length, weight_decay=decay, precision=precision))
            self._rates.append([own * length for own in rates])
        self._settings = settings
        self._set_rates(1.0)

    @property
    def gradients(self) -> list[Tensor]:
        """Those that are there, of all weights that are moved."""
        return [weight.grad for weight in self.weights if weight.grad is not None]

    @property
    def learning_rate(self) -> float:
        """Adam's learning rate as it was last set; of several groups the first one's."""
        return float(self._optimisers[0].param_groups[0]["lr"])

    def step(self, number: int, progress: float) -> Tensor:
        """Clip the gradients as the settings say, make one step, and forget them.

        Args:
            number: of the step in the training run, from 1.
            progress: the share of the run that is done.

        Returns:
            The norm of all gradients together before it was clipped, a scalar on the device.
        """
        settings = self._settings
        if settings.clip_value:
            nn.utils.clip_grad_value_(self.weights, settings.clip_value)
        length = nn.utils.get_total_norm(self.gradients)
        if settings.clip_norm:
            nn.utils.clip_grads_with_norm_(self.weights, settings.clip_norm, length)
        self._set_rates(scheduled(settings.schedule, progress) * warmed_up(number, settings.warm_up))
        for weight, same in self._in_order:
            same.grad = None if weight.grad is None else in_memory_order(weight.grad, weight)
        for optimiser in self._optimisers:
            optimiser.step()
            optimiser.zero_grad()
        for weight in self.weights:
            weight.grad = None
        return length

    def state(self) -> list[Any]:
        """Their state, as plain data and tensors."""
        return [optimiser.state_dict() for optimiser in self._optimisers]

    def restore(self, state: list[Any]) -> None:
        """Restore what `state` returned.

        Raises:
            ValueError, KeyError: it is of other weights.
        """
        for optimiser, kept in zip(self._optimisers, state, strict=True):
            optimiser.load_state_dict(kept)

    def _set_rates(self, share: float) -> None:
        for optimiser, rates in zip(self._optimisers, self._rates, strict=True):
            for group, rate in zip(optimiser.param_groups, rates, strict=True):
                group["lr"] = rate * share


def hidden_weights(network: nn.Module) -> Iterator[Tensor]:
    """The matrices that learn between the first and the last layer of every branch, in their order.

    Raises:
        TypeError: the network does not name its edges.
    """
    tables = (module for module in network.modules() if isinstance(module, nn.Embedding))
    spared = {id(weight) for module in (*edges_of(network), *tables) for weight in module.parameters()}
    for weight in network.parameters():
        if weight.requires_grad and weight.ndim > 1 and id(weight) not in spared:
            yield weight


def in_memory_order(tensor: Tensor, weight: Tensor) -> Tensor:
    """A weight's own numbers, or its gradient, as they lie in memory: contiguous, though channels-last.

    torch's fused Adam copies what is channels-last on a CPU, which takes five times as long as the step, and
    is silently wrong there where a gradient is laid out differently from its weight.

    Args:
        tensor: the weight, which is never copied, or its gradient.
        weight: whose order it is.
    """
    if weight.is_contiguous(memory_format=torch.channels_last) and not weight.is_contiguous():
        tensor = tensor.permute(0, 2, 3, 1)
    return tensor.detach().contiguous()


def _checked(network: nn.Module, groups: Sequence[ParameterGroup] | None) -> list[ParameterGroup]:
    """The groups without what is frozen, the weights of each in the network's order."""
    learning = {id(weight): name for name, weight in network.named_parameters() if weight.requires_grad}
    if groups is None:
        groups = [ParameterGroup("all", tuple(network.parameters()))]
    missing, own = dict(learning), {id(weight): weight for weight in network.parameters()}
    checked = []
    for group in groups:
        members = {id(weight) for weight in group.weights}
        if not members <= own.keys():
            raise ValueError(f"group {group.name} has weights that are not the network's")
        for member in members & learning.keys():
            if missing.pop(member, None) is None:
                raise ValueError(f"{learning[member]} is in several groups, {group.name} among them")
        weights = tuple(own[member] for member in learning if member in members)
        checked.append(ParameterGroup(group.name, weights, group.rate))
    if missing:
        raise ValueError(f"{next(iter(missing.values()))} learns and is in no group")
    return checked

"""The optimisers, and the step size over a training."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from fontgan.config.settings import OptimisationSettings, Schedule

# Coefficients of the first four iterations of Polar Express: Amsel et al. 2025, «The Polar Express:
# Optimal Matrix Sign Methods and Their Application to the Muon Algorithm», algorithm 1.
_POLAR_EXPRESS = (
    (8.28721201814563, -23.595886519098837, 17.300387312530933),
    (4.107059111542203, -2.9478499167379106, 0.5448431082926601),
    (3.9486908534822946, -2.908902115962949, 0.5518191394370137),
    (3.3184196573706015, -2.488488024314874, 0.51004894012372),
)


class Muon(torch.optim.Optimizer):
    """Momentum whose matrix is made orthogonal before the step.

    Jordan et al. 2024, «Muon: An optimizer for hidden layers in neural networks». Every direction of a
    weight matrix moves by the same amount, so that a network learns from far fewer steps than with
    Adam. A convolution's weight counts as the matrix (outputs, inputs · height · width); torch's own
    Muon takes no convolutions.

    Args:
        weights: tensors of two dimensions or more.
        learning_rate: the length of the step in each direction.
        momentum: decay of the gradient's mean.
        weight_decay: decoupled, times the learning rate.
        precision: in which the matrices are made orthogonal; bfloat16 is enough.
    """

    def __init__(
        self,
        weights: Iterable[Tensor],
        learning_rate: float,
        momentum: float = 0.95,
        weight_decay: float = 0.0,
        precision: torch.dtype = torch.float32,
    ) -> None:
        defaults = {"lr": learning_rate, "momentum": momentum, "weight_decay": weight_decay}
        super().__init__(list(weights), defaults)
        self.precision = precision

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override] # noqa: ARG002
        """One step of every weight that has a gradient."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if not state:
                    state["mean"] = torch.zeros_like(weight)
                state["mean"].lerp_(weight.grad, 1 - group["momentum"])
                ahead = weight.grad.lerp(state["mean"], group["momentum"])  # Nesterov's look ahead
                matrix = ahead.flatten(1)
                direction = orthogonal(matrix, self.precision).view_as(weight)
                stretch = max(1.0, matrix.shape[0] / matrix.shape[1]) ** 0.5
                weight.mul_(1 - group["lr"] * group["weight_decay"])
                weight.add_(direction, alpha=-group["lr"] * stretch)


def orthogonal(matrix: Tensor, precision: torch.dtype = torch.float32) -> Tensor:
    """Nearly UVᵀ of a matrix (rows, columns) = USVᵀ: its singular values all brought to 0.4 … 1.6.

    Four iterations come so close; a fifth would cost more than it brings to the training.
    """
    tall = matrix.shape[0] > matrix.shape[1]
    x = (matrix.T if tall else matrix).to(precision)
    x = x / (x.norm() * 1.01 + 1e-7)
    for a, b, c in _POLAR_EXPRESS:
        square = x @ x.T
        polynomial = torch.addmm(square, square, square, beta=b, alpha=c)
        x = torch.addmm(x, polynomial, x, beta=a)
    return (x.T if tall else x).to(matrix.dtype)


@dataclass(frozen=True)
class ParameterGroup:
    """Weights that are trained together.

    Attributes:
        name: what they are.
        weights: all of them require a gradient.
        rate: by which their learning rate is multiplied.
    """

    name: str
    weights: tuple[Tensor, ...]
    rate: float = 1.0


class Optimisers:
    """All that moves the weights of one network, under one schedule.

    With `muon`, Muon moves the weights of the hidden layers; the first and the last layer, embeddings,
    the norms and the biases are AdamW's, as Muon's authors advise.

    Args:
        network: whose weights are moved.
        settings: of the model.
        precision: in which Muon computes.
        rate: by which every step size is multiplied; two networks of one model may differ (Heusel et al.
            2017, «GANs Trained by a Two Time-Scale Update Rule»).
        groups: the weights that are trained, with learning rates of their own; None: all that can be.
    """

    def __init__(
        self,
        network: nn.Module,
        settings: OptimisationSettings,
        precision: torch.dtype,
        rate: float = 1.0,
        groups: Sequence[ParameterGroup] | None = None,
    ) -> None:
        if groups is None:
            groups = [ParameterGroup("all", tuple(w for w in network.parameters() if w.requires_grad))]
        rates = {id(weight): group.rate for group in groups for weight in group.weights}
        self.weights = [weight for weight in network.parameters() if id(weight) in rates]
        tables = [module.weight for module in network.modules() if isinstance(module, nn.Embedding)]
        matrices = [
            weight
            for weight in self.weights
            if weight.ndim > 1 and not any(weight is table for table in tables)
        ]
        hidden = matrices[1:-1] if settings.optimiser == "muon" else []
        chosen = {id(weight) for weight in hidden}
        others = [weight for weight in self.weights if id(weight) not in chosen]
        self._in_order = [(weight, in_memory_order(weight, weight)) for weight in others]
        decay, betas = settings.weight_decay, (settings.beta1, settings.beta2)
        # Only matrices decay: a norm's scale or a bias drawn to 0 would change what a layer means.
        tuned: list[dict[str, Any]] = []
        for share in dict.fromkeys(rates.values()):
            pairs = [(weight, same) for weight, same in self._in_order if rates[id(weight)] == share]
            tuned += [
                {"params": [same for weight, same in pairs if weight.ndim > 1], "weight_decay": decay},
                {"params": [same for weight, same in pairs if weight.ndim <= 1], "weight_decay": 0.0},
            ]
            tuned[-1]["rate"] = tuned[-2]["rate"] = share
        kind = torch.optim.Adam if settings.optimiser == "adam" else torch.optim.AdamW
        self._optimisers: list[torch.optim.Optimizer] = [
            kind(tuned, rate * settings.learning_rate, betas, fused=True)
        ]
        if hidden:
            length = rate * settings.muon_learning_rate
            self._optimisers.append(Muon(hidden, length, weight_decay=decay, precision=precision))
            self._optimisers[-1].param_groups = [
                {**group, "params": mine, "rate": share}
                for group in self._optimisers[-1].param_groups
                for share in dict.fromkeys(rates.values())
                if (mine := [weight for weight in hidden if rates[id(weight)] == share])
            ]
        self._settings = settings
        self._rates = [optimiser.defaults["lr"] for optimiser in self._optimisers]

    @property
    def gradients(self) -> list[Tensor]:
        """Of all weights that have one now."""
        return [weight.grad for weight in self.weights if weight.grad is not None]

    @property
    def learning_rate(self) -> float:
        """Adam's step size as it was last set."""
        return float(self._optimisers[0].param_groups[0]["lr"])

    def step(self, number: int, progress: float) -> Tensor:
        """Clip the gradients as the settings say, make one step, and forget them.

        The warm-up counts steps and not a share of the training: a short one needs it just as long.

        Args:
            number: of the training's step, from 1.
            progress: the share of the training that is done.

        Returns the length of all gradients together, before it was clipped, on the device.
        """
        settings = self._settings
        if settings.clip_value:
            nn.utils.clip_grad_value_(self.weights, settings.clip_value)
        length = nn.utils.get_total_norm(self.gradients)
        if settings.clip_norm:
            nn.utils.clip_grads_with_norm_(self.weights, settings.clip_norm, length)
        share = scheduled(settings.schedule, progress) * min(1.0, number / (settings.warm_up + 1))
        for optimiser, rate in zip(self._optimisers, self._rates, strict=True):
            for group in optimiser.param_groups:
                group["lr"] = rate * share * group.get("rate", 1.0)
        for weight, same in self._in_order:
            same.grad = None if weight.grad is None else in_memory_order(weight.grad, weight)
        for optimiser in self._optimisers:
            optimiser.step()
            optimiser.zero_grad()
        for weight in self.weights:
            weight.grad = None
        return length

    def state(self) -> list[Any]:
        """All that they remember, as plain data and tensors."""
        return [optimiser.state_dict() for optimiser in self._optimisers]

    def restore(self, state: list[Any]) -> None:
        """What `state` gave."""
        for optimiser, kept in zip(self._optimisers, state, strict=True):
            optimiser.load_state_dict(kept)


def in_memory_order(tensor: Tensor, weight: Tensor) -> Tensor:
    """A weight's own numbers, or its gradient, as they lie in memory: contiguous, though channels-last.

    torch's fused Adam copies what is channels-last on a CPU, which takes five times as long as the step, and
    is wrong there without a word where a gradient lies otherwise than its weight.

    Args:
        tensor: the weight, which is never copied, or its gradient.
        weight: whose order it is.
    """
    if weight.is_contiguous(memory_format=torch.channels_last) and not weight.is_contiguous():
        tensor = tensor.permute(0, 2, 3, 1)
    return tensor.detach().contiguous()


def scheduled(schedule: Schedule, progress: float) -> float:
    """The share of the full step size at `progress`, the share of the training that is done."""
    if schedule == "cosine":
        return (1 + math.cos(math.pi * progress)) / 2
    return min(1.0, 2 - 2 * progress) if schedule == "linear" else 1.0

"""Muon: an optimiser that makes the momentum matrix orthogonal before each step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

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
    weight matrix moves by the same amount, so that a network learns in far fewer steps than with Adam.
    torch's own Muon takes no convolutions. Here a weight counts as the matrix that its layer applies:

    - of a convolution (outputs, inputs · height · width), from a patch of pixels to one pixel;
    - of a transposed convolution (inputs, outputs · height · width), from one pixel to a patch: the matrix
      lies on its side, which makes no difference to what is orthogonal.

    A matrix of more rows than columns makes a step longer by the root of their ratio, so that outputs
    change as much as those of a square matrix. A transposed convolution is never stretched for its wide
    side: its patches overlap, and a pixel of its result has more inputs than its weight has rows.

    Args:
        weights: tensors of two dimensions or more, or groups of them, as torch's optimisers take them.
        learning_rate: the length of the step in each direction.
        momentum: decay of the running average of the gradient.
        weight_decay: decoupled, times the learning rate.
        precision: in which the matrices are made orthogonal; bfloat16 is enough.
    """

    def __init__(
        self,
        weights: Iterable[Tensor] | Iterable[dict[str, Any]],
        learning_rate: float,
        momentum: float = 0.95,
        weight_decay: float = 0.0,
        precision: torch.dtype = torch.float32,
    ) -> None:
        defaults = {"lr": learning_rate, "momentum": momentum, "weight_decay": weight_decay}
        super().__init__(weights, defaults)
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

    Four iterations come that close; a fifth would take longer than it is worth.
    """
    tall = matrix.shape[0] > matrix.shape[1]
    x = (matrix.T if tall else matrix).to(precision)
    x = x / (x.norm() * 1.01 + 1e-7)
    for a, b, c in _POLAR_EXPRESS:
        square = x @ x.T
        polynomial = torch.addmm(square, square, square, beta=b, alpha=c)
        x = torch.addmm(x, polynomial, x, beta=a)
    return (x.T if tall else x).to(matrix.dtype)

"""What training makes small. Pictures are (n, 1, size, size) in [0, 1], 1 = paper."""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

Reconstruction = Literal["l1", "fixed-l1"]

# Of ink, as a share of the page: no glyph has as little, and a blank target does not divide by 0.
_LEAST_INK = 1e-4


def l1(picture: Tensor, target: Tensor) -> Tensor:
    """The mean of |picture - target|: a scalar in [0, 1]."""
    return (picture - target).abs().mean()


def fixed_l1(picture: Tensor, target: Tensor) -> Tensor:
    """The mean over the characters of |x - y| / |1 - y|, each summed over the page: a scalar.

    From the project's source notes («fixed L1»): a blank page scores exactly 1 whatever the
    character, and a character of few strokes counts as much as one of many, where plain L1 rewards
    blank pages and weighs characters by their ink.
    """
    difference = (picture - target).abs().mean(dim=(1, 2, 3))
    ink = (1 - target).mean(dim=(1, 2, 3))
    return (difference / ink.clamp(min=_LEAST_INK)).mean()


def soft_dice(picture: Tensor, target: Tensor) -> Tensor:
    """1 - 2 Σab / (Σa² + Σb²) of the ink a and b, the mean over the characters: a scalar in [0, 1].

    Milletari et al. 2016, «V-Net», equation of section 3. It draws the ink to 0 or 1.
    """
    a, b = 1 - picture, 1 - target
    overlap = (a * b).sum(dim=(1, 2, 3))
    total = (a * a).sum(dim=(1, 2, 3)) + (b * b).sum(dim=(1, 2, 3))
    return (1 - (2 * overlap + 1) / (total + 1)).mean()


def reconstruction(kind: Reconstruction, picture: Tensor, target: Tensor) -> Tensor:
    """The reconstruction loss of that name."""
    return fixed_l1(picture, target) if kind == "fixed-l1" else l1(picture, target)


def adversarial(logits: Tensor, real: bool) -> Tensor:
    """Binary cross-entropy of logits that should say `real`, or should not: a scalar.

    Goodfellow et al. 2014, equation 1, with the generator's «-log D» form of its section 3.
    """
    target = logits.new_ones(()) if real else logits.new_zeros(())
    return F.binary_cross_entropy_with_logits(logits, target.expand_as(logits))


def r1_penalty(logits: Tensor, real: Tensor) -> Tensor:
    """Half of |∇D(x)|² at real pictures x, the mean over the characters: a scalar.

    Mescheder et al. 2018, «Which Training Methods for GANs do actually Converge?», equation 9, without
    its weight γ. It needs second derivatives: compute `logits` in float32 from `real`, which requires a
    gradient.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
    return gradient.square().sum(dim=(1, 2, 3)).mean() / 2

"""What a discriminator and a generator want of each other's pictures, (n, 1, size, size) in [0, 1].

Logits are (n, …): one or any number of patches a picture. Each picture has as many, so that a mean over
all logits is the mean over the characters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

Adversarial = Literal["vanilla", "least-squares", "hinge", "wasserstein"]


def discriminator_loss(kind: Adversarial, logits: Tensor, real: Tensor, smoothing: float = 0.0) -> Tensor:
    """The discriminator's loss on some pictures: a scalar.

    Args:
        kind: `vanilla` is binary cross-entropy (Goodfellow et al. 2014, equation 1); `least-squares` the
            mean square to 1 for real and 0 for fake (Mao et al. 2017, equation 9; not halved, as CycleGAN
            has it); `hinge` asks for at least 1 and at most -1 (Lim & Ye 2017; Miyato et al. 2018,
            section 4); `wasserstein` for as high and as low as can be (Arjovsky et al. 2017, equation 2).
        logits: (n, …).
        real: bool (n,), whether each picture is to be called real. To flip some of it is label noise.
        smoothing: what the targets of real pictures lie below 1, those of fake ones staying 0 (Salimans et
            al. 2016, section 3.4). The last two kinds have no targets, and it changes nothing there.
    """
    logits = logits.float()
    called_real = real.view(-1, *[1] * (logits.dim() - 1)).expand_as(logits)
    if kind in ("hinge", "wasserstein"):
        rightness = torch.where(called_real, logits, -logits)
        return F.relu(1 - rightness).mean() if kind == "hinge" else -rightness.mean()
    wanted = called_real * (1 - smoothing)
    if kind == "least-squares":
        return F.mse_loss(logits, wanted)
    return F.binary_cross_entropy_with_logits(logits, wanted)


def generator_loss(kind: Adversarial, logits: Tensor) -> Tensor:
    """The generator's loss on its own pictures, with logits (n, …): a scalar.

    For `vanilla` and `least-squares` what the discriminator would pay if they were real, the first of
    which is «-log D» of Goodfellow et al. 2014, section 3, that does not saturate; else the mean, negated.
    """
    if kind in ("hinge", "wasserstein"):
        return -logits.float().mean()
    return discriminator_loss(kind, logits, torch.ones(len(logits), dtype=torch.bool, device=logits.device))


def r1_penalty(logits: Tensor, real: Tensor) -> Tensor:
    """Half of |∇D(x)|² at real pictures x, the mean over the characters: a scalar.

    Mescheder et al. 2018, «Which Training Methods for GANs do actually Converge?», equation 9, without
    its weight γ. It needs second derivatives: compute `logits` in float32 from `real`, which requires a
    gradient.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
    return gradient.square().sum(dim=(1, 2, 3)).mean() / 2


def gradient_penalty(judge: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
    """(|∇D(x)| - 1)² at pictures x between real and fake ones, the mean over the characters: a scalar.

    Gulrajani et al. 2017, «Improved Training of Wasserstein GANs», equation 3, without its weight λ. D of
    a picture is the mean of its patches' logits, since that is the critic whose means over real and fake
    pictures the Wasserstein loss compares, and so the one that must have slope 1: for the sum of the
    patches, the slope asked for would depend on their number. Its length is over all pixels of a picture.

    Args:
        judge: pictures to logits (n, …), in float32 and without batch norm, which mixes the pictures.
        real: (n, 1, size, size).
        fake: the same; no gradient goes there.
        mix: float (n,), the share of the real picture in each x, drawn evenly from [0, 1].
    """
    shares = mix.view(-1, 1, 1, 1)
    between = (shares * real + (1 - shares) * fake).detach().requires_grad_()
    scores = judge(between).reshape(len(between), -1).mean(dim=1)
    # Pictures do not look at each other, so that the sum has each one's own gradient.
    (gradient,) = torch.autograd.grad(scores.sum(), between, create_graph=True)
    # torch's norm has the gradient 0 where it is 0; a square root would have none.
    lengths: Tensor = torch.linalg.vector_norm(gradient, dim=(1, 2, 3))
    return (lengths - 1).square().mean()

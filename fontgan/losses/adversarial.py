"""The adversarial losses of a discriminator and a generator, on images (n, 1, size, size) in [0, 1].

Logits are (n, …): one per image, or one for each of its patches or pixels. All images have the same number,
so that a mean over all logits is the mean over the characters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

Adversarial = Literal["vanilla", "least-squares", "hinge", "wasserstein"]


def discriminator_loss(kind: Adversarial, logits: Tensor, real: Tensor, smoothing: float = 0.0) -> Tensor:
    """The discriminator's loss on some images: a scalar.

    Args:
        kind: `vanilla` is binary cross-entropy (Goodfellow et al. 2014, equation 1); `least-squares` the
            mean square to 1 for real and 0 for fake (Mao et al. 2017, equation 9; not halved, as CycleGAN
            has it); `hinge` is 0 from 1 up for real and from -1 down for fake (Lim & Ye 2017; Miyato et al.
            2018, section 4); `wasserstein` is the difference of the means (Arjovsky et al. 2017, equation 2).
        logits: (n, …).
        real: bool (n,), each image's label. Flipping some of them is label noise.
        smoothing: one-sided label smoothing: the target of real images is 1 minus this, that of fake ones
            stays 0 (Salimans et al. 2016, section 3.4). The last two kinds have no targets and ignore it.
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
    """The generator's loss on its own images, with logits (n, …): a scalar.

    For `vanilla` and `least-squares` it is the discriminator's loss if they were real, which for the first
    is the non-saturating «-log D» of Goodfellow et al. 2014, section 3; for the others minus the mean.
    """
    if kind in ("hinge", "wasserstein"):
        return -logits.float().mean()
    return discriminator_loss(kind, logits, torch.ones(len(logits), dtype=torch.bool, device=logits.device))


def r1_penalty(logits: Tensor, real: Tensor) -> Tensor:
    """Half of |∇D(x)|² at real images x, averaged over the characters: a scalar.

    Mescheder et al. 2018, «Which Training Methods for GANs do actually Converge?», equation 9, without
    its weight γ. It needs second derivatives: compute `logits` in float32 from `real`, which requires a
    gradient.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
    return gradient.square().sum(dim=(1, 2, 3)).mean() / 2


def gradient_penalty(
    discriminator: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, mix: Tensor
) -> Tensor:
    """(|∇D(x)| - 1)² at images x between real and fake ones, averaged over the characters: a scalar.

    Gulrajani et al. 2017, «Improved Training of Wasserstein GANs», equation 3, without its weight λ. D of
    an image is the mean of its patches' logits, since the Wasserstein loss compares the means of that
    critic, which therefore must have slope 1: for the sum of the patches, the slope would depend on their
    number. The norm of a gradient is over all pixels of an image.

    Args:
        discriminator: images to logits (n, …), in float32 and without batch norm, which mixes the images.
        real: (n, 1, size, size).
        fake: the same; it gets no gradient.
        mix: float (n,), the share of the real image in each x, drawn uniformly from [0, 1].
    """
    shares = mix.view(-1, 1, 1, 1)
    between = (shares * real + (1 - shares) * fake).detach().requires_grad_()
    scores = discriminator(between).reshape(len(between), -1).mean(dim=1)
    # Images do not affect each other, so that the sum has each one's own gradient.
    (gradient,) = torch.autograd.grad(scores.sum(), between, create_graph=True)
    # torch's norm has the gradient 0 where it is 0; a square root would have none.
    lengths: Tensor = torch.linalg.vector_norm(gradient, dim=(1, 2, 3))
    return (lengths - 1).square().mean()

"""Normalisations of maps, (n, channels, h, w)."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

Norm = Literal["batch", "layer", "instance", "group", "pixel", "none"]

_GROUPS = 32  # Wu and He 2018, table 3


def make_norm(kind: Norm, channels: int) -> nn.Module:
    """A normalisation layer for maps; all but pixel and none have a scale and a shift.

    batch: Ioffe and Szegedy 2015; layer: Ba et al. 2016, over all channels and pixels; instance: Ulyanov et
    al. 2016; group: Wu and He 2018, in 32 groups or as many as divide the channels; pixel: `PixelNorm`.
    """
    if kind == "batch":
        return nn.BatchNorm2d(channels)
    if kind == "instance":
        return nn.InstanceNorm2d(channels, affine=True)
    if kind == "layer":
        return nn.GroupNorm(1, channels)
    if kind == "group":
        return nn.GroupNorm(_groups(channels), channels)
    return PixelNorm() if kind == "pixel" else nn.Identity()


class PixelNorm(nn.Module):
    """Each pixel's channels, brought to a mean square of 1 (Karras et al. 2018, «ProGAN», section 4.2)."""

    def forward(self, maps: Tensor) -> Tensor:
        """(n, channels, h, w) to the same shape."""
        return maps * torch.rsqrt(maps.square().mean(1, keepdim=True) + 1e-8)


class ConditionalNorm(nn.Module):
    """A norm whose scale and shift are computed from a style vector.

    Over batch norm: de Vries et al. 2017, «Modulating early visual processing by language»; over instance
    norm: Dumoulin et al. 2017, «A Learned Representation For Artistic Style».

    Args:
        kind: the norm, without its own scale and shift.
        channels: of the maps.
        length: of the vector.
    """

    def __init__(self, kind: Norm, channels: int, length: int) -> None:
        super().__init__()
        self.norm = make_norm(kind, channels)
        for name in ("weight", "bias"):
            if getattr(self.norm, name, None) is not None:
                getattr(self.norm, name).requires_grad_(False)  # always 1 and 0
        self.told = nn.Linear(length, 2 * channels)

    def forward(self, maps: Tensor, style: Tensor) -> Tensor:
        """(n, channels, h, w) and (n, length) to the shape of the maps."""
        scale, shift = self.told(style).unflatten(1, (2, -1, 1, 1)).unbind(1)
        return self.norm(maps) * (1 + scale) + shift


def _groups(channels: int) -> int:
    return next(count for count in range(min(_GROUPS, channels), 0, -1) if channels % count == 0)

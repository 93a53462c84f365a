"""The units that the networks are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fontgan.networks.norms import ConditionalNorm, Norm, make_norm

Downsampling = Literal["stride", "pool"]
Upsampling = Literal["transposed", "nearest"]
Convolution = Literal["plain", "gated"]
Padding = Literal["zeros", "reflect"]


@dataclass(frozen=True)
class LayerConfig:
    """How all layers of a network are made.

    Attributes:
        norm: the normalisation after each convolution.
        downsampling: how maps are halved: a convolution of stride 2, or one of stride 1 and then the mean of
            each 2×2 (not the maximum: what it drops, an image lacks).
        down_kernel: of the convolutions of stride 2, 4, 2 or odd; those of stride 1 have 3.
        upsampling: how maps are doubled: the papers' 4×4 transposed convolution, or a 3×3 convolution whose
            maps are then doubled, which draws no checkerboards (Odena et al. 2016, «Deconvolution and
            Checkerboard Artifacts») and computes at the small size.
        convolution: plain, or gated: each map is multiplied by one that the same layer computes, between 0
            and 1 (Yu et al. 2019, «Free-Form Image Inpainting with Gated Convolution», equation 2).
        dilation: of the convolutions in residual blocks (Yu and Koltun 2016), which then look farther.
        padding: what lies outside of the maps for convolutions of stride 1.
    """

    norm: Norm = "batch"
    downsampling: Downsampling = "stride"
    down_kernel: int = 4
    upsampling: Upsampling = "transposed"
    convolution: Convolution = "plain"
    dilation: int = 1
    padding: Padding = "zeros"


class Chain(nn.Sequential):
    """Layers one after the other; those that depend on the style get its vector too."""

    def forward(self, maps: Tensor, style: Tensor | None = None) -> Tensor:
        """(n, channels, h, w), and the style's vector (n, length) where some layer wants it."""
        for layer in self:
            wants_style = isinstance(layer, ConditionalNorm | Chain)
            maps = layer(maps, style) if wants_style else layer(maps)
        return maps


class Gated(nn.Module):
    """A convolution to twice as many maps: one half is multiplied by the sigmoid of the other."""

    def __init__(self, both: nn.Module) -> None:
        super().__init__()
        self.both = both

    def forward(self, maps: Tensor) -> Tensor:
        """(n, inputs, h, w) to (n, outputs, …)."""
        features, gates = self.both(maps).chunk(2, 1)
        return features * gates.sigmoid()


def convolution(
    inputs: int,
    outputs: int,
    kernel: int,
    stride: int,
    layers: LayerConfig,
    last: bool = False,
    dilation: int = 1,
) -> nn.Module:
    """A convolution that gives maps of 1/stride the size.

    Its bias is left to a norm that follows, but not by the `last` layer of a network, which none follows.
    """
    padding = ((kernel - 1) * dilation + 1 - stride + 1) // 2
    gated = layers.convolution == "gated" and not last
    made = nn.Conv2d(
        inputs,
        2 * outputs if gated else outputs,
        kernel,
        stride,
        padding,
        dilation,
        bias=last or gated or layers.norm in ("none", "pixel"),
        padding_mode=layers.padding if stride == 1 else "zeros",
    )
    return Gated(made) if gated else made


def down_block(inputs: int, outputs: int, layers: LayerConfig, dropout: float = 0.0) -> nn.Sequential:
    """Half the size: (n, inputs, h, w) to (n, outputs, h/2, w/2) by convolution, norm, LeakyReLU, dropout."""
    halved = layers.downsampling == "stride"
    return nn.Sequential(
        convolution(inputs, outputs, layers.down_kernel if halved else 3, 2 if halved else 1, layers),
        make_norm(layers.norm, outputs),
        nn.LeakyReLU(0.2),
        *([] if halved else [nn.AvgPool2d(2)]),
        *dropped(dropout),
    )


def up_block(inputs: int, outputs: int, layers: LayerConfig, dropout: float = 0.0, style: int = 0) -> Chain:
    """Twice the size: (n, inputs, h, w) to (n, outputs, 2h, 2w), with norm, dropout and ReLU.

    Where `style` is not 0, the norm follows a vector of that length.
    """
    norm = ConditionalNorm(layers.norm, outputs, style) if style else make_norm(layers.norm, outputs)
    if layers.upsampling == "transposed":
        doubled = nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=layers.norm in ("none", "pixel"))
        return Chain(doubled, norm, *dropped(dropout), nn.ReLU())
    same = convolution(inputs, outputs, 3, 1, layers)
    return Chain(same, norm, *dropped(dropout), nn.ReLU(), nn.Upsample(scale_factor=2))


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions whose result is added to what came in (He et al. 2015, figure 2).

    With a norm, its last scale begins at 0 and the block as the identity, which keeps the first steps of
    a deep network from blowing up (Goyal et al. 2017, section 5.1).
    """

    def __init__(self, width: int, layers: LayerConfig, dropout: float = 0.0) -> None:
        super().__init__()
        self.change = nn.Sequential(
            convolution(width, width, 3, 1, layers, dilation=layers.dilation),
            make_norm(layers.norm, width),
            nn.LeakyReLU(0.2),
            *dropped(dropout),
            convolution(width, width, 3, 1, layers, dilation=layers.dilation),
            make_norm(layers.norm, width),
        )
        self.activation = nn.LeakyReLU(0.2)

    @property
    def last_scale(self) -> nn.Parameter | None:
        """The scale of the norm that ends the change, where there is one."""
        return getattr(self.change[-1], "weight", None)

    def forward(self, maps: Tensor) -> Tensor:
        """(n, width, h, w) to the same shape."""
        return self.activation(maps + self.change(maps))


class SelfAttention(nn.Module):
    """Every pixel looks at all others (Zhang et al. 2019, «SAGAN», equations 1 to 3).

    What it adds begins at 0, so that a network first learns what lies near.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        inner = max(width // 8, 1)
        self.query, self.key = nn.Conv2d(width, inner, 1), nn.Conv2d(width, inner, 1)
        self.value, self.out = nn.Conv2d(width, inner * 4, 1), nn.Conv2d(inner * 4, width, 1)
        self.weight = nn.Parameter(torch.zeros(()))

    def forward(self, maps: Tensor) -> Tensor:
        """(n, width, h, w) to the same shape."""
        query, key, value = (
            layer(maps).flatten(2).transpose(1, 2) for layer in (self.query, self.key, self.value)
        )
        seen = F.scaled_dot_product_attention(query, key, value, scale=1.0)
        return maps + self.weight * self.out(seen.transpose(1, 2).unflatten(2, maps.shape[2:]))


def dropped(probability: float) -> list[nn.Module]:
    """A dropout layer, or nothing where nothing is dropped."""
    return [nn.Dropout(probability)] if probability else []

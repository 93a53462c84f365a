"""The U-Net: an encoder and a decoder with a skip connection at every size.

Ronneberger et al. 2015, «U-Net: Convolutional Networks for Biomedical Image Segmentation»;
as a generator of images, Isola et al. 2017, «Image-to-Image Translation with Conditional Adversarial
Networks», section 6.1.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor, nn

from fontgan.networks.edges import Network, first_layer, last_layer
from fontgan.networks.layers import (
    LayerConfig,
    ResidualBlock,
    SelfAttention,
    convolution,
    down_block,
    up_block,
)
from fontgan.networks.norms import make_norm
from fontgan.networks.tails import Tail, ToPicture, channels_of

SkipMode = Literal["concat", "add"]
Stem = Literal["stride", "unshuffle"]

_DROPPED = 3  # the innermost sizes of the decoder


@dataclass(frozen=True)
class UNetConfig:
    """The shape of a U-Net.

    The stem brings the image to its first, already smaller, size:

    - `stride`: a 4×4 convolution of stride 2 and, at the end, a transposed one, as in the paper;
    - `unshuffle`: each block of 4×4 pixels becomes 16 channels and, at the end, is made of them again
      (Shi et al. 2016, «sub-pixel convolution»), so that no layer works at more than a quarter of the
      size: five to ten times the speed on a CPU. With larger blocks, larger images cost as much.

    Attributes:
        widths: channels at each size, from the largest; each further size is half the one before.
        stem: how the image is brought to the first size.
        skip: whether the decoder concatenates the encoder's maps to its own, or adds them.
        residual: how many residual blocks follow each halving and each doubling.
        attention: in how many of the innermost sizes every pixel looks at all others.
        dropout: its probability in the decoder at the three innermost sizes.
        block: side of the blocks of `unshuffle`, in pixels.
    """

    widths: tuple[int, ...]
    stem: Stem = "stride"
    skip: SkipMode = "concat"
    residual: int = 0
    attention: int = 0
    dropout: float = 0.0
    block: int = 4

    @property
    def reduction(self) -> int:
        """How many times smaller than the image the innermost maps are; its size must be a multiple."""
        return (2 if self.stem == "stride" else self.block) << (len(self.widths) - 1)


class Encoder(nn.Module):
    """Images to maps at every size, from the largest to the innermost."""

    def __init__(self, shape: UNetConfig, layers: LayerConfig, inputs: int = 1) -> None:
        super().__init__()
        widths, depth = shape.widths, len(shape.widths) - 1
        first = enter(shape.stem, shape.block, inputs, widths[0], layers)
        self.stem = nn.Sequential(*first, *_residual(shape.residual, widths[0], layers))
        self.down = nn.ModuleList()
        for level in range(1, depth + 1):
            here = layers_at(level, shape, layers)
            halve = down_block(widths[level - 1], widths[level], here)
            looks = [SelfAttention(widths[level])] if level > depth - shape.attention else []
            self.down.append(nn.Sequential(halve, *_residual(shape.residual, widths[level], here), *looks))

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """(n, inputs, size, size) in [0, 1] to maps (n, width, h, h) of each level."""
        maps = self.stem(1 - pictures)  # ink is the signal: padding with 0 is then paper
        found = [maps]
        for down in self.down:
            maps = down(maps)
            found.append(maps)
        return found


class Decoder(nn.Module):
    """The innermost maps, and those of the skip connections, to images.

    Args:
        shape: of the U-Net.
        layers: how they are made.
        tail: the output activation.
        inner: channels of the innermost maps, if not those of the encoder.
        skipped: channels of the maps that skip, from the largest size, if not those of the encoder.
        style: the length of the vector that the norms follow; 0: none.
    """

    def __init__(
        self,
        shape: UNetConfig,
        layers: LayerConfig,
        tail: Tail,
        inner: int | None = None,
        skipped: Sequence[int] | None = None,
        style: int = 0,
    ) -> None:
        super().__init__()
        widths, depth = shape.widths, len(shape.widths) - 1
        skipped = skipped or widths
        self.skip = shape.skip
        self.up = nn.ModuleList()
        self.refine = nn.ModuleList()
        width = inner or widths[depth]
        for level in range(depth - 1, -1, -1):
            dropout = shape.dropout if level >= depth - _DROPPED else 0.0
            self.up.append(up_block(width, widths[level], layers, dropout, style))
            width = widths[level] + (skipped[level] if shape.skip == "concat" else 0)
            looks = [SelfAttention(width)] if level > depth - shape.attention else []
            self.refine.append(nn.Sequential(*_residual(shape.residual, width, layers), *looks))
        self.head = nn.Sequential(*leave(shape.stem, shape.block, width, layers, tail))

    def forward(self, maps: Tensor, skips: Sequence[Tensor], style: Tensor | None = None) -> Tensor:
        """The innermost maps, those of each size from the largest, and the style's vector to images."""
        for up, refine, skipped in zip(self.up, self.refine, reversed(skips), strict=True):
            raised = up(maps, style)
            joined = torch.cat((raised, skipped), 1) if self.skip == "concat" else raised + skipped
            maps = refine(joined)
        return self.head(maps)


class UNet(Network):
    """Content images (n, inputs, size, size) in [0, 1] to glyph images (n, 1, size, size) in [0, 1].

    Args:
        shape: its levels, stem and skips.
        layers: how they are made.
        tail: the output activation.
        inputs: channels of the content.
    """

    def __init__(self, shape: UNetConfig, layers: LayerConfig, tail: Tail, inputs: int = 1) -> None:
        super().__init__()
        self.encoder = Encoder(shape, layers, inputs)
        self.decoder = Decoder(shape, layers, tail)

    def forward(self, pictures: Tensor) -> Tensor:
        """To the same size, which is a multiple of the shape's reduction."""
        *skips, inner = self.encoder(pictures)
        return self.decoder(inner, skips)

    def edges(self) -> list[nn.Module]:
        """See `Network`."""
        return [first_layer(self.encoder.stem), last_layer(self.decoder.head)]


def enter(stem: Stem, block: int, inputs: int, width: int, layers: LayerConfig) -> list[nn.Module]:
    """The layers that bring an image to the first size."""
    if stem == "stride":
        return [convolution(inputs, width, 4, 2, layers, last=True), nn.LeakyReLU(0.2)]  # no norm follows
    first = convolution(inputs * block**2, width, 3, 1, layers)
    return [nn.PixelUnshuffle(block), first, make_norm(layers.norm, width), nn.LeakyReLU(0.2)]


def leave(stem: Stem, block: int, width: int, layers: LayerConfig, tail: Tail) -> list[nn.Module]:
    """The layers that bring maps of the first size to an image."""
    channels = channels_of(tail)
    if stem == "unshuffle":
        last = convolution(width, channels * block**2, 3, 1, layers, last=True)
        return [last, nn.PixelShuffle(block), ToPicture(tail)]
    if layers.upsampling == "nearest":
        last = convolution(width, channels, 3, 1, layers, last=True)
        return [nn.Upsample(scale_factor=2), last, ToPicture(tail)]
    return [nn.ConvTranspose2d(width, channels, 4, 2, 1), ToPicture(tail)]


def layers_at(level: int, shape: UNetConfig, layers: LayerConfig) -> LayerConfig:
    """How the layers of a level are made: innermost maps may be 1×1, where an instance has no variance."""
    last = level == len(shape.widths) - 1
    inner = last and (shape.stem == "stride" or layers.norm == "instance")
    return replace(layers, norm="none") if inner else layers


def _residual(count: int, width: int, layers: LayerConfig) -> list[nn.Module]:
    return [ResidualBlock(width, layers) for _ in range(count)]

"""The U-Net: an encoder and a decoder with a skip connection at every size.

Ronneberger et al. 2015, «U-Net: Convolutional Networks for Biomedical Image Segmentation»; as a
generator of pictures, Isola et al. 2017, «Image-to-Image Translation with Conditional Adversarial
Networks», section 6.1.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from fontgan.networks.blocks import (
    Norm,
    ResidualBlock,
    ToUnitRange,
    Upsampling,
    convolution,
    down_block,
    make_norm,
    up_block,
)

Skip = Literal["concat", "add"]
Stem = Literal["stride", "unshuffle"]

UNSHUFFLE = 4


class UNet(nn.Module):
    """Glyph images (n, 1, size, size) in [0, 1] to glyph images of the same shape and range.

    The stem brings the picture to its first, already smaller, size:

    - `stride`: a 4×4 convolution of stride 2 and, at the end, a transposed one, as in the paper;
    - `unshuffle`: each block of 4×4 pixels becomes 16 channels and, at the end, is made of them again
      (Shi et al. 2016, «sub-pixel convolution»), so that no layer works at more than a quarter of the
      size: five to ten times the speed on a CPU.

    Args:
        widths: channels at each size, from the largest; each further size is half the one before.
        stem: how the picture comes to the first size.
        down_kernel: of the convolutions that halve the size, 4 or 2.
        skip: whether the decoder concatenates the encoder's maps to its own, or adds them.
        residual: how many residual blocks follow each halving and each doubling.
        norm: the normalisation between the layers.
        upsampling: how the decoder doubles its maps.
        dropout: its probability in the decoder at the three innermost sizes.
    """

    def __init__(
        self,
        widths: Sequence[int],
        stem: Stem,
        down_kernel: int,
        skip: Skip,
        residual: int,
        norm: Norm,
        upsampling: Upsampling,
        dropout: float,
    ) -> None:
        super().__init__()
        self.skip = skip
        depth = len(widths) - 1
        self.stem = nn.Sequential(*_stem(stem, widths[0], norm), *_residual(residual, widths[0], norm))
        self.down = nn.ModuleList()
        for level in range(1, depth + 1):
            # The paper's innermost maps are 1×1: a norm would have nothing to measure there.
            here: Norm = "none" if stem == "stride" and level == depth else norm
            halve = down_block(widths[level - 1], widths[level], down_kernel, here)
            self.down.append(nn.Sequential(halve, *_residual(residual, widths[level], here)))
        self.up = nn.ModuleList()
        self.refine = nn.ModuleList()
        width = widths[depth]
        for level in range(depth - 1, -1, -1):
            inner = dropout if level >= depth - 3 else 0.0
            self.up.append(up_block(width, widths[level], norm, upsampling, inner))
            width = widths[level] * (2 if skip == "concat" else 1)
            self.refine.append(nn.Sequential(*_residual(residual, width, norm)))
        self.head = nn.Sequential(*_head(stem, width))

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, 1, size, size) to the same, both in [0, 1]; size is a multiple of the whole reduction."""
        maps = self.stem(1 - pictures)  # ink is the signal: padding with 0 is then paper
        skips = []
        for down in self.down:
            skips.append(maps)
            maps = down(maps)
        for up, refine in zip(self.up, self.refine, strict=True):
            raised, skipped = up(maps), skips.pop()
            joined = torch.cat((raised, skipped), 1) if self.skip == "concat" else raised + skipped
            maps = refine(joined)
        return self.head(maps)  # type: ignore[no-any-return]


def reduction(widths: Sequence[int], stem: Stem) -> int:
    """By how much a U-Net's innermost maps are smaller than the picture; its size must be a multiple."""
    first = 2 if stem == "stride" else UNSHUFFLE
    return first << len(widths) - 1


def _stem(kind: Stem, width: int, norm: Norm) -> list[nn.Module]:
    if kind == "stride":
        return [convolution(1, width, 4, 2, "none"), nn.LeakyReLU(0.2)]
    first = convolution(UNSHUFFLE**2, width, 3, 1, norm)
    return [nn.PixelUnshuffle(UNSHUFFLE), first, make_norm(norm, width), nn.LeakyReLU(0.2)]


def _head(kind: Stem, width: int) -> list[nn.Module]:
    if kind == "stride":
        return [nn.ConvTranspose2d(width, 1, 4, 2, 1), ToUnitRange()]
    last = convolution(width, UNSHUFFLE**2, 3, 1, "none")
    return [last, nn.PixelShuffle(UNSHUFFLE), ToUnitRange()]


def _residual(count: int, width: int, norm: Norm) -> list[nn.Module]:
    return [ResidualBlock(width, norm) for _ in range(count)]

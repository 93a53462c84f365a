"""A network that compares two glyphs of one character, and marks where one of them is wrong."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_BLOCK = 4  # pixels along the side of a cell of the map
CELLS = 16  # along the side of the map of 64 px
KINDS = ("missing", "extra")  # the channels of the map


class VerifierNetwork(nn.Module):
    """A small U-Net on blocks of pixels: content glyph and candidate in, a map of what disagrees out.

    Both see each other at every size, since a part of one font lies elsewhere in another: it is compared with
    what lies around it.

    Args:
        widths: maps at 1/4, 1/8 and 1/16 of the image's size.
    """

    def __init__(self, widths: tuple[int, int, int] = (64, 96, 128)) -> None:
        super().__init__()
        first, middle, last = widths
        self.blocks = nn.PixelUnshuffle(_BLOCK)
        self.down_1 = nn.Sequential(_convolution(2 * _BLOCK**2, first), _convolution(first, first))
        self.down_2 = nn.Sequential(_convolution(first, middle, 2), _convolution(middle, middle))
        self.down_3 = nn.Sequential(
            _convolution(middle, last, 2), _convolution(last, last), _convolution(last, last)
        )
        self.up_2 = _convolution(last + middle, middle)
        self.up_1 = nn.Sequential(_convolution(middle + first, first), _convolution(first, first))
        self.map = nn.Conv2d(first, len(KINDS), 1)
        self.whole = nn.Sequential(nn.Linear(last + middle + 2 * first, 64), nn.ReLU(), nn.Linear(64, 1))

    def forward(self, content: Tensor, images: Tensor) -> tuple[Tensor, Tensor]:
        """Two batches (n, 1, 64, 64) in [0, 1], 1 = paper.

        Returns:
            Logits of what is missing and what is too much in each cell, (n, 2, 16, 16), and one for each
            image, (n,), that something is wrong in it.
        """
        near = self.down_1(self.blocks(1 - torch.cat([content, images], 1)))
        wide = self.down_2(near)
        whole = self.down_3(wide)
        wide_again = self.up_2(torch.cat([_doubled(whole), wide], 1))
        near_again = self.up_1(torch.cat([_doubled(wide_again), near], 1))
        # The mean over the image, and the worst place.
        seen = [whole.mean((2, 3)), wide_again.mean((2, 3)), near_again.mean((2, 3)), near_again.amax((2, 3))]
        return self.map(near_again), self.whole(torch.cat(seen, 1))[:, 0]


def _doubled(maps: Tensor) -> Tensor:
    return F.interpolate(maps, scale_factor=2, mode="nearest")


def _convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )

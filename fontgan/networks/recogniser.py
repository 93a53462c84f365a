"""A network that says which character a glyph image shows."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_BLOCK = 4  # pixels along the side of the blocks that the first layer takes apart
_SCALE = 20.0  # of the cosines, before the softmax: with 7,000 classes 1 would be too flat to learn from


@dataclass(frozen=True)
class RecogniserShape:
    """What a recogniser is built of.

    Attributes:
        characters: how many it distinguishes.
        widths: maps at 1/4, 1/8 and 1/16 of the image's size.
        depth: units at each of these sizes, of two convolutions each.
        residual: whether a unit's input is added to its output.
        features: length of the vector that describes an image.
    """

    characters: int
    widths: tuple[int, int, int]
    depth: tuple[int, int, int] = (1, 1, 1)
    residual: bool = True
    features: int = 192


class RecogniserNetwork(nn.Module):
    """Convolutions on blocks of pixels, a weighted sum over the image, and cosines.

    The sum weighs places, each map in its own way, as a mean over the whole image forgets where something
    is: Li et al. 2018, «Building Efficient CNN Architecture for Offline Handwritten Chinese Character
    Recognition», section 3.2. The class with the nearest direction wins.

    Args:
        shape: what it is built of.
        size: pixels along the side of the images.
    """

    def __init__(self, shape: RecogniserShape, size: int = 64) -> None:
        super().__init__()
        first, middle, last = shape.widths
        inner = size // (4 * _BLOCK)
        self.maps = nn.Sequential(
            nn.PixelUnshuffle(_BLOCK),
            _convolution(_BLOCK**2, first),
            *(_Unit(first, shape.residual) for _ in range(shape.depth[0])),
            _convolution(first, middle, stride=2),
            *(_Unit(middle, shape.residual) for _ in range(shape.depth[1])),
            _convolution(middle, last, stride=2),
            *(_Unit(last, shape.residual) for _ in range(shape.depth[2])),
        )
        self.pool = nn.Conv2d(last, last, inner, groups=last, bias=False)
        nn.init.constant_(self.pool.weight, 1 / inner**2)
        self.feature = nn.Sequential(nn.Flatten(), nn.Linear(last, shape.features, bias=False))
        self.norm = nn.BatchNorm1d(shape.features)
        self.classes = nn.Parameter(torch.randn(shape.characters, shape.features))

    def forward(self, images: Tensor) -> Tensor:
        """Images (n, 1, size, size) in [0, 1], 1 = paper, to features (n, features) of length 1."""
        features = self.norm(self.feature(self.pool(self.maps(1 - images))).float())
        return F.normalize(features)

    def classify(self, features: Tensor) -> Tensor:
        """Features to logits of each character, (n, characters)."""
        return _SCALE * F.linear(features, F.normalize(self.classes.float()))


class _Unit(nn.Module):
    """Two convolutions, the input added or not."""

    def __init__(self, width: int, residual: bool) -> None:
        super().__init__()
        self.both = nn.Sequential(_convolution(width, width), *_convolution(width, width)[:2])
        self.residual = residual

    def forward(self, maps: Tensor) -> Tensor:
        """(n, width, h, w) to the same."""
        changed = self.both(maps)
        return F.relu(maps + changed if self.residual else changed)


def _convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )

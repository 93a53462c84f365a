"""Changes that leave a character what it is, made to both sides of a pair alike.

Never a mirrored glyph, which is another character or none, and never a blurred one, which no font has.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class Augmentation:
    """What is done at random to each pair of a batch.

    Attributes:
        shift: it is moved by up to so many pixels in each direction; paper comes in.
        scale: it is enlarged or reduced by up to this share, about the middle of the canvas.
    """

    shift: int = 0
    scale: float = 0.0

    def apply(self, sides: tuple[Tensor, Tensor], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """The two sides of a batch, each float (n, 1, size, size), 1 = paper, changed alike."""
        count = len(sides[0])
        if self.shift:
            offsets = torch.randint(0, 2 * self.shift + 1, (2, count), generator=generator)
            sides = (_shifted(sides[0], offsets, self.shift), _shifted(sides[1], offsets, self.shift))
        if self.scale:
            factors = 1 + self.scale * (2 * torch.rand(count, generator=generator) - 1)
            sides = (_scaled(sides[0], factors), _scaled(sides[1], factors))
        return sides


def _shifted(pictures: Tensor, offsets: Tensor, most: int) -> Tensor:
    """Move each of (n, 1, size, size) down and right by its offsets (2, n) in 0..2·most, less most."""
    size, device = pictures.shape[-1], pictures.device
    padded = F.pad(pictures, [most] * 4, value=1.0)
    window = torch.arange(size)
    down, right = (((2 * most - axis).unsqueeze(1) + window).to(device) for axis in offsets)
    each = torch.arange(len(pictures), device=device)
    moved = padded[each[:, None, None], 0, down[:, :, None], right[:, None, :]]
    return moved.unsqueeze(1)


def _scaled(pictures: Tensor, factors: Tensor) -> Tensor:
    """Enlarge each of (n, 1, size, size) by its factor (n,) about the middle; paper comes in."""
    factors = factors.to(pictures.device)
    transform = torch.zeros(len(pictures), 2, 3, device=pictures.device)
    transform[:, 0, 0] = transform[:, 1, 1] = 1 / factors
    grid = F.affine_grid(transform, list(pictures.shape), align_corners=False)
    # Bicubic: linear interpolation would soften the edges of the strokes.
    ink = F.grid_sample(1 - pictures, grid, mode="bicubic", padding_mode="zeros", align_corners=False)
    return 1 - ink.clamp(0, 1)

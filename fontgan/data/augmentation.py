"""Changes that keep the character the same, applied to both images of a pair alike.

Never a mirrored glyph, which is another character or none, and never a blurred one, which no font has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class Augmentation:
    """The random changes that each pair of a batch may get.

    Attributes:
        shift: it is moved by up to this many pixels in each direction; paper comes in.
        scale: it is enlarged or reduced by up to this share, about the middle of the canvas.
    """

    shift: int = 0
    scale: float = 0.0

    def draw(self, count: int, generator: torch.Generator) -> Change:
        """Draw a change for each of `count` pairs."""
        offsets = factors = None
        if self.shift:
            offsets = torch.randint(-self.shift, self.shift + 1, (count, 2), generator=generator)
        if self.scale:
            factors = 1 + self.scale * (2 * torch.rand(count, generator=generator) - 1)
        return Change(offsets, factors)


@dataclass(frozen=True)
class Change:
    """The change of each image of a batch.

    Attributes:
        offsets: by which they move down and right, int64 (n, 2) in pixels; None where none does.
        factors: by which they grow, float (n,).
    """

    offsets: Tensor | None
    factors: Tensor | None

    def of(self, rows: Callable[[Tensor], Tensor]) -> Change:
        """The changes of some of them."""
        return Change(
            None if self.offsets is None else rows(self.offsets),
            None if self.factors is None else rows(self.factors),
        )

    def apply(self, images: Tensor) -> Tensor:
        """The images, float (n, channels, size, size), 1 = paper, changed: all channels alike."""
        if self.offsets is not None:
            images = _shifted(images, self.offsets)
        return images if self.factors is None else _scaled(images, self.factors)


def _shifted(images: Tensor, offsets: Tensor) -> Tensor:
    """Move each of (n, channels, size, size) down and right by its offsets (n, 2)."""
    most = int(offsets.abs().max())
    size, device = images.shape[-1], images.device
    padded = F.pad(images, [most] * 4, value=1.0)
    window = torch.arange(size)
    down, right = (((most - axis).unsqueeze(1) + window).to(device) for axis in offsets.T)
    each, channel = (torch.arange(count, device=device) for count in images.shape[:2])
    return padded[
        each[:, None, None, None], channel[:, None, None], down[:, None, :, None], right[:, None, None, :]
    ]


def _scaled(images: Tensor, factors: Tensor) -> Tensor:
    """Enlarge each of (n, channels, size, size) by its factor (n,) about the middle; paper comes in."""
    factors = factors.to(images.device)
    transform = torch.zeros(len(images), 2, 3, device=images.device)
    transform[:, 0, 0] = transform[:, 1, 1] = 1 / factors
    grid = F.affine_grid(transform, list(images.shape), align_corners=False)
    # Bicubic: linear interpolation would soften the edges of the strokes.
    ink = F.grid_sample(1 - images, grid, mode="bicubic", padding_mode="zeros", align_corners=False)
    return 1 - ink.clamp(0, 1)

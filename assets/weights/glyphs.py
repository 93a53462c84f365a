"""Glyph images of many designs, as draw_fonts.py left them, and what bends them: for the training scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from draw_fonts import Design
from torch import Tensor
from torch.nn import functional as F

SIZE = 64


@dataclass(frozen=True)
class Glyphs:
    """Glyphs of several fonts, those of each font together.

    Attributes:
        images: uint8 (n, 1, 64, 64), 0 = ink.
        codes: int64 (n,), their code points.
        fonts: int64 (n,), the number of each one's font.
        names, kinds: of each font.
    """

    images: Tensor
    codes: Tensor
    fonts: Tensor
    names: list[str]
    kinds: list[str]

    @classmethod
    def load(cls, folder: Path, designs: Sequence[Design]) -> Glyphs:
        """The fonts of some designs."""
        files = [
            (folder / f"{design.name}-{number}.npz", design)
            for design in designs
            for number in range(1, len(design.files) + 1)
        ]
        parts = [np.load(path) for path, _ in files]
        return cls(
            torch.from_numpy(np.concatenate([part["images"] for part in parts])).unsqueeze(1),
            torch.from_numpy(np.concatenate([part["codes"] for part in parts])),
            torch.cat([torch.full((len(part["codes"]),), number) for number, part in enumerate(parts)]),
            [path.stem for path, _ in files],
            [design.kind for _, design in files],
        )

    @cached_property
    def places(self) -> list[tuple[int, int]]:
        """Where the glyphs of each font begin, and where they end."""
        ends = torch.bincount(self.fonts).cumsum(0).tolist()
        return list(zip([0, *ends[:-1]], ends, strict=True))


def bent(ink: Tensor, generator: torch.Generator, strength: float = 1.0) -> Tensor:
    """Glyphs turned, slanted, scaled, moved and warped smoothly, each in its own way: (n, c, size, size).

    All channels of a glyph are bent alike. Non-linear warps are what paid in Zhong et al. 2015,
    «Multi-font printed Chinese character recognition using multi-pooling convolutional neural network».
    """
    count = len(ink)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator)

    identity = torch.eye(2).expand(count, 2, 2)
    linear = identity + strength * normal(count, 2, 2) * torch.tensor([[0.06, 0.10], [0.05, 0.06]])
    linear = linear * (1 + 0.08 * strength * normal(count, 1, 1)).clamp(0.75, 1.4)
    shift = 0.05 * strength * normal(count, 2, 1)
    grid = F.affine_grid(torch.cat([linear, shift], 2), [count, 1, SIZE, SIZE], align_corners=False)
    # Two scales: parts move against each other, and strokes bend.
    for cells, amount in ((4, 0.055), (8, 0.02)):
        waves = normal(count, 2, cells, cells) * amount * strength
        waves = F.interpolate(waves, (SIZE, SIZE), mode="bicubic", align_corners=True)
        grid = grid + waves.permute(0, 2, 3, 1)
    return F.grid_sample(ink, grid, mode="bilinear", align_corners=False)


def restroked(ink: Tensor, generator: torch.Generator) -> Tensor:
    """Glyphs with strokes made bolder or lighter, blurred or sharpened, a fifth of them each."""
    lot = torch.rand(len(ink), 1, 1, 1, generator=generator)
    bolder = F.max_pool2d(ink, 3, 1, 1)
    lighter = -F.max_pool2d(-ink, (2, 2), 1, 1)[..., :SIZE, :SIZE]
    blurred = F.avg_pool2d(ink, 3, 1, 1)
    sharp = ((blurred - 0.5) * 3 + 0.5).clamp(0, 1)
    for low, high, changed in (
        (0.0, 0.2, bolder),
        (0.2, 0.3, lighter),
        (0.3, 0.4, blurred),
        (0.4, 0.5, sharp),
    ):
        ink = torch.where((lot >= low) & (lot < high), changed, ink)
    return ink

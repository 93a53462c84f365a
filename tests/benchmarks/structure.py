"""The hand-made check of a glyph's structure, which the verifier is measured against.

Three distances between a drawn glyph and the content glyph: between densities of ink on a grid, between
blurred glyphs, and between skeletons. They separate right glyphs from wrong ones better than counts of
components and holes, and than directions of strokes. Each is divided by its spread among right glyphs, and
they are added.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from fontgan.fonts.canvas import Canvas
from fontgan.judging.sight import SIGHT, as_seen
from fontgan.judging.verifier import Differences

_CELLS = 16
_BLUR = 9  # pixels along the side of a box; two of them are nearly a Gaussian
_BATCH = 128
_FAR = 24.0  # pixels: no two skeletons of glyphs of one character are farther apart
_PERCENTILE = 0.9
_THINNED = 40  # turns at most: the thickest strokes are half as wide
# Standard deviations of the three among the right glyphs of a font, beside Noto Sans SC: means over 30 fonts
# that the recogniser learns from, of 64 glyphs each.
_SPREADS = (0.056, 0.053, 1.05)


class StructureCheck:
    """Judges as a `Verifier` does, by measures alone."""

    @torch.no_grad()
    def compare(self, content: Tensor, images: Tensor, canvas: Canvas) -> Differences:
        """Compare drawn glyphs with the content glyphs of the same characters; see `Verifier.compare`."""
        pairs = zip(content.split(_BATCH), images.split(_BATCH), strict=True)
        parts = [_compare(1 - as_seen(one, canvas), 1 - as_seen(two, canvas)) for one, two in pairs]
        return Differences(
            torch.cat([part.doubt for part in parts]),
            torch.cat([part.missing for part in parts]),
            torch.cat([part.extra for part in parts]),
        )


def distances(content: Tensor, images: Tensor) -> Tensor:
    """The three distances between glyphs, ink (n, 1, 64, 64) each, 1 = ink: (n, 3), 0 = the same."""
    dense = [
        F.normalize(F.avg_pool2d(_blurred(side, 5), SIGHT // _CELLS).flatten(1)) for side in (content, images)
    ]
    cosine = (dense[0] * dense[1]).sum(1)
    soft = [_blurred(_blurred(side, _BLUR), _BLUR) for side in (content, images)]
    overlap = torch.minimum(*soft).sum((1, 2, 3)) / torch.maximum(*soft).sum((1, 2, 3)).clamp(min=1e-6)
    return torch.stack([1 - cosine, 1 - overlap, skeleton_distance(content, images)], 1)


def skeleton_distance(content: Tensor, images: Tensor) -> Tensor:
    """The distance between skeletons in pixels: the 90th percentile over their points, both ways, (n,)."""
    lines = [thinned(side > 0.5) for side in (content, images)]
    ways = [_percentile(distance_to(lines[1 - side]), lines[side]) for side in (0, 1)]
    return torch.maximum(*ways)


def thinned(black: Tensor) -> Tensor:
    """Skeletons of glyphs, bool (n, 1, h, w), one pixel wide.

    Zhang and Suen 1984, «A fast parallel algorithm for thinning digital patterns», for all glyphs at once.
    """
    ink = F.pad(black, (1, 1, 1, 1)).float()
    for _ in range(_THINNED):
        before = ink
        for first in (True, False):
            north, east, south, west, *others = (torch.roll(ink, step, (2, 3)) for step in _NEIGHBOURS)
            north_east, south_east, south_west, north_west = others
            around = [north, north_east, east, south_east, south, south_west, west, north_west]
            count = torch.stack(around).sum(0)
            turns = sum((1 - here) * after for here, after in zip(around, [*around[1:], north], strict=True))
            if first:
                edge = (north * east * south == 0) & (east * south * west == 0)
            else:
                edge = (north * east * west == 0) & (north * south * west == 0)
            ink = ink * ~((count >= 2) & (count <= 6) & (turns == 1) & edge)
        if torch.equal(before, ink):
            break
    return ink[..., 1:-1, 1:-1] > 0.5


# What a picture is rolled by, so that the neighbour lies on the pixel: N, E, S, W, NE, SE, SW, NW.
_NEIGHBOURS = ((1, 0), (0, -1), (-1, 0), (0, 1), (1, -1), (-1, -1), (-1, 1), (1, 1))


def distance_to(black: Tensor) -> Tensor:
    """How far each pixel is from the nearest black one, bool (n, 1, h, w) to float, at most `_FAR` pixels.

    Exact: by columns, then by rows, as the squares of both add up (Felzenszwalb and Huttenlocher 2012,
    «Distance transforms of sampled functions», section 2).
    """
    squares = torch.where(black[:, 0], 0.0, _FAR**2)
    for axis in (1, 2):
        places = torch.arange(squares.shape[axis], dtype=torch.float32)
        apart = (places.view(-1, 1) - places).square()
        lines = squares.transpose(1, 2) if axis == 1 else squares
        lines = torch.stack([(lines + row).amin(2) for row in apart], 2)
        squares = lines.transpose(1, 2) if axis == 1 else lines
    return squares.clamp(max=_FAR**2).sqrt().unsqueeze(1)


def _compare(content: Tensor, images: Tensor) -> Differences:
    doubt = (distances(content, images) / torch.tensor(_SPREADS)).sum(1)
    here, there = (F.avg_pool2d(_blurred(side, 5), SIGHT // _CELLS)[:, 0] for side in (content, images))
    return Differences(doubt, (here - there).clamp(0, 1), (there - here).clamp(0, 1))


def _blurred(ink: Tensor, size: int) -> Tensor:
    return F.avg_pool2d(ink, size, 1, size // 2)


def _percentile(values: Tensor, chosen: Tensor) -> Tensor:
    """The 90th percentile of the chosen values of each image; `_FAR` where none is chosen."""
    flat = torch.where(chosen, values, torch.nan).flatten(1)
    return flat.nanquantile(_PERCENTILE, 1).nan_to_num(_FAR)

"""Errors planted in right glyphs: what the verifier learns from, and what it is measured with.

All functions take ink, float (n, 1, 64, 64), 1 = ink, and return the same with one error in each glyph, or
the glyph unchanged where it has nothing that such an error could be planted in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

SIZE = 64
_FLOODED = 48  # steps of a flood: longer than any stroke
_BESIDE = 6  # pixels from a stroke to its double, each way
_EMPTY = 0.35  # of the mean ink of a column: the most that a gap between two parts has
_LINE = 11  # pixels: the ink that such a line fits into is a stroke in its direction
_LINES = ((1, 0), (0, 1), (1, 1), (1, -1))  # directions of strokes: horizontal, vertical, falling, rising


def marks(true: Tensor, candidate: Tensor, tolerance: int = 2) -> Tensor:
    """Where a candidate is wrong, beside the true glyph of its font: float (n, 2, 64, 64) of 0 and 1.

    Channel 0 is ink of the true glyph with no ink of the candidate within `tolerance` pixels, channel 1 ink
    of the candidate with none of the true glyph.
    """
    near = [_grown(side, tolerance) for side in (true, candidate)]
    missing = (true > 0.5) & (near[1] < 0.5)
    extra = (candidate > 0.5) & (near[0] < 0.5)
    return torch.cat([missing, extra], 1).float()


def wrong_character(ink: Tensor, other: Tensor, generator: torch.Generator) -> Tensor:  # noqa: ARG001
    """The glyph of another character."""
    return other


def part_swapped(ink: Tensor, other: Tensor, generator: torch.Generator) -> Tensor:
    """One side of the glyph's widest gap replaced with that side of another's."""
    ways = [(ink, other), (ink.transpose(2, 3), other.transpose(2, 3))]
    cuts = torch.stack([torch.stack([_gap(side) for side in way]) for way in ways])  # (way, side, n)
    possible = (cuts > 0).all(1)
    second = ~possible[0] | (possible[1] & (torch.rand(len(ink), generator=generator) < 0.5))
    turned = second.view(-1, 1, 1, 1)
    mine, theirs = (torch.where(turned, ways[1][side], ways[0][side]) for side in (0, 1))
    cut, cut_there = torch.where(second, cuts[1], cuts[0])
    aligned = _moved(theirs, cut - cut_there)
    sides = _left_of(cut)
    sides = torch.where(torch.rand(len(ink), 1, 1, 1, generator=generator) < 0.5, sides, ~sides)
    made = torch.where(sides, aligned, mine)
    made = torch.where(turned, made.transpose(2, 3), made)
    return torch.where(possible.any(0).view(-1, 1, 1, 1), made, ink)


def part_missing(ink: Tensor, other: Tensor, generator: torch.Generator) -> Tensor:  # noqa: ARG001
    """One side of the glyph's widest gap without ink."""
    cuts = torch.stack([_gap(ink), _gap(ink.transpose(2, 3))])
    second = (cuts[0] == 0) | ((cuts[1] > 0) & (torch.rand(len(ink), generator=generator) < 0.5))
    side = _left_of(torch.where(second, cuts[1], cuts[0]))
    side = torch.where(torch.rand(len(ink), 1, 1, 1, generator=generator) < 0.5, side, ~side)
    side = torch.where(second.view(-1, 1, 1, 1), side.transpose(2, 3), side)
    return torch.where((cuts > 0).any(0).view(-1, 1, 1, 1), ink * ~side, ink)


def stroke_missing(ink: Tensor, other: Tensor, generator: torch.Generator) -> Tensor:  # noqa: ARG001
    """One stroke erased; where it crosses others, their ink stays."""
    return ink * (1 - _stroke(ink, generator))


def stroke_doubled(ink: Tensor, other: Tensor, generator: torch.Generator) -> Tensor:  # noqa: ARG001
    """One stroke drawn again beside itself."""
    down, right = (_BESIDE * (1 - 2 * int(torch.randint(0, 2, (1,), generator=generator))) for _ in range(2))
    room = F.pad(_stroke(ink, generator), (_BESIDE,) * 4)
    again = room[..., _BESIDE - down :, _BESIDE - right :][..., :SIZE, :SIZE]
    return torch.maximum(ink, again)


def stroke_added(ink: Tensor, other: Tensor, generator: torch.Generator) -> Tensor:
    """A stroke of another glyph added where it lies there."""
    return torch.maximum(ink, _stroke(other, generator))


def strokes_merged(ink: Tensor, other: Tensor, generator: torch.Generator) -> Tensor:  # noqa: ARG001
    """The gaps of one region filled."""
    closed = 1 - F.max_pool2d(1 - F.max_pool2d(ink, 7, 1, 3), 7, 1, 3)
    return torch.where(_region(ink, generator), closed, ink)


def region_missing(ink: Tensor, other: Tensor, generator: torch.Generator) -> Tensor:  # noqa: ARG001
    """All ink of one region gone, as where a network draws nothing."""
    return ink * ~_region(ink, generator)


ERRORS: Mapping[str, Callable[[Tensor, Tensor, torch.Generator], Tensor]] = {
    "wrong character": wrong_character,
    "part swapped": part_swapped,
    "part missing": part_missing,
    "stroke missing": stroke_missing,
    "stroke doubled": stroke_doubled,
    "stroke added": stroke_added,
    "strokes merged": strokes_merged,
    "region missing": region_missing,
}


def _grown(ink: Tensor, by: int) -> Tensor:
    return F.max_pool2d(ink, 2 * by + 1, 1, by)


def _gap(ink: Tensor) -> Tensor:
    """The emptiest column in the middle half of each glyph, (n,); 0 where it does not divide it."""
    columns = (ink > 0.5).float().sum(2)
    columns = F.avg_pool1d(columns, 3, 1, 1)[:, 0]
    least, place = columns[:, SIZE // 4 : 3 * SIZE // 4].min(1)
    place = place + SIZE // 4
    left = columns.cumsum(1).gather(1, place[:, None])[:, 0]
    whole = columns.sum(1)
    divided = (least <= _EMPTY * whole / SIZE) & (left > 0.15 * whole) & (left < 0.85 * whole)
    return torch.where(divided, place, 0)


def _left_of(cut: Tensor) -> Tensor:
    return torch.arange(SIZE).view(1, 1, 1, -1) < cut.view(-1, 1, 1, 1)


def _moved(ink: Tensor, by: Tensor) -> Tensor:
    """Each glyph moved to the right by its number of pixels."""
    columns = (torch.arange(SIZE).view(1, -1) - by.view(-1, 1)).clamp(0, SIZE - 1)
    return ink.gather(3, columns.view(len(ink), 1, 1, SIZE).expand_as(ink))


def _stroke(ink: Tensor, generator: torch.Generator) -> Tensor:
    """One stroke of each glyph as a mask: a long one in some direction, or a part that stands alone."""
    black = (ink > 0.5).float()
    lines = torch.stack([*(_opened(black, direction, _LINE) for direction in _LINES), black])
    chosen = torch.randint(0, len(lines), (len(ink),), generator=generator)
    mine = lines[chosen, torch.arange(len(ink))]
    # The ink of a crossing belongs to both strokes: it stays.
    crossing = F.max_pool2d(lines[:-1].amax(0) * (1 - mine), 3, 1, 1)
    found = _flooded(mine, generator) * (1 - crossing)
    share = found.sum((1, 2, 3)) / black.sum((1, 2, 3)).clamp(min=1)
    fits = (share > 0.03) & (share < 0.3) & (found.sum((1, 2, 3)) > 14)
    # A pixel more on each side: the grey edge of the stroke goes with it.
    return F.max_pool2d(found, 3, 1, 1) * fits.view(-1, 1, 1, 1) * (ink > 0.02)


def _opened(black: Tensor, direction: tuple[int, int], length: int) -> Tensor:
    """The ink that a line of that length and direction fits into."""
    half = length // 2
    steps = [(direction[1] * k, direction[0] * k) for k in range(-half, half + 1)]
    least = torch.stack([torch.roll(black, step, (2, 3)) for step in steps]).amin(0)
    return torch.stack([torch.roll(least, step, (2, 3)) for step in steps]).amax(0)


def _flooded(mask: Tensor, generator: torch.Generator) -> Tensor:
    """The connected part of each mask around one of its pixels."""
    lot = torch.rand(mask.shape, generator=generator) * mask
    filled = ((lot == lot.amax((2, 3), keepdim=True)) & (mask > 0.5)).float()
    for _ in range(_FLOODED):
        filled = F.max_pool2d(filled, 3, 1, 1) * mask
    return filled


def _region(ink: Tensor, generator: torch.Generator) -> Tensor:
    """A square of 14 to 25 px around some ink, bool (n, 1, 64, 64)."""
    lot = torch.rand(ink.shape, generator=generator) * (ink > 0.5)
    centre = lot.flatten(1).argmax(1)
    half = torch.randint(7, 13, (len(ink),), generator=generator)
    row, column = centre // SIZE, centre % SIZE
    places = torch.arange(SIZE)
    high = (places - row.view(-1, 1)).abs() <= half.view(-1, 1)
    wide = (places - column.view(-1, 1)).abs() <= half.view(-1, 1)
    return (high.unsqueeze(2) & wide.unsqueeze(1)).unsqueeze(1)

"""Where ink meets paper in a grey picture, to a few hundredths of a pixel.

A pixel's grey is the share of it that is ink. Marching squares find how the edge runs from pixel to pixel;
where exactly it lies follows from conservation of ink: along a row, or a column where the edge runs along the
row, the ink from the darkest to the lightest pixel around the crossing says how far the ink reaches. For
a straight edge this is exact, while the usual linear interpolation between two pixels is up to .09 px off.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fontgan.outlines.ragged import within

MARGIN = 4  # paper around the picture, in pixels: no edge leaves it
_NEAR, _SMALL = 0.55, 8  # pixels between points, in all but small contours
_REACH = 3  # pixels on either side of a crossing over which an edge may be soft

# The edges of a cell of four pixel centres: top 0, right 1, bottom 2, left 3. For each pattern of ink (top
# left 1, top right 2, bottom right 4, bottom left 8) where the outline enters and leaves it, ink on its left
# as seen on the screen.
_ENTERS = np.array([-1, 3, 0, 3, 1, -1, 0, 3, 2, 2, -1, 2, 1, 1, 0, -1])
_LEAVES = np.array([-1, 0, 1, 1, 2, -1, 2, 2, 3, 0, -1, 1, 3, 0, 3, -1])
# The two saddles, 5 and 10: both ways through them where the middle is paper, then where it is ink.
_SADDLES = {
    (5, False): ((3, 0), (1, 2)),
    (5, True): ((1, 0), (3, 2)),
    (10, False): ((0, 1), (2, 3)),
    (10, True): ((2, 1), (0, 3)),
}


@dataclass(frozen=True)
class Isolines:
    """Closed polylines, one after the other.

    Attributes:
        points: float (n, 2), x and y in pixels of the picture, y down.
        counts: int (contours,), points of each. Ink is on the left, as seen on the screen.
    """

    points: np.ndarray
    counts: np.ndarray

    @cached_property
    def contour(self) -> np.ndarray:
        """The contour of each point."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    @cached_property
    def begin(self) -> np.ndarray:
        """The first point of each point's contour."""
        found: np.ndarray = (np.cumsum(self.counts) - self.counts)[self.contour]
        return found

    @cached_property
    def count(self) -> np.ndarray:
        """The number of points of each point's contour."""
        found: np.ndarray = self.counts[self.contour]
        return found

    def further(self, index: np.ndarray, step: int | np.ndarray) -> np.ndarray:
        """The points `step` further along their contours than those at `index`."""
        begin = self.begin[index]
        found: np.ndarray = begin + (index - begin + step) % self.count[index]
        return found


def isolines(ink: np.ndarray) -> Isolines:
    """The edges of the ink of a picture, float (size, size), 0 for paper to 1 for ink."""
    field = np.pad(np.asarray(ink, np.float64), MARGIN)
    order, counts = _chained(*_links(field))
    if not len(order):
        return Isolines(np.zeros((0, 2)), np.zeros(0, np.intp))
    points, across = _placed(field, order)
    keep = _steep(field, order) == across
    contour, _ = within(counts)
    kept = np.bincount(contour, keep, len(counts)).astype(np.intp)
    keep |= (kept < 4)[contour]  # a speck has no straight edge
    lines = Isolines(points[keep] - MARGIN, np.bincount(contour, keep, len(counts)).astype(np.intp))
    return _apart(lines)


def _apart(lines: Isolines) -> Isolines:
    """The polylines without points hardly behind the one before, as they occur where across becomes down."""
    step = lines.points - lines.points[lines.further(np.arange(len(lines.points)), -1)]
    keep = (np.hypot(*step.T) >= _NEAR) | (lines.count < _SMALL)
    counts = np.bincount(lines.contour, keep, len(lines.counts)).astype(np.intp)
    return Isolines(lines.points[keep], counts)


def _links(field: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Crossings, and the next crossing after each.

    A crossing is numbered by the upper or left one of the two pixels that it lies between, those between a
    pixel and the one below it behind all others.
    """
    dark = field > 0.5
    pattern = dark[:-1, :-1] + 2 * dark[:-1, 1:] + 4 * dark[1:, 1:] + 8 * dark[1:, :-1]
    row, column = np.nonzero((pattern > 0) & (pattern < 15))
    kind = pattern[row, column]
    plain = (kind != 5) & (kind != 10)
    cells = [(row[plain], column[plain], _ENTERS[kind[plain]], _LEAVES[kind[plain]])]
    middle = (
        field[row, column] + field[row, column + 1] + field[row + 1, column] + field[row + 1, column + 1]
    ) / 4
    for (saddle, joined), ways in _SADDLES.items():
        at = (kind == saddle) & ((middle > 0.5) == joined)
        for way in ways:
            cells.append((row[at], column[at], *(np.full(at.sum(), end) for end in way)))
    rows, columns, enters, leaves = (np.concatenate(parts) for parts in zip(*cells, strict=True))
    return _crossing(field, rows, columns, enters), _crossing(field, rows, columns, leaves)


def _crossing(field: np.ndarray, row: np.ndarray, column: np.ndarray, edge: np.ndarray) -> np.ndarray:
    """The number of the crossing on an edge of a cell."""
    width = field.shape[1]
    pixel = (row + (edge == 2)) * width + column + (edge == 1)
    found: np.ndarray = pixel + (edge % 2) * field.size
    return found


def _chained(sources: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The crossings in the order of the contours, and how many each contour has."""
    following = dict(zip(sources.tolist(), targets.tolist(), strict=True))
    order: list[int] = []
    counts = []
    while following:
        first, target = next(iter(following.items()))
        before = len(order)
        while target != first:
            order.append(target)
            target = following.pop(target)
        order.append(first)
        del following[first]
        counts.append(len(order) - before)
    return np.array(order, np.intp), np.array(counts, np.intp)


def _split(field: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row and column of the upper or left pixel of each crossing, and whether the other is on its right."""
    across = order < field.size
    row, column = np.divmod(order - np.where(across, 0, field.size), field.shape[1])
    return row, column, across


def _placed(field: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Crossings as points in pixels of the field, and whether each lies across a row."""
    row, column, across = _split(field, order)
    stride = np.where(across, 1, field.shape[1])
    flat = field.ravel()
    near = row * field.shape[1] + column
    outward = np.where(flat[near] > flat[near + stride], 1, -1)
    inner = np.where(outward > 0, near, near + stride)
    reach = _one_way(flat, inner + outward * stride, outward * stride, 1) - _one_way(
        flat, inner, -outward * stride, -1
    )
    border = np.where(across, column, row) + 1.0
    at = border + outward * reach
    beside = np.where(across, row, column) + 0.5
    return np.where(across, [at, beside], [beside, at]).T, across


def _one_way(flat: np.ndarray, first: np.ndarray, stride: np.ndarray, sign: int) -> np.ndarray:
    """The ink from `first` on (the paper, for sign -1) up to the pixel with the least of it.

    Of that one, half: the other half belongs to whatever edge lies on its other side.
    """
    value = flat[first] if sign > 0 else 1 - flat[first]
    total = value.copy()
    falling = np.ones(len(first), bool)
    at = first
    for _ in range(_REACH - 1):
        at = at + stride
        following = flat[at] if sign > 0 else 1 - flat[at]
        falling &= following < value
        total += np.where(falling, following, 0)
        value = np.where(falling, following, value)
    found: np.ndarray = total - value / 2
    return found


def _steep(field: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Whether the edge at each crossing runs down rather than across, by the gradient of the picture."""
    row, column, across = _split(field, order)
    down = (field[2:, 1:-1] - field[:-2, 1:-1]) * 2
    down += field[2:, :-2] + field[2:, 2:] - field[:-2, :-2] - field[:-2, 2:]
    right = (field[1:-1, 2:] - field[1:-1, :-2]) * 2
    right += field[:-2, 2:] + field[2:, 2:] - field[:-2, :-2] - field[2:, :-2]
    one = (row - 1, column - 1)
    two = (row - 1 + ~across, column - 1 + across)
    steep: np.ndarray = np.abs(right[one] + right[two]) >= np.abs(down[one] + down[two])
    return steep

"""Whether the outlines of a finished font fill as they should: direction, overlap, crossings.

Where a glyph is well made, the winding number is 1 in the ink and 0 outside it, as PostScript counts;
TrueType's is the negative. A contour in the wrong direction, two that overlap, and one that crosses itself
each bring a region with another number. It is looked for on lines across the glyph. Crossings are looked for
pair by pair.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from fontTools.misc.bezierTools import cubicPointAtT, quadraticPointAtT
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

_STEPS = 8  # edges that stand for a curve
_LINES = 4  # lines across a glyph per unit
_FINE = 0.02  # units between two edges that count as one: what straight pieces of curves leave
_ROUNDING = 1e-6  # square units


class Fault(NamedTuple):
    """What is wrong with a glyph.

    Attributes:
        area: that is wound wrongly, in square units.
        crossings: pairs of edges that cross.
    """

    area: float
    crossings: int


def faults(font: TTFont) -> dict[str, Fault]:
    """The glyphs of a font that are not filled as they should be, by name."""
    glyphs, found = font.getGlyphSet(), {}
    for name in font.getGlyphOrder():
        fault = fault_of(glyphs[name], "glyf" in font, glyphs)
        if fault.area or fault.crossings:
            found[name] = fault
    return found


def fault_of(glyph: Any, clockwise: bool, glyphs: Any = None) -> Fault:
    """What is wrong with a glyph, which draws itself with a pen.

    Args:
        glyph: of fontTools.
        clockwise: whether outer contours run so, as in TrueType.
        glyphs: of its font, where it may have components.
    """
    pen = _Edges(glyphs)
    glyph.draw(pen)
    edges = np.array(pen.edges, float).reshape(-1, 4)
    return Fault(_wrongly_wound(edges, -1 if clockwise else 1), _crossings(edges))


class _Edges(BasePen):  # type: ignore[misc]  # fontTools has no types
    """A pen that keeps straight edges: x and y of the start and of the end."""

    def __init__(self, glyphs: Any) -> None:
        super().__init__(glyphs)
        self.edges: list[tuple[float, float, float, float]] = []
        self._start = (0.0, 0.0)

    def _moveTo(self, point: Any) -> None:  # noqa: N802 - fontTools' name
        self._start = point

    def _lineTo(self, point: Any) -> None:  # noqa: N802
        self._add([self._getCurrentPoint(), point])

    def _curveToOne(self, *points: Any) -> None:  # noqa: N802
        start = self._getCurrentPoint()
        self._add([cubicPointAtT(start, *points, t) for t in _shares()])

    def _qCurveToOne(self, *points: Any) -> None:  # noqa: N802
        start = self._getCurrentPoint()
        self._add([quadraticPointAtT(start, *points, t) for t in _shares()])

    def _closePath(self) -> None:  # noqa: N802
        self._add([self._getCurrentPoint(), self._start])

    def _add(self, points: list[Any]) -> None:
        self.edges += [(*one, *two) for one, two in itertools.pairwise(points) if one != two]


def _shares() -> Iterator[float]:
    return (step / _STEPS for step in range(_STEPS + 1))


def _wrongly_wound(edges: np.ndarray, sign: int) -> float:
    """The area in square units where the winding number, times `sign`, is neither 0 nor 1."""
    if not len(edges):
        return 0.0
    bottom, top = edges[:, [1, 3]].min(), edges[:, [1, 3]].max()
    # Half a line apart from whole units, so that no line passes through a point of the font.
    lines = (np.arange(np.floor(bottom) * _LINES, np.ceil(top) * _LINES) + 0.5) / _LINES
    low, high = np.sort(edges[:, [1, 3]], axis=1).T
    first, last = np.searchsorted(lines, low), np.searchsorted(lines, high)
    counts = last - first
    edge = np.repeat(np.arange(len(edges)), counts)
    line = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    x0, y0, x1, y1 = edges[edge].T
    x = x0 + (lines[line] - y0) / (y1 - y0) * (x1 - x0)
    order = np.lexsort((x, line))
    x, line = x[order], line[order]
    # Upward edges have the inside of a counter-clockwise contour on their left, which ends there.
    winding = np.cumsum(np.where(y1 > y0, -sign, sign)[order])
    width = np.diff(x)
    wrong = (line[1:] == line[:-1]) & (width > _FINE) & (winding[:-1] != 0) & (winding[:-1] != 1)
    return float(width[wrong].sum() / _LINES)


def _crossings(edges: np.ndarray) -> int:
    """How many pairs of edges cross between their ends."""
    points = edges.reshape(-1, 2, 2).astype(np.float32)
    (left, bottom), (right, top) = points.min(axis=1).T, points.max(axis=1).T
    near = (left[:, None] < right) & (bottom[:, None] < top)
    one, two = np.nonzero(np.triu(near & near.T, 1))
    return int((_apart(edges[one], edges[two]) & _apart(edges[two], edges[one])).sum())


def _apart(edges: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Whether edges have the ends of others on both sides, and not on themselves."""
    x, y = (edges[:, 2:] - edges[:, :2]).T
    sides = [
        x * (others[:, place + 1] - edges[:, 1]) - y * (others[:, place] - edges[:, 0]) for place in (0, 2)
    ]
    apart: np.ndarray = (np.minimum(*sides) < -_ROUNDING) & (np.maximum(*sides) > _ROUNDING)
    return apart

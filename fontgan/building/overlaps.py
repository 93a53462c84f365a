"""Contours that cross, as rounding to whole units may bring, become contours that do not.

Only a glyph that crosses changes. Where two curves that are nearly straight cross, lines take their place;
what crosses still is taken apart and put together: Skia's path operations cut its curves in pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
from pathops import Path

from fontgan.outlines.coverage import cut
from fontgan.outlines.crossings import crossed
from fontgan.outlines.polyline import divided

T = TypeVar("T")

_ROUNDS = 4  # of either way to resolve crossings, which rounding may bring back
_GRID = 256  # cells per em, in which edges that cross are looked for
_EDGES = 16  # at least, that stand for a curve
_SLIGHT = 1 / 500  # em between a line and the points of a part for which it may stand


class Drawable(Protocol):
    """Closed contours."""

    def draw(self, pen: Any) -> None:
        """Draw them with a pen of fontTools."""


def uncrossed(
    contours: T,
    crossed_in: Callable[[T], set[int]],
    straightened: Callable[[T, set[int]], T],
    rebuilt: Callable[[T], T],
) -> T:
    """The same contours, or where they cross, others around the same area, as far as these ways lead.

    Args:
        contours: of one glyph, in whole units.
        crossed_in: the numbers of their parts that cross.
        straightened: the contours with lines in place of such parts, tried first.
        rebuilt: the contours taken apart and put together, tried then.
    """
    for number in range(2 * _ROUNDS):
        parts = crossed_in(contours)
        if not parts:
            break
        contours = straightened(contours, parts) if number < _ROUNDS else rebuilt(contours)
    return contours


def crossing(parts: Sequence[Sequence[Sequence[float]]], em: int) -> set[int]:
    """The numbers of the lines, quadratics and cubics, each by all of its points in units, that cross.

    What ends on another, or passes its end, does not cross it. Where the two sides of a narrow tip change
    places, the area between them is often less than a square unit: so also short curves have many edges.
    """
    if not parts:
        return set()
    cubics = _cubics(parts) / em
    lengths = np.hypot(*np.moveaxis(np.diff(cubics, axis=1), 2, 0)).sum(axis=1)
    counts = np.clip(np.ceil(lengths * _GRID), _EDGES, 400).astype(np.intp)
    counts += np.arange(len(parts)) % 2  # or the sides of a tip that are mirrored would cross in points
    counts[[len(part) == 2 for part in parts]] = 1
    line = divided((cubics + 0.5) * _GRID, counts)
    pairs = crossed(line.starts, line.ends, cut(line.starts, line.ends, 2 * _GRID))
    return set(line.span[pairs].ravel().tolist())


def nearly_straight(part: Sequence[Sequence[float]], em: int) -> bool:
    """Whether a part's points lie near the line between its ends, which may stand for it."""
    points = np.array(part, np.float64)
    chord, beside = points[-1] - points[0], points - points[0]
    share = np.clip(beside @ chord / max(chord @ chord, 1e-9), 0, 1)
    return bool(np.hypot(*(beside - share[:, None] * chord).T).max() <= em * _SLIGHT)


def separated(glyph: Drawable, clockwise: bool = False) -> Path:
    """The area that a glyph fills, in contours that do not cross; `clockwise` is for the outer ones."""
    path = Path()
    glyph.draw(path.getPen())
    path.simplify(fix_winding=True, keep_starting_points=True, clockwise=clockwise)
    return path


def _cubics(parts: Sequence[Sequence[Sequence[float]]]) -> np.ndarray:
    """Lines, quadratics and cubics, each as the four points of a cubic, (n, 4, 2)."""
    sizes = np.array([len(part) for part in parts])
    points = np.array([point for part in parts for point in part], np.float64)
    last = np.cumsum(sizes) - 1
    first = last - sizes + 1
    start, end = points[first], points[last]
    near = np.where((sizes == 3)[:, None], points[first + 1], (start + end) / 2)
    found = np.stack([start, start + (near - start) * 2 / 3, end + (near - end) * 2 / 3, end], axis=1)
    cubic = sizes == 4
    found[cubic, 1], found[cubic, 2] = points[first[cubic] + 1], points[first[cubic] + 2]
    return found

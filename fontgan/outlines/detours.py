"""Other ways for an edge between two of its points: through one corner, or along a cap with two of them."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from fontgan.outlines.blur import blurred
from fontgan.outlines.coverage import covered, cut
from fontgan.outlines.isolines import Isolines


@dataclass(frozen=True)
class Detours:
    """Ways off the polylines and back to them.

    Attributes:
        before: int (n,), the last point of the polyline before each one.
        gap: int (n,), how many points later it is back.
        path: float (n, 2, 2), its two corners; the same twice where it has one.
        angles: float (n, 2), of the edge where it leaves the polyline and where it is back, in radians.
        turn: float (n,), the angle between them; negative around ink.
    """

    before: np.ndarray
    gap: np.ndarray
    path: np.ndarray
    angles: np.ndarray
    turn: np.ndarray

    def only(self, chosen: np.ndarray) -> Detours:
        """Some of them, by a mask or by their numbers."""
        return Detours(
            self.before[chosen], self.gap[chosen], self.path[chosen], self.angles[chosen], self.turn[chosen]
        )

    def inner(self, lines: Isolines) -> tuple[np.ndarray, np.ndarray]:
        """The points that are left out: for each one its detour, and its number."""
        steps = np.arange(1, max(self.gap, default=1))
        detour, step = np.nonzero(steps < self.gap[:, None])
        return detour, lines.further(self.before[detour], steps[step])


def joined(some: Detours, others: Detours) -> Detours:
    """Both together."""
    pairs = ((getattr(some, field.name), getattr(others, field.name)) for field in fields(Detours))
    return Detours(*(np.concatenate(pair) for pair in pairs))


def change(lines: Isolines, detours: Detours, size: int, blur: float) -> np.ndarray:
    """What detours change in each pixel's coverage, (size, size), blurred: the area between both ways."""
    if not len(detours.before):
        return np.zeros((size, size))
    begin, end = lines.points[detours.before], lines.points[lines.further(detours.before, detours.gap)]
    ways = [begin, detours.path[:, 0], detours.path[:, 1], end]
    steps = np.arange(max(detours.gap))
    detour, step = np.nonzero(steps < detours.gap[:, None])
    here = lines.further(detours.before[detour], step)
    back = (lines.points[lines.further(here, 1)], lines.points[here])
    starts = np.concatenate([*ways[:3], back[0]])
    ends = np.concatenate([*ways[1:], back[1]])
    return blurred(covered(cut(starts, ends, size)), blur)


def around(picture: np.ndarray, at: np.ndarray, reach: int) -> np.ndarray:
    """The pixels (n, 2 reach + 1, 2 reach + 1) of a picture around points, 0 beyond its borders."""
    padded = np.pad(picture, reach)
    column, row = np.clip(at, 0, len(picture) - 1).astype(np.intp).T
    side = np.arange(2 * reach + 1)
    found: np.ndarray = padded[row[:, None, None] + side[:, None], column[:, None, None] + side]
    return found

"""Where an outline crosses itself: fonts must not."""

from __future__ import annotations

import numpy as np

from fontgan.outlines.coverage import Pieces
from fontgan.outlines.polyline import Polyline

_APART = 1e-6  # of an edge, from its ends, where a crossing counts


def crossings(line: Polyline, pieces: Pieces) -> np.ndarray:
    """Where a polyline, cut in pieces, crosses itself, (crossings, 2)."""
    one, two = crossed(line.starts, line.ends, pieces).T
    start, end = line.starts[one], line.ends[one]
    s, _ = _meeting(start, end, line.starts[two], line.ends[two])
    found: np.ndarray = start + s[:, None] * (end - start)
    return found


def crossed(starts: np.ndarray, ends: np.ndarray, pieces: Pieces) -> np.ndarray:
    """The pairs (crossings, 2) of straight edges that cross, by their numbers.

    Two edges that cross do so in a pixel that both pass: only such pairs of their pieces are looked at.
    """
    order = np.argsort(pieces.pixel, kind="stable")
    pixel, edge = pieces.pixel[order], pieces.edge[order]
    found = [np.zeros((0, 2), np.intp)]
    for step in range(1, len(order)):
        same = np.nonzero(pixel[step:] == pixel[:-step])[0]
        if not len(same):
            break
        one, two = edge[same], edge[same + step]
        hit = _cross(starts[one], ends[one], starts[two], ends[two])
        if hit.any():
            found.append(np.stack([one[hit], two[hit]], axis=1))
    return np.unique(np.sort(np.concatenate(found), axis=1), axis=0) if len(found) > 1 else found[0]


def _cross(start: np.ndarray, end: np.ndarray, other: np.ndarray, other_end: np.ndarray) -> np.ndarray:
    """Whether edges cross between their ends."""
    s, t = _meeting(start, end, other, other_end)
    low, high = _APART, 1 - _APART
    found: np.ndarray = (s > low) & (s < high) & (t > low) & (t < high)
    return found


def _meeting(
    start: np.ndarray, end: np.ndarray, other: np.ndarray, other_end: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where edges, continued, meet, as shares of each; 0 if they are parallel."""
    one, two, gap = end - start, other_end - other, other - start
    area = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]
    safe = np.where(np.abs(area) < 1e-12, np.inf, area)
    s = (gap[:, 0] * two[:, 1] - gap[:, 1] * two[:, 0]) / safe
    t = (gap[:, 0] * one[:, 1] - gap[:, 1] * one[:, 0]) / safe
    return s, t

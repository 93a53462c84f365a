"""Where an outline crosses itself: fonts must not."""

from __future__ import annotations

import numpy as np

from fontgan.outlines.coverage import cut
from fontgan.outlines.refinement import flattened

_STEP = 1.0  # pixels between two points of a curve drawn as a polyline
_APART = 1e-6  # of an edge, from its ends, where a crossing counts


def crossings(points: np.ndarray, lines: np.ndarray, size: int) -> int:
    """How often spans cross, of a picture of `size` pixels: (n, 4, 2) control points, (n,) which are lines.

    Two edges that cross do so in a pixel that both pass: only such pairs are looked at.
    """
    line = flattened(points, lines, _STEP)
    pieces = cut(line.starts, line.ends, size)
    order = np.argsort(pieces.pixel, kind="stable")
    pixel, edge = pieces.pixel[order], pieces.edge[order]
    found: set[tuple[int, int]] = set()
    for step in range(1, len(order)):
        same = pixel[step:] == pixel[:-step]
        if not same.any():
            break
        one, two = edge[:-step][same], edge[step:][same]
        crossed = _cross(line.starts[one], line.ends[one], line.starts[two], line.ends[two])
        pairs = np.sort(np.stack([one[crossed], two[crossed]], axis=1), axis=1)
        found.update(map(tuple, pairs.tolist()))
    return len(found)


def _cross(start: np.ndarray, end: np.ndarray, other: np.ndarray, other_end: np.ndarray) -> np.ndarray:
    """Whether edges cross between their ends."""
    one, two, gap = end - start, other_end - other, other - start
    area = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]
    safe = np.where(np.abs(area) < 1e-12, np.inf, area)
    s = (gap[:, 0] * two[:, 1] - gap[:, 1] * two[:, 0]) / safe
    t = (gap[:, 0] * one[:, 1] - gap[:, 1] * one[:, 0]) / safe
    low, high = _APART, 1 - _APART
    found: np.ndarray = (s > low) & (s < high) & (t > low) & (t < high)
    return found

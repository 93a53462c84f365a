"""Closed polylines, one after the other in one array."""

from __future__ import annotations

import numpy as np

from fontgan.outlines.ragged import within


def following(counts: np.ndarray) -> np.ndarray:
    """For each point of polylines of `counts` points, the next one on the same polyline."""
    after = np.arange(1, counts.sum() + 1)
    ends = np.cumsum(counts)
    after[ends[counts > 0] - 1] = (ends - counts)[counts > 0]
    return after


def neighbours(counts: np.ndarray, step: int) -> np.ndarray:
    """For each point of polylines of `counts` points, the one `step` further on the same polyline."""
    contour, place = within(counts)
    found: np.ndarray = (np.cumsum(counts) - counts)[contour] + (place + step) % counts[contour]
    return found

"""Arrays of rows that differ in length, laid out one after the other."""

from __future__ import annotations

import numpy as np


def within(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For rows of `counts` items each: the row of every item, and its place in that row."""
    row = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    return row, place


def spread(samples: np.ndarray, starts: np.ndarray, stops: np.ndarray, count: int) -> np.ndarray:
    """`count` points (n, count, 2) on each polyline from item `starts` to item `stops` of `samples`.

    Even by item, ends included, taken linearly between items.
    """
    at = starts[:, None] + (stops - starts)[:, None] * np.linspace(0, 1, count)
    low = np.minimum(at.astype(np.intp), stops[:, None] - 1)
    part = (at - low)[:, :, None]
    found: np.ndarray = samples[low] * (1 - part) + samples[low + 1] * part
    return found

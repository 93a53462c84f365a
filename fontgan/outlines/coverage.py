"""Exact area coverage: how much of each pixel an outline fills, and where its edge crosses which pixel.

The edge is cut at every border of a pixel. A piece then lies in one pixel and adds to it the trapezium on
its right, to all pixels further right its height; a running sum along the rows gives the coverage. It is
the scheme of font-rs (R. Levien, «Inside the fastest font renderer in the world», 2016), as array operations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fontgan.outlines.ragged import within


@dataclass(frozen=True)
class Pieces:
    """Straight edges, cut at the borders of pixels.

    Attributes:
        edge: int (n,), the edge that each piece is of.
        part: float (n,), where its middle lies on that edge, from 0 to 1.
        middle: float (n, 2), the same point as x and y in pixels.
        step: float (n, 2), from its start to its end.
        pixel: int (n,), row x size + column of the pixel that it lies in.
        size: pixels per side of the picture.
    """

    edge: np.ndarray
    part: np.ndarray
    middle: np.ndarray
    step: np.ndarray
    pixel: np.ndarray
    size: int


def cut(starts: np.ndarray, ends: np.ndarray, size: int) -> Pieces:
    """The edges from `starts` to `ends`, (n, 2) each, cut at the borders of a picture's pixels.

    What lies beyond the picture is moved to its border.
    """
    edges = np.arange(len(starts), dtype=float)
    keys = np.concatenate([edges, *(_crossings(starts[:, axis], ends[:, axis]) for axis in (0, 1))])
    keys.sort()
    edge = keys.astype(np.intp)
    first = keys - edge
    last = np.append(first[1:], 0.0)
    last[last == 0] = 1.0  # the next piece begins another edge
    sides = []
    for axis in (0, 1):
        start = starts[edge, axis]
        step = ends[edge, axis] - start
        sides.append((np.clip(start + first * step, 0, size), np.clip(start + last * step, 0, size)))
    (left, right), (top, bottom) = sides
    middle = np.stack([left + right, top + bottom], axis=1) / 2
    column, row = np.minimum(middle.astype(np.intp), size - 1).T
    step = np.stack([right - left, bottom - top], axis=1)
    return Pieces(edge, (first + last) / 2, middle, step, row * size + column, size)


def _crossings(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Where edges pass whole numbers: the edge's number, plus where on it, above 0 and below 1."""
    low = np.floor(np.minimum(start, end)).astype(np.intp) + 1
    counts = np.maximum(np.ceil(np.maximum(start, end)).astype(np.intp) - low, 0)
    edge, place = within(counts)
    part = (low[edge] + place - start[edge]) / (end - start)[edge]
    found: np.ndarray = edge + np.clip(part, 1e-9, 1 - 1e-9)
    return found


def covered(pieces: Pieces) -> np.ndarray:
    """The share (size, size) of each pixel on the right of the edges, which are closed: 1 for ink.

    Contours with ink on their left, as seen on the screen, count as ink; those the other way round take
    from it.
    """
    size = pieces.size
    column = pieces.pixel % size
    inside = pieces.middle[:, 0] - column
    height = pieces.step[:, 1]
    places = np.concatenate([pieces.pixel + pieces.pixel // size, pieces.pixel + pieces.pixel // size + 1])
    weights = np.concatenate([height * (1 - inside), height * inside])
    found = np.bincount(places, weights, size * (size + 1)).reshape(size, size + 1)
    return np.cumsum(found, axis=1)[:, :size]


def edge_lengths(pieces: Pieces) -> np.ndarray:
    """The length (size, size) of the edge in each pixel."""
    lengths = np.hypot(*pieces.step.T)
    return np.bincount(pieces.pixel, lengths, pieces.size**2).reshape(pieces.size, pieces.size)

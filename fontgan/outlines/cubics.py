"""Cubic Bézier curves, many at once: fitted to points between given ends and along given tangents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_ROUNDS = 3  # of finding the handles, then where on the curve each point belongs
_SHORTEST, _LONGEST = 0.02, 0.85  # handles, as shares of the polyline's length


@dataclass(frozen=True)
class Fits:
    """What came out for each curve.

    Attributes:
        first, second: float (n,), lengths of the two handles in pixels.
        error: float (n,), the mean of the squared distances, in pixels².
        farthest: float (n,), the largest distance in pixels.
    """

    first: np.ndarray
    second: np.ndarray
    error: np.ndarray
    farthest: np.ndarray


def bernstein(place: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The weights of the four control points at places from 0 to 1 on a cubic."""
    rest = 1 - place
    return rest**3, 3 * place * rest**2, 3 * place**2 * rest, place**3


def fitted(points: np.ndarray, leaving: np.ndarray, arriving: np.ndarray) -> Fits:
    """Cubics from the first to the last of `points` (n, m, 2), by least squares over their handles' lengths.

    `leaving` and `arriving` (n, 2) are unit vectors from the first and from the last point along the
    handles. P. Schneider, «An algorithm for automatically fitting digitized curves», Graphics Gems, 1990:
    two unknowns for each curve, and a step of Newton's towards the nearest place for each point.
    """
    steps = np.hypot(*np.moveaxis(np.diff(points, axis=1), 2, 0))
    lengths = steps.sum(axis=1)
    scale = np.maximum(lengths, 1e-9)
    place = np.zeros(points.shape[:2])
    place[:, 1:] = np.cumsum(steps, axis=1) / scale[:, None]
    start, end = points[:, :1], points[:, -1:]
    for _ in range(_ROUNDS):
        first, second = _handles(points, place, leaving, arriving, scale)
        inner = (start[:, 0] + first[:, None] * leaving, end[:, 0] + second[:, None] * arriving)
        controls = np.stack([start[:, 0], *inner, end[:, 0]], axis=1)
        place, offset = _nearer(points, place, controls)
    squares = (offset**2).sum(axis=2)
    return Fits(first, second, squares.mean(axis=1), np.sqrt(squares.max(axis=1)))


def _handles(
    points: np.ndarray, place: np.ndarray, leaving: np.ndarray, arriving: np.ndarray, scale: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The lengths of both handles that bring the curves nearest to their points."""
    b0, b1, b2, b3 = bernstein(place)
    rest = points - (b0 + b1)[:, :, None] * points[:, :1] - (b2 + b3)[:, :, None] * points[:, -1:]
    one = (b1 * (rest @ leaving[:, :, None])[:, :, 0]).sum(axis=1)
    two = (b2 * (rest @ arriving[:, :, None])[:, :, 0]).sum(axis=1)
    cosine = (leaving * arriving).sum(axis=1)
    a, b, c = (b1 * b1).sum(axis=1), (b1 * b2).sum(axis=1) * cosine, (b2 * b2).sum(axis=1)
    # A little pull towards handles of a third keeps those that the points do not decide from running away.
    pull = 1e-3 * a
    a, c, one, two = a + pull, c + pull, one + pull * scale / 3, two + pull * scale / 3
    determinant = a * c - b * b
    low, high = _SHORTEST * scale, _LONGEST * scale
    first = np.clip((c * one - b * two) / determinant, low, high)
    second = np.clip((two - b * first) / c, low, high)
    first = np.clip((one - b * second) / a, low, high)
    return first, second


def _nearer(points: np.ndarray, place: np.ndarray, controls: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places on the curves nearer to the points, and what remains between them."""
    three = np.diff(controls, axis=1) * 3
    two = np.diff(three, axis=1) * 2
    rest = 1 - place
    weights = np.stack(bernstein(place), axis=2)
    offset = weights @ controls - points
    velocity = np.stack([rest**2, 2 * place * rest, place**2], axis=2) @ three
    bend = np.stack([rest, place], axis=2) @ two
    down = (velocity * velocity).sum(axis=2) + (offset * bend).sum(axis=2)
    move = (offset * velocity).sum(axis=2) / np.where(np.abs(down) < 1e-9, 1e-9, down)
    moved = np.clip(place - np.clip(move, -0.1, 0.1), 0, 1)
    return moved, offset + (moved - place)[:, :, None] * velocity

"""Cubic Bézier curves, many at once: fitted to points between given ends and along given tangents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_ROUNDS = 2  # of finding the handles, then where on the curve each point belongs
_SHORTEST, _LONGEST = 0.02, 0.85  # handles, as shares of the polyline's length
_TURNED = 0.5  # tangent of the angle by which a free handle may leave its guessed direction
_PULL = 2e-3  # towards handles of a third, as a share of what the points say


@dataclass(frozen=True)
class Fits:
    """What came out for each curve.

    Attributes:
        first, second: float (n, 2), from each end to the control point there, in pixels.
        error: float (n,), the mean of the squared distances, in pixels².
        farthest: float (n,), the largest distance in pixels.
    """

    first: np.ndarray
    second: np.ndarray
    error: np.ndarray
    farthest: np.ndarray


@dataclass(frozen=True)
class Tangents:
    """The directions in which curves leave one end.

    Attributes:
        unit: float (n, 2), unit vectors towards the control point.
        free: bool (n,), at a corner: the direction is a guess, to be improved.
    """

    unit: np.ndarray
    free: np.ndarray


def bernstein(place: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The weights of the four control points at places from 0 to 1 on a cubic."""
    rest = 1 - place
    return rest**3, 3 * place * rest**2, 3 * place**2 * rest, place**3


def fitted(points: np.ndarray, leaving: Tangents, arriving: Tangents) -> Fits:
    """Cubics from the first to the last of `points` (n, m, 2), by least squares over their handles.

    P. Schneider, «An algorithm for automatically fitting digitized curves», Graphics Gems, 1990: the handles
    first, then a step of Newton's towards the nearest place on the curve for each point.
    """
    steps = np.hypot(*np.moveaxis(np.diff(points, axis=1), 2, 0))
    scale = np.maximum(steps.sum(axis=1), 1e-9)
    place = np.zeros(points.shape[:2])
    place[:, 1:] = np.cumsum(steps, axis=1) / scale[:, None]
    start, end = points[:, 0], points[:, -1]
    for _ in range(_ROUNDS):
        first, second = _handles(points, place, leaving, arriving, scale)
        place, offset = _nearer(points, place, np.stack([start, start + first, end + second, end], axis=1))
    squares = _dot(offset, offset)
    return Fits(first, second, squares.mean(axis=1), np.sqrt(squares.max(axis=1)))


def _handles(
    points: np.ndarray, place: np.ndarray, leaving: Tangents, arriving: Tangents, scale: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The handles (n, 2) at both ends that bring the curves nearest to their points."""
    b0, b1, b2, b3 = bernstein(place)
    rest = points - (b0 + b1)[:, :, None] * points[:, :1] - (b2 + b3)[:, :, None] * points[:, -1:]
    a, b, c = (b1 * b1).sum(axis=1), (b1 * b2).sum(axis=1), (b2 * b2).sum(axis=1)
    # A little pull towards handles of a third keeps those that the points do not decide from running away.
    pull = _PULL * a
    third = (pull * scale / 3)[:, None]
    one = (b1[:, None] @ rest)[:, 0] + third * leaving.unit
    two = (b2[:, None] @ rest)[:, 0] + third * arriving.unit
    a, c = a + pull, c + pull
    second = _one_handle(arriving, leaving, two, one, c, b, a, scale)
    first = _one_handle(leaving, arriving, one, two, a, b, c, scale)
    return first, second


def _one_handle(
    own: Tangents,
    other: Tangents,
    wanted: np.ndarray,
    opposite: np.ndarray,
    weight: np.ndarray,
    coupling: np.ndarray,
    counterweight: np.ndarray,
    scale: np.ndarray,
) -> np.ndarray:
    """One of two handles, the other one eliminated from the equations."""
    # Where the other one is bound to its direction, only that part of it answers.
    ratio = coupling / counterweight
    along = _dot(opposite, other.unit)[:, None] * other.unit
    wanted = wanted - ratio[:, None] * np.where(other.free[:, None], opposite, along)
    bound = (weight - ratio * coupling)[:, None]
    cosine = np.where(own.free | other.free, 1.0, _dot(own.unit, other.unit))
    handle = wanted / (weight - ratio * coupling * cosine**2)[:, None]
    part = _dot(wanted, other.unit)[:, None] * other.unit
    loose = part / bound + (wanted - part) / weight[:, None]
    handle = np.where((own.free & ~other.free)[:, None], loose, handle)
    length = _dot(handle, own.unit)
    side = handle[:, 1] * own.unit[:, 0] - handle[:, 0] * own.unit[:, 1]
    length = np.clip(length, _SHORTEST * scale, _LONGEST * scale)
    side = np.where(own.free, np.clip(side, -_TURNED * length, _TURNED * length), 0)
    across = np.stack([-own.unit[:, 1], own.unit[:, 0]], axis=1)
    found: np.ndarray = length[:, None] * own.unit + side[:, None] * across
    return found


def _nearer(points: np.ndarray, place: np.ndarray, controls: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places on the curves nearer to the points, and what remains between them."""
    three = np.diff(controls, axis=1) * 3
    two = np.diff(three, axis=1) * 2
    rest = 1 - place
    weights = np.stack(bernstein(place), axis=2)
    offset = weights @ controls - points
    velocity = np.stack([rest**2, 2 * place * rest, place**2], axis=2) @ three
    bend = np.stack([rest, place], axis=2) @ two
    down = _dot(velocity, velocity) + _dot(offset, bend)
    move = _dot(offset, velocity) / np.where(np.abs(down) < 1e-9, 1e-9, down)
    moved = np.clip(place - np.clip(move, -0.1, 0.1), 0, 1)
    return moved, offset + (moved - place)[:, :, None] * velocity


def _dot(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """The products of vectors of two, faster than a sum over an axis of two."""
    found: np.ndarray = one[..., 0] * two[..., 0] + one[..., 1] * two[..., 1]
    return found

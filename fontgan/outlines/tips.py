"""The ends of narrow strokes: a straight cap with two corners, where the picture shows one.

Two corners a few pixels apart leave no straight points between them. Both sides of the stroke are known,
though, and the picture says how much ink lies beyond: its area gives the height of the cap, its first moment
the slope. The cap is taken if the picture is then explained better than by the rounded isoline.
"""

from __future__ import annotations

import numpy as np

from fontgan.outlines.detours import Detours, around, change, joined
from fontgan.outlines.isolines import Isolines
from fontgan.outlines.windows import Ends

_LEAST_TURN = 1.9  # radians, between both sides
_GAPS = (3, 4, 5, 6, 7)  # points from one side to the other
_WIDEST, _NARROWEST = 6.5, 1.0  # pixels from one corner to the other
_LEAST_TRUST = 0.9  # in the windows of both sides
_REACH = 4  # pixels around a cap
_ROUNDS = 1  # of correcting its height and slope
_STEEPEST = 1.2  # tangent of the slope
_BETTER = 0.6  # of the isoline's squared error, that a cap's must stay below


def with_caps(
    lines: Isolines,
    back: Ends,
    ahead: Ends,
    excess: np.ndarray,
    blur: float,
    corners: Detours,
    blunt: Detours,
) -> tuple[Detours, Detours]:
    """The corners and the rounded-off corners of a picture, where caps have taken the place of some.

    `excess` is what the polylines, without any corner, cover beyond the picture.
    """
    size = len(excess)
    found = _candidates(lines, back, ahead)
    if not len(found.before):
        return corners, blunt
    rivals = _overlapping(lines, corners, found)
    excess = excess + change(lines, corners.only(~rivals), size, blur)
    middle = found.path.mean(axis=1)
    rival = excess + change(lines, corners.only(rivals), size, blur)
    found, valid, left = _fitted(lines, excess, blur, found)
    now, then, capped = (
        (around(each, middle, _REACH) ** 2).sum(axis=(1, 2)) for each in (excess, rival, left)
    )
    caps = found.only(valid & (capped < _BETTER * np.minimum(now, then)))
    corners = corners.only(~_overlapping(lines, corners, caps))
    blunt = blunt.only(~_overlapping(lines, blunt, caps))
    return joined(corners, caps), blunt


def _candidates(lines: Isolines, back: Ends, ahead: Ends) -> Detours:
    """Where both sides of something narrow are known."""
    everywhere = np.arange(len(lines.points))
    best, gap = np.zeros(len(everywhere)), np.zeros(len(everywhere), np.intp)
    for step in _GAPS:
        behind = lines.further(everywhere, step)
        turn = _difference(ahead.angle[behind], back.angle)
        width = np.hypot(*(ahead.at[behind] - back.at).T)
        trust = np.minimum(back.trust, ahead.trust[behind])
        score = np.where((np.abs(turn) > _LEAST_TURN) & (width < _WIDEST) & (trust > _LEAST_TRUST), trust, 0)
        score = np.where(score > 0, score + np.abs(turn) / 10 - 0.05 * step, 0)
        gap, best = np.where(score > best, step, gap), np.maximum(score, best)
    near = [best[lines.further(everywhere, step)] for step in (-4, -3, -2, -1, 1, 2, 3, 4)]
    peak = (best > np.maximum.reduce(near[:4])) & (best >= np.maximum.reduce(near[4:])) & (lines.count > 12)
    before = np.nonzero(peak)[0]
    behind = lines.further(before, gap[before])
    angles = np.stack([back.angle[before], ahead.angle[behind]], axis=1)
    ends = np.stack([back.at[before], ahead.at[behind]], axis=1)
    return Detours(before, gap[before], ends, angles, _difference(angles[:, 1], angles[:, 0]))


def _difference(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    found: np.ndarray = (one - two + np.pi) % (2 * np.pi) - np.pi
    return found


def _fitted(
    lines: Isolines, excess: np.ndarray, blur: float, found: Detours
) -> tuple[Detours, np.ndarray, np.ndarray]:
    """The caps where area and first moment are those of the picture; which are possible; what is left."""
    size = len(excess)
    ends = found.path
    sides = np.stack([np.cos(found.angles), np.sin(found.angles)], axis=2)
    outward = sides[:, 0] - sides[:, 1]
    outward /= np.maximum(np.hypot(*outward.T), 1e-9)[:, None]
    across = ends[:, 1] - ends[:, 0]
    across -= (across * outward).sum(axis=1, keepdims=True) * outward
    across /= np.maximum(np.hypot(*across.T), 1e-9)[:, None]
    middle = ends.mean(axis=1)
    height, slope = _highest(lines, found, middle, outward), np.zeros(len(middle))
    ink = -np.sign(found.turn)
    for _ in range(_ROUNDS + 1):
        path, valid = _cap(ends, sides, middle, outward, across, height, slope)
        detours = Detours(found.before, found.gap, path, found.angles, found.turn)
        left = excess + change(lines, detours, size, blur)
        width = np.maximum(np.hypot(*(path[:, 1] - path[:, 0]).T), _NARROWEST)
        area, moment = _moments(left, path.mean(axis=1), across)
        height = height - ink * area / width
        slope = np.clip(slope - ink * 12 * moment / width**3, -_STEEPEST, _STEEPEST)
    return detours, valid, left


def _highest(lines: Isolines, found: Detours, middle: np.ndarray, outward: np.ndarray) -> np.ndarray:
    """How far outward the points between both sides reach."""
    detour, inner = found.inner(lines)
    reach = ((lines.points[inner] - middle[detour]) * outward[detour]).sum(axis=1)
    height = np.zeros(len(middle))
    np.maximum.at(height, detour, reach)
    return height


def _cap(
    ends: np.ndarray,
    sides: np.ndarray,
    middle: np.ndarray,
    outward: np.ndarray,
    across: np.ndarray,
    height: np.ndarray,
    slope: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """The corners (n, 2, 2) where a line at a height, with a slope, cuts both sides; whether it does well."""
    normal = (outward - slope[:, None] * across)[:, None]
    down = (sides * normal).sum(axis=2)
    down = np.where(np.abs(down) < 0.2, np.where(np.arange(2) == 0, 0.2, -0.2), down)
    way = (height[:, None] - ((ends - middle[:, None]) * normal).sum(axis=2)) / down
    path = ends + np.clip(way, -5, 5)[:, :, None] * sides
    width = ((path[:, 1] - path[:, 0]) * across).sum(axis=1)
    forward = (way[:, 0] > -1) & (way[:, 1] < 1)
    return path, forward & (width > _NARROWEST) & (width < _WIDEST)


def _moments(excess: np.ndarray, middle: np.ndarray, across: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sum of what is too much around each middle, and its first moment along the cap."""
    own = around(excess, middle, _REACH)
    side = np.arange(-_REACH, _REACH + 1) + 0.5
    offset = np.floor(middle) - middle
    along = (offset[:, 0, None, None] + side) * across[:, 0, None, None]
    along = along + (offset[:, 1, None, None] + side[:, None]) * across[:, 1, None, None]
    return own.sum(axis=(1, 2)), (own * along).sum(axis=(1, 2))


def _overlapping(lines: Isolines, some: Detours, caps: Detours) -> np.ndarray:
    """Which of some detours leave out a point that a cap leaves out, or begin or end at one."""
    taken = np.zeros(len(lines.points), bool)
    taken[caps.inner(lines)[1]] = True
    found = taken[some.before] | taken[lines.further(some.before, some.gap)]
    detour, inner = some.inner(lines)
    overlapping: np.ndarray = found | (np.bincount(detour, taken[inner], len(found)) > 0)
    return overlapping

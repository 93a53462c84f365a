"""Corners: where the edge turns at a point, and where exactly that point is.

The box filter of a picture rounds each corner off, so that no point of an isoline lies on it. The corner is
where the edges on either side, continued, meet (K. Itoh, Y. Ohno, «A curve fitting algorithm for character
fonts», 1993). Whether the outline really reaches that point is then asked of the picture: the grey says how
much ink is missing there, and so how round the outline is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fontgan.outlines.blur import blurred
from fontgan.outlines.coverage import covered, cut
from fontgan.outlines.crossings import crossed
from fontgan.outlines.detours import Detours, around, change, joined
from fontgan.outlines.isolines import Isolines
from fontgan.outlines.rings import following
from fontgan.outlines.tips import with_caps
from fontgan.outlines.windows import Ends, windows

_LEAST_TURN = 0.4  # radians; less is a bend of a smooth edge
_LARGEST_GAP = 3  # points, from the last point before a corner to the first one behind it
_FARTHEST = 3.0  # pixels from those two to the corner
_ROUNDEST = 1.3  # pixels: a smaller radius is a corner that ink has filled a little
_AREA_ERROR = 0.08  # pixels², of the ink around a corner
_LACKING = 1.0  # pixels² that a corner may leave out: more, and it lies inside of what it should reach
_NEAR = 2.5  # pixels from a corner to a crossing of its edges
_REACH = 2  # pixels around a corner in which its ink is counted


@dataclass(frozen=True)
class Ring:
    """Closed polylines with their corners among the points.

    Attributes:
        points: float (n, 2), x and y in pixels, y down.
        corner: bool (n,), whether a point is a corner.
        tangent: float (n, 2), the direction of the edge at the ends of rounded-off corners; else 0.
        within: bool (n,), whether a point is between such ends.
        counts: int (contours,), points of each polyline.
        noise: how far points usually are off a smooth edge, in pixels.
    """

    points: np.ndarray
    corner: np.ndarray
    tangent: np.ndarray
    within: np.ndarray
    counts: np.ndarray
    noise: float


def with_corners(
    lines: Isolines, ink: np.ndarray, blur: float = 0.0, blunt_at: np.ndarray | None = None
) -> Ring:
    """The isolines of a picture with each rounded-off corner replaced by the corner itself.

    Where points `blunt_at` (n, 2) are given, as a retrace does, not near them, nor where edges would cross.
    """
    back, ahead, noise = windows(lines)
    found = _candidates(lines, back, ahead, blur)
    size = len(ink)
    after = lines.points[following(lines.counts)]
    excess = blurred(covered(cut(lines.points, after, size)), blur) - ink
    sharp = _is_sharp(excess + change(lines, found, size, blur), found, blur)
    corners, blunt = with_caps(lines, back, ahead, excess, blur, found.only(sharp), found.only(~sharp))
    if blunt_at is not None:
        refused = _near(corners, blunt_at) | _in_the_way(lines, corners, size)
        corners, blunt = corners.only(~refused), joined(blunt, corners.only(refused))
    return _replaced(lines, corners, blunt, noise)


def _candidates(lines: Isolines, back: Ends, ahead: Ends, blur: float) -> Detours:
    everywhere = np.arange(len(lines.points))
    best, turn = np.zeros(len(everywhere)), np.zeros(len(everywhere))
    gap = np.ones(len(everywhere), np.intp)
    for step in range(1, _LARGEST_GAP + 1 + round(2 * blur)):
        behind = lines.further(everywhere, step)
        own = _turn(back, ahead, everywhere, behind)
        score = np.abs(own) * (back.trust + ahead.trust[behind] - 0.02 * step)
        better = score > best
        gap, turn, best = np.where(better, step, gap), np.where(better, own, turn), np.maximum(score, best)
    one, two, three, four = (best[lines.further(everywhere, step)] for step in (-2, -1, 1, 2))
    peak = (best > np.maximum(one, two)) & (best >= np.maximum(three, four))
    before = np.nonzero(peak & (lines.count > 7) & (np.abs(turn) > _LEAST_TURN))[0]
    behind = lines.further(before, gap[before])
    angles = np.stack([back.angle[before], ahead.angle[behind]], axis=1)
    at = _meeting(back, ahead, before, behind)
    return Detours(before, gap[before], np.stack([at, at], axis=1), angles, turn[before])


def _turn(back: Ends, ahead: Ends, before: np.ndarray, behind: np.ndarray) -> np.ndarray:
    """The angle by which the edge turns between two points, without what its curvature explains."""
    distance = np.hypot(*(ahead.at[behind] - back.at[before]).T)
    curvature = back.curvature[before] + ahead.curvature[behind]
    turn = ahead.angle[behind] - back.angle[before] - distance / 2 * curvature
    found: np.ndarray = (turn + np.pi) % (2 * np.pi) - np.pi
    return found


def _meeting(back: Ends, ahead: Ends, before: np.ndarray, behind: np.ndarray) -> np.ndarray:
    """Where both edges meet, not farther from the points between them than is credible."""
    one, two = back.at[before], ahead.at[behind]
    first, second = back.angle[before], ahead.angle[behind]
    bend_first, bend_second = back.curvature[before], ahead.curvature[behind]
    s, t = np.zeros(len(before)), np.zeros(len(before))
    for _ in range(3):  # of Newton: each edge as its tangent at the place reached so far
        gap = two + _arc(second, bend_second, t) - one - _arc(first, bend_first, s)
        here, there = first + bend_first * s, second + bend_second * t
        sine = np.sin(there - here)
        sine = np.where(np.abs(sine) < 0.05, np.where(sine < 0, -0.05, 0.05), sine)
        s = np.clip(s + (gap[:, 0] * np.sin(there) - gap[:, 1] * np.cos(there)) / sine, -1, _FARTHEST)
        t = np.clip(t + (gap[:, 0] * np.sin(here) - gap[:, 1] * np.cos(here)) / sine, -_FARTHEST, 1)
    meeting = (one + _arc(first, bend_first, s) + two + _arc(second, bend_second, t)) / 2
    middle = (one + two) / 2
    far = np.maximum(np.hypot(*(meeting - middle).T), 1e-9)
    found: np.ndarray = middle + (meeting - middle) * np.minimum(1, _FARTHEST / far)[:, None]
    return found


def _arc(angle: np.ndarray, curvature: np.ndarray, length: np.ndarray) -> np.ndarray:
    """How far a curve gets, as (n, 2), that starts at an angle: its chord has the angle of its middle."""
    middle = angle + curvature * length / 2
    found: np.ndarray = length[:, None] * np.stack([np.cos(middle), np.sin(middle)], axis=1)
    return found


def _is_sharp(excess: np.ndarray, found: Detours, blur: float) -> np.ndarray:
    """Whether the picture has as much ink around each corner as the sharp outline would.

    A corner of turn 2a, rounded with radius r, has r² (tan a - a) less.
    """
    area = around(excess, found.path[:, 0], _REACH + round(blur)).sum(axis=(1, 2))
    area = area * -np.sign(found.turn)  # around paper, there is more
    half = np.minimum(np.abs(found.turn) / 2, 0.8)
    allowed = (_ROUNDEST + blur) ** 2 * (np.tan(half) - half) + _AREA_ERROR
    sharp: np.ndarray = (area < allowed) & (area > -_LACKING)
    return sharp


def _near(corners: Detours, points: np.ndarray) -> np.ndarray:
    """Which corners are near any of some points."""
    gaps = corners.path[:, :, None] - points
    found: np.ndarray = (np.hypot(gaps[..., 0], gaps[..., 1]) < _NEAR).any(axis=(1, 2))
    return found


def _in_the_way(lines: Isolines, corners: Detours, size: int) -> np.ndarray:
    """Which corners would cross another edge."""
    ring = _replaced(lines, corners, corners.only(np.zeros(0, np.intp)), 0.0)
    ends = ring.points[following(ring.counts)]
    points = ring.points[crossed(ring.points, ends, cut(ring.points, ends, size)).ravel()]
    return _near(corners, points)


def _replaced(lines: Isolines, sharp: Detours, blunt: Detours, noise: float) -> Ring:
    """The polylines with sharp corners instead of the points around them, and blunt ones marked."""
    keep = np.ones(len(lines.points), bool)
    keep[sharp.inner(lines)[1]] = False
    rounded = np.zeros(len(lines.points), bool)
    rounded[blunt.inner(lines)[1]] = True
    tangent = np.zeros_like(lines.points)
    for end, angle in zip(
        (blunt.before, lines.further(blunt.before, blunt.gap)), blunt.angles.T, strict=True
    ):
        tangent[end] = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    capped = (sharp.path[:, 0] != sharp.path[:, 1]).any(axis=1)
    new = np.concatenate([sharp.path[:, 0], sharp.path[capped, 1]])
    homes = np.concatenate([sharp.before, sharp.before[capped]])
    later = np.repeat([0.3, 0.6], [len(sharp.path), capped.sum()])
    order = np.argsort(np.concatenate([np.nonzero(keep)[0], homes + later]), kind="stable")

    def merged(own: np.ndarray, corners: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.concatenate([own[keep], corners])[order]
        return found

    none = np.zeros(len(new), bool)
    return Ring(
        merged(lines.points, new),
        merged(~keep, ~none),
        merged(tangent, np.zeros_like(new)),
        merged(rounded, none),
        np.bincount(merged(lines.contour, lines.contour[homes]), minlength=len(lines.counts)),
        noise,
    )

"""Corners: where the edge turns at a point, and where exactly that point is.

The box filter of a picture rounds each corner off, so that no point of an isoline lies on it. The corner is
where straight lines through the points on either side meet (K. Itoh, Y. Ohno, «A curve fitting algorithm for
character fonts», 1993). Whether the outline really reaches that point is then asked of the picture: the grey
says how much ink is missing there, and so how round the outline is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fontgan.outlines.coverage import covered, cut
from fontgan.outlines.isolines import Isolines
from fontgan.outlines.ragged import within
from fontgan.outlines.rings import following

_LEAST_TURN = 0.4  # radians; less is a bend of a smooth edge
_LENGTHS = (2, 3, 5, 7)  # points of a window: of two or three a line, of more a parabola
_TRUST = (0.4, 0.8, 0.95, 1.0)  # in what such a window says
_OFF = 0.025  # pixels, root of the mean square, that the points of a window may be off it
_MOST_CURVED = 0.3  # radians per pixel that a window is trusted to continue with
_GAPS = (1, 2, 3)  # from the last point before a corner to the first one behind it
_FARTHEST = 3.0  # pixels from those two to the corner
_ROUNDEST = 1.3  # pixels: a smaller radius is a corner that ink has filled a little
_AREA_ERROR = 0.08  # pixels², of the ink around a corner


@dataclass(frozen=True)
class Ring:
    """Closed polylines with their corners among the points.

    Attributes:
        points: float (n, 2), x and y in pixels, y down.
        corner: bool (n,), whether a point is a corner.
        tangent: float (n, 2), the direction of the edge at the ends of rounded-off corners; else 0.
        within: bool (n,), whether a point is between such ends.
        counts: int (contours,), points of each polyline.
    """

    points: np.ndarray
    corner: np.ndarray
    tangent: np.ndarray
    within: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class _Ends:
    """What the edge does at each point if it continues as it came.

    The point on the window's curve, the angle there in radians, its change per pixel, and how far the
    window is to be trusted.
    """

    at: np.ndarray
    angle: np.ndarray
    curvature: np.ndarray
    trust: np.ndarray


@dataclass(frozen=True)
class _Candidates:
    """Corners that may be: the points before and behind, the corner between them, the turn, both directions."""

    before: np.ndarray
    behind: np.ndarray
    at: np.ndarray
    turn: np.ndarray
    angles: np.ndarray

    def only(self, chosen: np.ndarray) -> _Candidates:
        return _Candidates(
            self.before[chosen], self.behind[chosen], self.at[chosen], self.turn[chosen], self.angles[chosen]
        )


def with_corners(lines: Isolines, ink: np.ndarray, softness: float = 0.0) -> Ring:
    """The isolines of a picture with each rounded-off corner replaced by the corner itself."""
    found = _candidates(lines, softness)
    trial = _replaced(lines, found)
    sharp = _is_sharp(trial, found, ink, softness)
    return _replaced(lines, found.only(sharp), found.only(~sharp))


def _candidates(lines: Isolines, softness: float) -> _Candidates:
    contour, place = within(lines.counts)
    begin, count = (np.cumsum(lines.counts) - lines.counts)[contour], lines.counts[contour]
    everywhere = np.arange(len(lines.points))

    def neighbour(step: int) -> np.ndarray:
        """The points `step` further along the contours."""
        moved: np.ndarray = begin + (place + step) % count
        return moved

    back, ahead = _windows(lines.points, neighbour, softness)
    best = np.zeros(len(everywhere))
    gap = np.ones(len(everywhere), np.intp)
    turn = np.zeros(len(everywhere))
    for step in _GAPS:
        behind = neighbour(step)
        own = _turn(back, ahead, everywhere, behind)
        score = np.abs(own) * (back.trust + ahead.trust[behind] - 0.02 * step)
        better = score > best
        gap, turn, best = np.where(better, step, gap), np.where(better, own, turn), np.maximum(score, best)
    peak = np.maximum.reduce([best[neighbour(step)] for step in (-2, -1, 1, 2)])
    first = np.maximum.reduce([best[neighbour(step)] for step in (-2, -1)])
    chosen = (best >= peak) & (best > first) & (count > 7) & (np.abs(turn) > _LEAST_TURN)
    before = np.nonzero(chosen)[0]
    behind = begin[before] + (place[before] + gap[before]) % count[before]
    angles = np.stack([back.angle[before], ahead.angle[behind]], axis=1)
    return _Candidates(before, behind, _meeting(back, ahead, before, behind), turn[before], angles)


def _windows(
    points: np.ndarray, neighbour: Callable[[int], np.ndarray], softness: float
) -> tuple[_Ends, _Ends]:
    """The edge at each point as the window of points up to there has it, and as the one from there on has it."""
    fits = [_window(np.stack([points[neighbour(step)] for step in range(n)], axis=1)) for n in _LENGTHS]
    ends = []
    for side in (0, 1):
        at = [neighbour(0 if side else 1 - n) for n in _LENGTHS]
        which = np.zeros(len(points), np.intp)
        for rank in range(1, len(_LENGTHS)):
            good = fits[rank].off[at[rank]] < _OFF * (1 + 2 * softness)
            which = np.where(good & (which == rank - 1), rank, which)
        window = np.choose(which, at)
        chosen = [np.stack([getattr(fit, name)[side] for fit in fits])[which, window] for name in ("at", "angle")]
        curvature = np.stack([fit.curvature for fit in fits])[which, window]
        ends.append(_Ends(*chosen, curvature, np.array(_TRUST)[which]))
    return ends[0], ends[1]


@dataclass(frozen=True)
class _Fit:
    """A parabola through each window: its last and first point and angle there, curvature, root mean square."""

    at: tuple[np.ndarray, np.ndarray]
    angle: tuple[np.ndarray, np.ndarray]
    curvature: np.ndarray
    off: np.ndarray


def _window(window: np.ndarray) -> _Fit:
    """The parabola, or for up to three points the line, through points (n, m, 2)."""
    middle = window.mean(axis=1)
    chord = window[:, -1] - window[:, 0]
    along = chord / np.maximum(np.hypot(*chord.T), 1e-9)[:, None]
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    offset = window - middle[:, None]
    x, y = (offset @ along[:, :, None])[:, :, 0], (offset @ across[:, :, None])[:, :, 0]
    # Orthogonal polynomials over the window's own places: 1, x and x² less what both explain of it.
    spread = np.maximum((x * x).sum(axis=1, keepdims=True), 1e-9)
    slope = (x * y).sum(axis=1, keepdims=True) / spread
    if window.shape[1] > 3:
        mean = (x * x).mean(axis=1, keepdims=True)
        skew = (x**3).sum(axis=1, keepdims=True) / spread
        bend = x * x - mean - skew * x
        bent = (bend * y).sum(axis=1, keepdims=True) / np.maximum((bend * bend).sum(axis=1, keepdims=True), 1e-9)
    else:
        mean, skew, bent = np.zeros_like(slope), np.zeros_like(slope), np.zeros_like(slope)
    off = y - slope * x - bent * (x * x - mean - skew * x)
    angle = np.arctan2(along[:, 1], along[:, 0])
    ends = []
    for end in (-1, 0):
        s = x[:, end : end + 1] if end == 0 else x[:, -1:]
        height = slope * s + bent * (s * s - mean - skew * s)
        rise = (slope + bent * (2 * s - skew))[:, 0]
        ends.append((middle + s * along + height * across, angle + np.arctan(rise)))
    (at_last, last), (at_first, first) = ends
    return _Fit((at_last, at_first), (last, first), 2 * bent[:, 0], np.sqrt((off**2).mean(axis=1)))


def _turn(back: _Ends, ahead: _Ends, before: np.ndarray, behind: np.ndarray) -> np.ndarray:
    """The angle by which the edge turns between two points, without what its curvature explains."""
    distance = np.hypot(*(ahead.at[behind] - back.at[before]).T)
    curvature = _credible(back.curvature[before]) + _credible(ahead.curvature[behind])
    turn = ahead.angle[behind] - back.angle[before] - distance / 2 * curvature
    found: np.ndarray = (turn + np.pi) % (2 * np.pi) - np.pi
    return found


def _credible(curvature: np.ndarray) -> np.ndarray:
    return np.clip(curvature, -_MOST_CURVED, _MOST_CURVED)


def _meeting(back: _Ends, ahead: _Ends, before: np.ndarray, behind: np.ndarray) -> np.ndarray:
    """Where both curves meet, not farther from the points between them than is credible."""
    one, two = back.at[before], ahead.at[behind]
    between = (one + two) / 2
    bend_one, bend_two = _credible(back.curvature[before]), _credible(ahead.curvature[behind])
    s = np.zeros(len(before))
    t = np.zeros(len(before))
    for _ in range(3):
        angle_one, angle_two = back.angle[before] + bend_one * s, ahead.angle[behind] + bend_two * t
        # Each curve as its tangent at the place reached so far.
        here = one + _arc(back.angle[before], bend_one, s)
        there = two + _arc(ahead.angle[behind], bend_two, t)
        gap = there - here
        sine = np.sin(angle_two - angle_one)
        safe = np.where(np.abs(sine) < 0.05, np.where(sine < 0, -0.05, 0.05), sine)
        s = np.clip(s + (gap[:, 0] * np.sin(angle_two) - gap[:, 1] * np.cos(angle_two)) / safe, -1, _FARTHEST)
        t = np.clip(t + (gap[:, 0] * np.sin(angle_one) - gap[:, 1] * np.cos(angle_one)) / safe, -_FARTHEST, 1)
    meeting = (one + _arc(back.angle[before], bend_one, s) + two + _arc(ahead.angle[behind], bend_two, t)) / 2
    far = np.hypot(*(meeting - between).T)
    found: np.ndarray = between + (meeting - between) * np.minimum(1, _FARTHEST / np.maximum(far, 1e-9))[:, None]
    return found


def _arc(angle: np.ndarray, curvature: np.ndarray, length: np.ndarray) -> np.ndarray:
    """How far a curve gets, as (n, 2), that starts at an angle: its chord has the angle of its middle."""
    middle = angle + curvature * length / 2
    return length[:, None] * np.stack([np.cos(middle), np.sin(middle)], axis=1)


def _replaced(lines: Isolines, sharp: _Candidates, blunt: _Candidates | None = None) -> Ring:
    """The polylines with sharp corners instead of the points around them, and blunt ones marked."""
    contour, _ = within(lines.counts)
    inner = _between(lines, sharp)
    tangent = np.zeros_like(lines.points)
    rounded = np.zeros(len(lines.points), bool)
    if blunt is not None:
        rounded = _between(lines, blunt)
        for end, angle in zip((blunt.before, blunt.behind), blunt.angles.T, strict=True):
            tangent[end] = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    keep = ~inner
    keys = np.concatenate([np.nonzero(keep)[0], sharp.before + 0.5])
    order = np.argsort(keys, kind="stable")
    count = len(sharp.at)

    def joined(own: np.ndarray, new: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.concatenate([own[keep], new])[order]
        return found

    return Ring(
        joined(lines.points, sharp.at),
        joined(np.zeros(len(keep), bool), np.ones(count, bool)),
        joined(tangent, np.zeros((count, 2))),
        joined(rounded, np.zeros(count, bool)),
        np.bincount(joined(contour, contour[sharp.before]), minlength=len(lines.counts)),
    )


def _between(lines: Isolines, found: _Candidates) -> np.ndarray:
    """Which points lie between those before and behind a corner."""
    contour, _ = within(lines.counts)
    home = contour[found.before]
    begin, count = (np.cumsum(lines.counts) - lines.counts)[home], lines.counts[home]
    gap = (found.behind - found.before) % count
    marked = np.zeros(len(lines.points), bool)
    for step in range(1, max(_GAPS)):
        marked[(begin + (found.before - begin + step) % count)[step < gap]] = True
    return marked


def _is_sharp(ring: Ring, found: _Candidates, ink: np.ndarray, softness: float) -> np.ndarray:
    """Whether the picture has as much ink around each corner as the sharp outline would."""
    size = len(ink)
    excess = covered(cut(ring.points, ring.points[following(ring.counts)], size)) - ink
    reach = 2
    table = np.pad(np.cumsum(np.cumsum(excess, axis=0), axis=1), ((1, 0), (1, 0)))
    column, row = np.clip(found.at, 0, size - 1).astype(np.intp).T
    top, left = np.maximum(row - reach, 0), np.maximum(column - reach, 0)
    bottom, right = np.minimum(row + reach + 1, size), np.minimum(column + reach + 1, size)
    area = table[bottom, right] - table[top, right] - table[bottom, left] + table[top, left]
    area = area * -np.sign(found.turn)  # of a corner into the ink, paper is missing
    half = np.minimum(np.abs(found.turn) / 2, 0.8)
    allowed = (_ROUNDEST + softness) ** 2 * (np.tan(half) - half) + _AREA_ERROR
    sharp: np.ndarray = area < allowed
    return sharp

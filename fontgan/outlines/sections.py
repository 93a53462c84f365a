"""The smooth stretches of an outline between its corners, and where in them a knot may be.

Knots may be at extrema, at the ends of straight runs, at the ends of rounded-off corners, and after each
third of a right angle.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from fontgan.outlines.corners import Ring
from fontgan.outlines.ragged import within

_NOISES, _FARTHEST_NOISE = 1.5, 6.0  # of a noisy picture's points, in the usual distance
_TURN = 0.5  # radians between two candidates
_BENT = 0.03  # radians per point; less is straight
_GAP = 24  # points between two candidates where the edge bends
_FEW = 6  # points of a section, of which its corners are needed to see a line
_OFF_LINE = 2.0  # in precisions, how far points may be off a line
_CORNER_OFF = 0.4  # of that counts for those at corners


@dataclass(frozen=True)
class Tolerance:
    """How closely an outline follows the points of a picture.

    Attributes:
        precision: how exact these points are, in pixels.
        price: of one point of the outline, in squares of that.
        farthest: pixels that no point may be away.
        noises: how much of a picture's noise is left out.
    """

    precision: float = 0.05
    price: float = 5.0
    farthest: float = 0.3
    noises: float = 1.0

    def closer(self) -> Tolerance:
        """Half of it."""
        return replace(self, precision=self.precision / 2, farthest=self.farthest / 2, noises=self.noises / 2)

    def with_noise(self, noise: float) -> Tolerance:
        """What a picture allows whose edge is that noisy, in pixels."""
        precision = max(self.precision, self.noises * _NOISES * noise)
        farthest = max(self.farthest, self.noises * _FARTHEST_NOISE * noise)
        return replace(self, precision=precision, farthest=farthest)


@dataclass
class Sections:
    """All contours as polylines that begin at a corner or an extremum and end there again.

    Attributes:
        points: float (n, 2), in pixels.
        start, stop: int (sections,), the first and the last point of each; one's last may be another's first.
        contour: int (sections,), which contour it is of.
        round: bool (sections,), whether it is a whole contour without a corner.
        tangent: float (n, 2), of each point, where corners.py knows it, else 0.
        within: bool (n,), whether a point is inside a rounded-off corner.
        home: int (n,), the section that each point is of, or begins.
    """

    points: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    contour: np.ndarray
    round: np.ndarray
    tangent: np.ndarray
    within: np.ndarray
    home: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.home = np.searchsorted(self.start, np.arange(len(self.points)), side="right") - 1


def sections_of(ring: Ring) -> Sections:
    """The sections of all contours that have an area."""
    points, starts, stops, contours, rounds, tangents, inside = [], [], [], [], [], [], []
    begin = total = 0
    for number, count in enumerate(ring.counts.tolist()):
        own = ring.points[begin : begin + count]
        corners = np.nonzero(ring.corner[begin : begin + count])[0]
        begin += count
        if count < 3:
            continue
        whole = not len(corners)
        if whole:
            corners = np.array([np.argmin(own[:, 1].round(6))])  # of equal ones, the first
        order = begin - count + (np.arange(count + 1) + corners[0]) % count
        points.append(ring.points[order])
        tangents.append(ring.tangent[order])
        inside.append(ring.within[order])
        bounds = np.append(corners - corners[0], count) + total
        starts.append(bounds[:-1])
        stops.append(bounds[1:])
        contours.append(np.full(len(corners), number))
        rounds.append(np.full(len(corners), whole))
        total += count + 1
    if not points:
        empty = np.zeros(0, np.intp)
        none = empty.astype(bool)
        return Sections(np.zeros((0, 2)), empty, empty, empty, none, np.zeros((0, 2)), none)
    parts = (points, starts, stops, contours, rounds, tangents, inside)
    return Sections(*(np.concatenate(part) for part in parts))


def straight_sections(edges: Sections, tolerance: Tolerance) -> np.ndarray:
    """Which sections are straight, bool (sections,), by the points between: corners are less exact."""
    here = np.arange(len(edges.points))
    inner = (here > edges.start[edges.home] + 1) & (here < edges.stop[edges.home] - 1)
    few = (edges.stop - edges.start < _FEW)[edges.home]
    weight = (inner | few).astype(float)
    count = np.add.reduceat(weight, edges.start)
    weighted = edges.points * weight[:, None]
    offset = edges.points - (np.add.reduceat(weighted, edges.start) / count[:, None])[edges.home]
    x, y = offset.T
    squares = np.add.reduceat(np.stack([x * x - y * y, 2 * x * y], axis=1) * weight[:, None], edges.start)
    angle = np.arctan2(squares[:, 1], squares[:, 0]) / 2
    sine, cosine = np.sin(angle), np.cos(angle)
    off = np.abs(x * sine[edges.home] - y * cosine[edges.home]) * np.where(weight > 0, 1, _CORNER_OFF)
    last = edges.points[edges.stop] - (edges.points - offset)[edges.start]  # from the section's middle
    off_last = np.abs(last[:, 0] * sine - last[:, 1] * cosine) * _CORNER_OFF
    found: np.ndarray = np.maximum(np.maximum.reduceat(off, edges.start), off_last) < (
        _OFF_LINE * tolerance.precision
    )
    chord = edges.points[edges.stop] - edges.points[edges.start]
    found &= ~edges.round & (np.hypot(*chord.T) > 1)
    found |= edges.stop == edges.start + 1
    return found


def tangents_of(edges: Sections) -> tuple[np.ndarray, np.ndarray]:
    """The direction (n, 2) of the edge at each point, and whether it is horizontal or vertical there."""
    here = np.arange(len(edges.points))
    start, stop = edges.start[edges.home], edges.stop[edges.home]
    reach = np.minimum(np.minimum(here - start, stop - here), 2)
    # Sums over the points on both sides, weighted by their distance: a parabola's slope in its middle.
    slope = np.zeros_like(edges.points)
    for step in (1, 2):
        inside = reach >= step
        ahead, back = np.where(inside, here + step, here), np.where(inside, here - step, here)
        slope += step * (edges.points[ahead] - edges.points[back])
    tangents = slope / np.maximum(np.hypot(*slope.T), 1e-9)[:, None]
    level = np.zeros((len(here), 2), bool)
    for axis in (0, 1):
        across = tangents[:, 1 - axis]
        after = np.minimum(here + 1, stop)
        before = np.maximum(here - 1, start)
        turns = (across * across[after] <= 0) | (across * across[before] <= 0)
        nearest = (np.abs(across) <= np.abs(across[after])) & (np.abs(across) <= np.abs(across[before]))
        wide = across[np.minimum(here + 3, stop - 1)] * across[np.maximum(here - 3, start + 1)] < -1e-4
        level[:, axis] = turns & nearest & wide & (reach > 0)
    known = edges.tangent.any(axis=1)
    level[known | edges.within] = False
    tangents[known] = edges.tangent[known]
    level[edges.start[edges.round], 0] = True
    level[edges.stop[edges.round], 0] = True
    tangents[level[:, 0]] = np.sign(tangents[level[:, 0], :1] + 1e-12) * [1.0, 0.0]
    tangents[level[:, 1]] = np.sign(tangents[level[:, 1], 1:] + 1e-12) * [0.0, 1.0]
    round_start = edges.start[edges.round]
    towards = np.sign(edges.points[round_start + 1, 0] - edges.points[round_start, 0] + 1e-12)
    for end in (round_start, edges.stop[edges.round]):
        tangents[end] = towards[:, None] * [1.0, 0.0]
    return tangents, level


def end_tangents(edges: Sections) -> tuple[np.ndarray, np.ndarray]:
    """The directions (sections, 2) in which each section leaves its first point, and its last one, inward."""
    found = []
    for end, sign, limit in ((edges.start, 1, edges.stop), (edges.stop, -1, edges.start)):
        count = np.abs(limit - end)
        near = end + sign * np.minimum(2, np.maximum(count // 2, 1))
        far = end + sign * np.minimum(4, count)
        one, two = edges.points[near] - edges.points[end], edges.points[far] - edges.points[end]
        a, b = np.maximum(np.hypot(*one.T), 1e-9), np.maximum(np.hypot(*two.T), 1e-9)
        slope = np.where(
            (b > a * 1.2)[:, None], one / a[:, None] * b[:, None] - two / b[:, None] * a[:, None], one
        )
        found.append(slope / np.maximum(np.hypot(*slope.T), 1e-9)[:, None])
    round_sign = np.sign(found[0][:, :1] + 1e-12)
    flat = edges.round[:, None]
    return (
        np.where(flat, round_sign * [[1.0, 0.0]], found[0]),
        np.where(flat, -round_sign * [[1.0, 0.0]], found[1]),
    )


def candidates(edges: Sections, tangents: np.ndarray, level: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Where an outline may have a knot: bool (n,)."""
    angle = np.arctan2(tangents[:, 1], tangents[:, 0])
    turn = np.abs((np.diff(angle, prepend=angle[:1]) + np.pi) % (2 * np.pi) - np.pi)
    here = np.arange(len(angle))
    inner = (here > edges.start[edges.home] + 1) & (here < edges.stop[edges.home] - 1)
    turn[~inner] = 0
    total = np.cumsum(turn)
    third = np.floor((total - total[edges.start[edges.home]]) / _TURN + 0.5)
    candidate = np.diff(third, prepend=0) != 0
    calm = turn < _BENT
    run = calm & np.roll(calm, 1) & np.roll(calm, 2) & np.roll(calm, -1) & np.roll(calm, -2)
    candidate |= run != np.roll(run, 1)
    candidate |= level.any(axis=1)
    candidate |= edges.tangent.any(axis=1)
    candidate &= inner & ~line[edges.home] & ~edges.within
    # Of neighbours one is enough: extrema stay.
    gap = np.nonzero(candidate | (here == edges.start[edges.home]) | (here == edges.stop[edges.home]))[0]
    wide = (np.diff(gap) > _GAP) & (np.diff(total[gap]) > _BENT) & ~line[edges.home[gap[:-1]]]
    row, place = within(np.diff(gap)[wide] // (_GAP + 1))
    low, high = gap[:-1][wide][row], gap[1:][wide][row]
    candidate[low + (high - low) * (place + 1) // ((high - low) // (_GAP + 1) + 1)] = True
    extremum = level.any(axis=1)
    candidate &= extremum | ~(np.roll(extremum, 1) | np.roll(extremum, -1))
    known = extremum | edges.tangent.any(axis=1)
    candidate &= known | ~np.roll(candidate, 1)
    candidate[edges.start] = candidate[edges.stop] = True
    found: np.ndarray = candidate
    return found

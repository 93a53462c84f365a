"""Which points an outline needs: lines and curves between the corners, as few as the picture allows.

Between two corners an edge is smooth. Its knots are chosen among candidates, at extrema, at the ends of
straight runs and after each third of a right angle, by dynamic programming over all lines and curves
between two of them: the sum of squared distances in units of the picture's precision, plus a price for each
point, is smallest.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from fontgan.outlines.corners import Ring
from fontgan.outlines.cubics import Tangents, fitted
from fontgan.outlines.ragged import spread, within
from fontgan.outlines.rings import following

_FARTHEST_PAIR = 9  # candidates that one curve may pass
_SAMPLES = 14  # points of a section that a curve is compared with
_TURN = 0.5  # radians between two candidates
_BENT = 0.03  # radians per point; less is straight
_OFF_LINE, _CORNER_OFF = (
    2.0,
    0.4,
)  # in precisions, how far points may be off a line; those at corners count less
_FEW = 6  # points of a section, of which its corners are needed to see a line
_GAP = 24  # points between two candidates where the edge bends
_NOISES, _FARTHEST_NOISE = 1.5, 6.0  # of a noisy picture's points, in the usual distance
_SHORTEST_LINE = 3.0  # pixels, that runs smoothly into a curve
_KINK = 0.3  # radians between a line and a curve that no smooth knot has
_LEVEL_SHARE = 0.05  # of a level line's length, by which its ends may differ in height


@dataclass(frozen=True)
class Tolerance:
    """How closely an outline follows the points of a picture.

    Attributes:
        precision: how exact these points are, in pixels.
        price: of one point of the outline, in squares of that.
        farthest: pixels that no point may be away.
    """

    precision: float = 0.05
    price: float = 5.0
    farthest: float = 0.3

    def closer(self) -> Tolerance:
        """Half of it."""
        return replace(self, precision=self.precision / 2, farthest=self.farthest / 2)

    def with_noise(self, noise: float) -> Tolerance:
        """What a picture allows whose edge is that noisy, in pixels."""
        precision = max(self.precision, _NOISES * noise)
        return replace(self, precision=precision, farthest=max(self.farthest, _FARTHEST_NOISE * noise))


@dataclass
class Spans:
    """Lines and cubics that form closed contours, span after span.

    Attributes:
        knots: float (n, 2), where each span begins; it ends where the next one of its contour does.
        counts: int (contours,), spans of each contour.
        straight: bool (n,), lines.
        leaving, arriving: float (n, 2), from each end of a span to its control point there, in pixels.
        smooth: bool (n,), whether the outline passes the knot without a corner.
        level: bool (n, 2), whether the tangent at the knot is exactly horizontal, or exactly vertical.
    """

    knots: np.ndarray
    counts: np.ndarray
    straight: np.ndarray
    leaving: np.ndarray
    arriving: np.ndarray
    smooth: np.ndarray
    level: np.ndarray


@dataclass
class _Edges:
    """All contours as polylines that begin at a corner or an extremum and end there again.

    `start` and `stop` are the first and the last point of each section, `home` the section of each point.
    """

    points: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    contour: np.ndarray  # of each section
    round: np.ndarray  # whether a section is a whole contour without a corner
    tangent: np.ndarray  # of each point, where known, else 0
    within: np.ndarray  # of each point, whether it is inside a rounded-off corner
    home: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.home = np.searchsorted(self.start, np.arange(len(self.points)), side="right") - 1


def spans_of(ring: Ring, tolerance: Tolerance) -> Spans:
    """Lines and cubics along the polylines of a picture."""
    tolerance = tolerance.with_noise(ring.noise)
    edges = _edges(ring)
    tangents, level = _tangents(edges)
    ends = _end_tangents(edges)
    lines = _lines(edges, tolerance)
    candidate = _candidates(edges, tangents, level, lines)
    first, second = _pairs(edges, candidate)
    opens, closes = edges.start[edges.home[first]] == first, edges.stop[edges.home[second - 1]] == second
    section = edges.home[first]
    leaving = np.where(opens[:, None], ends[0][section], tangents[first])
    arriving = np.where(closes[:, None], ends[1][section], -tangents[second])
    free = ~edges.round[section]
    sampled = spread(edges.points, first, second, _SAMPLES)
    fits = fitted(sampled, Tangents(leaving, opens & free), Tangents(arriving, closes & free))
    bent = _price(fits.error, fits.farthest, second - first, 3, tolerance)
    line = _price(*_line_errors(sampled), second - first, 1, tolerance)
    corners = np.isin(first, edges.start) & np.isin(second, edges.stop)
    short = np.hypot(*(edges.points[second] - edges.points[first]).T) < _SHORTEST_LINE
    line += np.where(short & ~corners, 1e3, 0)
    straight = (line <= bent) | lines[edges.home[first]]
    chosen = _cheapest(edges, first, second, np.minimum(line, bent))
    return _assembled(
        edges,
        first[chosen],
        second[chosen],
        straight[chosen],
        fits.first[chosen],
        fits.second[chosen],
        level,
        tolerance,
    )


def _edges(ring: Ring) -> _Edges:
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
            corners = np.array([np.argmin(own[:, 1])])
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
        return _Edges(np.zeros((0, 2)), empty, empty, empty, none, np.zeros((0, 2)), none)
    parts = (points, starts, stops, contours, rounds, tangents, inside)
    return _Edges(*(np.concatenate(part) for part in parts))


def _lines(edges: _Edges, tolerance: Tolerance) -> np.ndarray:
    """Which sections are straight from corner to corner, by the points between: those at corners are less exact."""
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
    return (found & ~edges.round & (np.hypot(*chord.T) > 1)) | (edges.stop == edges.start + 1)


def _tangents(edges: _Edges) -> tuple[np.ndarray, np.ndarray]:
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


def _end_tangents(edges: _Edges) -> tuple[np.ndarray, np.ndarray]:
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


def _candidates(edges: _Edges, tangents: np.ndarray, level: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Where an outline may have a knot: bool (n,)."""
    angle = np.arctan2(tangents[:, 1], tangents[:, 0])
    turn = np.abs((np.diff(angle, prepend=angle[:1]) + np.pi) % (2 * np.pi) - np.pi)
    here = np.arange(len(angle))
    inner = (here > edges.start[edges.home] + 1) & (here < edges.stop[edges.home] - 1)
    turn[~inner] = 0
    total = np.cumsum(turn)
    total = total - total[edges.start[edges.home]]
    third = np.floor(total / _TURN + 0.5)
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
    candidate[(gap[:-1][wide] + gap[1:][wide]) // 2] = True
    extremum = level.any(axis=1)
    candidate &= extremum | ~(np.roll(extremum, 1) | np.roll(extremum, -1))
    known = extremum | edges.tangent.any(axis=1)
    candidate &= known | ~np.roll(candidate, 1)
    candidate[edges.start] = candidate[edges.stop] = True
    return candidate


def _pairs(edges: _Edges, candidate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of candidates of one section that are near enough for one span."""
    items = np.nonzero(candidate)[0]
    stop = edges.stop[edges.home[items]]
    last = np.searchsorted(items, stop)
    counts = np.minimum(last - np.arange(len(items)), _FARTHEST_PAIR)
    ends = np.isin(items, edges.stop) & ~np.isin(items, edges.start)
    counts[ends] = 0
    row, place = within(counts)
    return items[row], items[row + place + 1]


def _line_errors(sampled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean squared distance and the largest distance of points (n, m, 2) from their chords."""
    chord = sampled[:, -1] - sampled[:, 0]
    unit = chord / np.maximum(np.hypot(*chord.T), 1e-9)[:, None]
    offset = sampled - sampled[:, :1]
    off = offset[:, :, 0] * unit[:, None, 1] - offset[:, :, 1] * unit[:, None, 0]
    # What comes back to where it began is as far off as it went.
    along = (offset * unit[:, None]).sum(axis=2)
    beyond = np.maximum(along.max(axis=1) - along[:, -1], 0) - np.minimum(along.min(axis=1), 0)
    beyond += np.where(unit.any(axis=1), 0, np.hypot(*np.moveaxis(offset, 2, 0)).max(axis=1))
    return (off**2).mean(axis=1) + beyond**2, np.maximum(np.abs(off).max(axis=1), beyond)


def _price(
    error: np.ndarray, farthest: np.ndarray, items: np.ndarray, points: int, tolerance: Tolerance
) -> np.ndarray:
    price = error * items / tolerance.precision**2 + points * tolerance.price
    found: np.ndarray = price + np.where(farthest > tolerance.farthest, 1e4 * farthest, 0)
    return found


def _cheapest(edges: _Edges, first: np.ndarray, second: np.ndarray, price: np.ndarray) -> np.ndarray:
    """The spans, in order, that lead through each section at the lowest price."""
    best: dict[int, tuple[float, int]] = dict.fromkeys(edges.start.tolist(), (0.0, -1))
    starts = set(edges.start.tolist())
    for number, (one, two, cost) in enumerate(
        zip(first.tolist(), second.tolist(), price.tolist(), strict=True)
    ):
        total = cost + (0.0 if one in starts else best[one][0])
        if two in starts:
            key = -two  # as the end of the section before
        else:
            key = two
        if key not in best or total < best[key][0]:
            best[key] = (total, number)
    chosen: list[int] = []
    for start, stop in zip(edges.start.tolist(), edges.stop.tolist(), strict=True):
        way: list[int] = []
        at = -stop if stop in starts else stop
        while True:
            number = best[at][1]
            way.append(number)
            at = int(first[number])
            if at == start:
                break
        chosen += reversed(way)
    return np.array(chosen, np.intp)


def _assembled(
    edges: _Edges,
    first: np.ndarray,
    second: np.ndarray,
    straight: np.ndarray,
    leaving: np.ndarray,
    arriving: np.ndarray,
    level: np.ndarray,
    tolerance: Tolerance,
) -> Spans:
    contour = edges.contour[edges.home[first]]
    counts = np.bincount(contour)
    counts = counts[counts > 0]
    corner = np.isin(first, edges.start[~edges.round])
    after = following(counts)
    knots = _levelled(edges.points[first], after, straight, tolerance)
    smooth = ~corner & ~_kinks(knots, after, straight, leaving, arriving)
    return Spans(knots, counts, straight, leaving, arriving, smooth, level[first] & smooth[:, None])


def _levelled(knots: np.ndarray, after: np.ndarray, straight: np.ndarray, tolerance: Tolerance) -> np.ndarray:
    """The knots with the ends of nearly level lines at one height, or one above the other."""
    knots = knots.copy()
    step = knots[after] - knots
    off = np.abs(step)
    for axis in (0, 1):
        limit = np.minimum(_LEVEL_SHARE * off[:, 1 - axis], 2 * tolerance.precision)
        for span in np.nonzero(straight & (off[:, axis] < limit))[0]:
            ends = [span, after[span]]
            moved = knots[ends, axis].mean()
            knots[np.isin(knots[:, axis], knots[ends, axis]), axis] = moved
    return knots


def _kinks(
    knots: np.ndarray, after: np.ndarray, straight: np.ndarray, leaving: np.ndarray, arriving: np.ndarray
) -> np.ndarray:
    """At which knots two lines meet, or a line and a curve at an angle."""
    before = np.argsort(after)
    step = knots[after] - knots
    out = np.where(straight[:, None], step, leaving)
    back = np.where(straight[before, None], -step[before], arriving[before])
    cosine = -(out * back).sum(axis=1) / np.maximum(np.hypot(*out.T) * np.hypot(*back.T), 1e-9)
    lines = straight.astype(int) + straight[before]
    found: np.ndarray = (lines == 2) | ((lines == 1) & (cosine < np.cos(_KINK)))
    return found

"""Which points an outline needs: lines and curves between the corners, as few as the picture allows.

Between two corners an edge is smooth. Its knots are chosen among the candidates of sections.py by dynamic
programming over all lines and curves between two of them: the sum of squared distances in units of the
picture's precision, plus a price for each point, is smallest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fontgan.outlines.corners import Ring
from fontgan.outlines.cubics import Tangents, fitted
from fontgan.outlines.ragged import spread, within
from fontgan.outlines.rings import following
from fontgan.outlines.sections import (
    Sections,
    Tolerance,
    candidates,
    end_tangents,
    sections_of,
    straight_sections,
    tangents_of,
)

_FARTHEST_PAIR = 6  # candidates that one curve may pass
_SAMPLES = 12  # points of a section that a curve is compared with
_SHORTEST_LINE = 3.0  # pixels, that runs smoothly into a curve
_KINK = 0.3  # radians between a line and a curve that no smooth knot has
_LEVEL_SHARE = 0.05  # of a level line's length, by which its ends may differ in height


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


def spans_of(ring: Ring, tolerance: Tolerance) -> Spans:
    """Lines and cubics along the polylines of a picture."""
    tolerance = tolerance.with_noise(ring.noise)
    edges = sections_of(ring)
    tangents, level = tangents_of(edges)
    ends = end_tangents(edges)
    lines = straight_sections(edges, tolerance)
    candidate = candidates(edges, tangents, level, lines)
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
        straight[chosen],
        fits.first[chosen],
        fits.second[chosen],
        level,
        tolerance,
    )


def _pairs(edges: Sections, candidate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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
    x, y = sampled[:, :, 0] - sampled[:, :1, 0], sampled[:, :, 1] - sampled[:, :1, 1]
    length = np.hypot(x[:, -1], y[:, -1])
    closed = length < 1e-6
    right, down = x[:, -1] / np.where(closed, 1, length), y[:, -1] / np.where(closed, 1, length)
    off = np.abs(x * down[:, None] - y * right[:, None])
    along = x * right[:, None] + y * down[:, None]
    # What comes back to where it began is as far off as it went.
    beyond = np.maximum(along.max(axis=1) - along[:, -1], 0) - np.minimum(along.min(axis=1), 0)
    beyond[closed] = np.hypot(x[closed], y[closed]).max(axis=1, initial=0)
    return (off * off).mean(axis=1) + beyond**2, np.maximum(off.max(axis=1), beyond)


def _price(
    error: np.ndarray, farthest: np.ndarray, items: np.ndarray, points: int, tolerance: Tolerance
) -> np.ndarray:
    price = error * items / tolerance.precision**2 + points * tolerance.price
    found: np.ndarray = price + np.where(farthest > tolerance.farthest, 1e4 * farthest, 0)
    return found


def _cheapest(edges: Sections, first: np.ndarray, second: np.ndarray, price: np.ndarray) -> np.ndarray:
    """The spans, in order, that lead through each section at the lowest price."""
    best: dict[int, tuple[float, int]] = dict.fromkeys(edges.start.tolist(), (0.0, -1))
    starts = set(edges.start.tolist())
    for number, (one, two, cost) in enumerate(
        zip(first.tolist(), second.tolist(), price.tolist(), strict=True)
    ):
        total = cost + (0.0 if one in starts else best[one][0])
        key = -two if two in starts else two  # the end of a section may begin the next one
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
    edges: Sections,
    first: np.ndarray,
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
            one, two = knots[span, axis], knots[after[span], axis]
            knots[(knots[:, axis] == one) | (knots[:, axis] == two), axis] = (one + two) / 2
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

"""Knots and handles moved until the outline, drawn again, covers the pixels of its picture.

Where the outline covers less of a pixel than the picture has ink, its edge must move outward there, by the
missing ink over the length of the edge in that pixel. The knots and handles that come nearest to these
movements follow from one system of linear equations; a few rounds settle. What the structure says stays: a
line is a line, a horizontal one has one height, a smooth knot one tangent, an extremum an exact one.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fontgan.outlines.blur import blurred
from fontgan.outlines.coverage import Pieces, covered, cut, edge_lengths
from fontgan.outlines.cubics import bernstein
from fontgan.outlines.polyline import Polyline, flattened
from fontgan.outlines.rings import following
from fontgan.outlines.spans import Spans

_COLUMNS = 8  # unknowns of a span: both knots, along and across each handle
_KNOTS_AND_TURNS, _LENGTHS = np.array([0, 1, 2, 3, 5, 7]), np.array([4, 6])
_STIFFNESS = 0.02  # pull on each unknown towards where it is, as pixels of edge
_FARTHEST = 0.7  # pixels that a knot may move in a round
_FARTHEST_KNOT = 1.0  # in all of them


def controls(spans: Spans) -> np.ndarray:
    """The four control points (n, 4, 2) of each span; those of lines are thirds."""
    start = spans.knots
    end = start[following(spans.counts)]
    third = (end - start) / 3
    line = spans.straight[:, None]
    first = start + np.where(line, third, spans.leaving)
    second = end + np.where(line, -third, spans.arriving)
    return np.stack([start, first, second, end], axis=1)


def refined(spans: Spans, ink: np.ndarray, rounds: int, blur: float = 0.0) -> Spans:
    """The spans after some rounds against the picture they were traced from, blurred by that many pixels."""
    unknowns = _unknowns(spans)
    first = spans.knots
    for _ in range(rounds):
        points = controls(spans)
        line = flattened(points, spans.straight)
        pieces = cut(line.starts, line.ends, len(ink))
        wanted = _movements(pieces, ink, blur)
        spans = _moved(spans, line, pieces, wanted, unknowns)
        spans = replace(spans, knots=first + np.clip(spans.knots - first, -_FARTHEST_KNOT, _FARTHEST_KNOT))
    return spans


def _movements(pieces: Pieces, ink: np.ndarray, blur: float) -> np.ndarray:
    """How far each piece of the edge should move outward, in pixels.

    In a blurred picture the ink that an edge brings is spread over its neighbourhood, and is gathered there.
    """
    missing = blurred(ink - blurred(covered(pieces), blur), blur)
    lengths = blurred(edge_lengths(pieces), blur)
    found: np.ndarray = np.clip(missing / np.maximum(lengths, 0.5), -1, 1).ravel()[pieces.pixel]
    return found


def _unknowns(spans: Spans) -> tuple[np.ndarray, int]:
    """Which unknown each of a span's eight columns stands for, (n, 8), and how many there are.

    The lengths of handles are not among them: each concerns one span alone.

    Shared by several columns: the coordinate of both ends of a level line, the turn of a smooth knot. The
    last one stands for what must not change.
    """
    after = following(spans.counts)
    count = len(spans.knots)
    number = np.arange(2 * count).reshape(count, 2)
    for axis, ends in enumerate(_level_lines(spans).T):
        _merge(number[:, 1 - axis], np.nonzero(ends)[0], after)
    columns = np.full((count, _COLUMNS), -1)
    columns[:, 0:2], columns[:, 2:4] = number, number[after]
    curve = ~spans.straight
    own = 2 * count + np.arange(2 * count).reshape(count, 2)
    before = np.argsort(after)
    free = ~spans.smooth
    turning = spans.smooth & curve & curve[before] & ~spans.level.any(axis=1)
    columns[:, 5] = np.where(curve & (free | turning), own[:, 0], -1)
    columns[:, 7] = np.where(curve & free[after], own[:, 1], columns[:, 7])
    columns[:, 7] = np.where(curve & turning[after], own[after, 0], columns[:, 7])
    used, places = np.unique(np.append(columns.ravel(), -1), return_inverse=True)
    total = len(used) - 1
    places = (places - 1) % (total + 1)  # the unused one last
    return places[:-1].reshape(count, _COLUMNS), total


def _level_lines(spans: Spans) -> np.ndarray:
    """Which spans are exactly horizontal, and which exactly vertical, lines: bool (n, 2)."""
    step = spans.knots[following(spans.counts)] - spans.knots
    level: np.ndarray = np.stack([step[:, 1] == 0, step[:, 0] == 0], axis=1) & spans.straight[:, None]
    return level


def _merge(number: np.ndarray, lines: np.ndarray, after: np.ndarray) -> None:
    """Give the ends of each of these lines one number."""
    for line in lines:
        one, two = number[line], number[after[line]]
        if one != two:
            number[number == two] = one


def _moved(
    spans: Spans,
    line: Polyline,
    pieces: Pieces,
    wanted: np.ndarray,
    unknowns: tuple[np.ndarray, int],
) -> Spans:
    """The spans after one solution of the equations."""
    columns, total = unknowns
    squares, sums = _normal_equations(spans, line, pieces, wanted)
    index, effects = _with_lines(spans, columns)
    inner, outer, lengths = _without_lengths(squares, sums)
    squares = effects.transpose(0, 2, 1) @ inner @ effects
    found = _solved(squares, (outer[:, None] @ effects)[:, 0], index, spans.counts, total)
    limit = _FARTHEST / _leverage(spans, columns, total + 1)
    found = np.clip(found, -limit, limit)
    moves = found[columns]
    own = (effects @ found[index][:, :, None])[:, _KNOTS_AND_TURNS, 0]
    moves[:, _LENGTHS] = np.clip(_lengths_of(lengths, own), -_FARTHEST, _FARTHEST)
    return _applied(spans, moves)


def _normal_equations(
    spans: Spans, line: Polyline, pieces: Pieces, wanted: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Those of each span by itself, (n, 8, 8) and (n, 8)."""
    rows, lengths, span = _rows(spans, line, pieces)
    order = np.searchsorted(span, np.arange(len(spans.knots)))  # every span has a piece
    weighted = rows * lengths[:, None]
    sums = np.add.reduceat(weighted * wanted[:, None], order)
    upper, lower = np.triu_indices(_COLUMNS)
    products = np.add.reduceat(weighted.T[upper] * rows.T[lower], order, axis=1).T
    squares = np.empty((len(order), _COLUMNS, _COLUMNS))
    squares[:, upper, lower] = squares[:, lower, upper] = products
    return squares, sums


def _without_lengths(
    squares: np.ndarray, sums: np.ndarray
) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """The equations with the lengths of handles, which are each span's own, eliminated.

    Also what gives the lengths back: their values and how these change with the other six columns.
    """
    own = squares[:, _LENGTHS[:, None], _LENGTHS] + _STIFFNESS * np.eye(2)
    coupling = squares[:, _LENGTHS[:, None], _KNOTS_AND_TURNS]
    solved = np.linalg.inv(own)
    values = (solved @ sums[:, _LENGTHS, None])[:, :, 0]
    slopes = solved @ coupling
    inner, outer = np.zeros_like(squares), np.zeros_like(sums)
    six = _KNOTS_AND_TURNS
    inner[:, six[:, None], six] = squares[:, six[:, None], six] - coupling.transpose(0, 2, 1) @ slopes
    outer[:, six] = sums[:, six] - (values[:, None] @ coupling)[:, 0]
    return inner, outer, (values, slopes)


def _lengths_of(eliminated: tuple[np.ndarray, np.ndarray], moves: np.ndarray) -> np.ndarray:
    """The lengths' changes (n, 2), once the other columns' movements (n, 6) are known."""
    values, slopes = eliminated
    found: np.ndarray = values - (slopes @ moves[:, :, None])[:, :, 0]
    return found


def _solved(
    squares: np.ndarray, sums: np.ndarray, index: np.ndarray, counts: np.ndarray, total: int
) -> np.ndarray:
    """The unknowns, and a 0 behind them; contours share none, so that each is solved by itself."""
    found = np.zeros(total + 1)
    end = 0
    for count in counts.tolist():
        own = slice(end, end + count)
        end += count
        unknowns, local = np.unique(index[own], return_inverse=True)
        local = local.reshape(index[own].shape)
        width = len(unknowns)
        places = (local[:, :, None] * width + local[:, None, :]).ravel()
        matrix = np.bincount(places, squares[own].ravel(), width * width).reshape(width, width)
        right = np.bincount(local.ravel(), sums[own].ravel(), width)
        matrix += np.diag(_STIFFNESS + 1e-3 * matrix.diagonal())
        if unknowns[-1] == total:  # what must not move
            unknowns, matrix, right = unknowns[:-1], matrix[:-1, :-1], right[:-1]
        found[unknowns] = np.linalg.solve(matrix, right)
    return found


def _with_lines(spans: Spans, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The unknowns (n, 12) that move each span, and what each does to its eight columns, (n, 8, 12).

    Behind its own eight come the far knots of the lines before and after it: where a curve runs smoothly
    into a line, its handle turns with that line.
    """
    after = following(spans.counts)
    before = np.argsort(after)
    step = spans.knots[after] - spans.knots
    square = np.maximum((step * step).sum(axis=1), 1e-9)[:, None]
    turn = np.stack([-step[:, 1], step[:, 0]], axis=1) / square  # of a line, by its end
    effects = np.zeros((len(columns), _COLUMNS, _COLUMNS + 4))
    effects[:, np.arange(_COLUMNS), np.arange(_COLUMNS)] = 1
    leads, follows = _beside_lines(spans)
    effects[leads, 5, 0:2], effects[leads, 5, 8:10] = turn[before[leads]], -turn[before[leads]]
    effects[follows, 7, 2:4], effects[follows, 7, 10:12] = -turn[after[follows]], turn[after[follows]]
    return np.concatenate([columns, columns[before, 0:2], columns[after, 2:4]], axis=1), effects


def _beside_lines(spans: Spans) -> tuple[np.ndarray, np.ndarray]:
    """Which curves begin, and which end, smoothly at a line."""
    after = following(spans.counts)
    before = np.argsort(after)
    leads = spans.smooth & ~spans.straight & spans.straight[before]
    follows = spans.smooth[after] & ~spans.straight & spans.straight[after]
    return leads, follows


def _leverage(spans: Spans, columns: np.ndarray, width: int) -> np.ndarray:
    """How far a control point moves with each unknown: one for lengths, the handle's own for angles."""
    found = np.ones(width)
    for column, handle in ((5, spans.leaving), (7, spans.arriving)):
        np.maximum.at(found, columns[:, column], np.hypot(*handle.T))
    return found


def _rows(spans: Spans, line: Polyline, pieces: Pieces) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How far each piece moves outward with each of its span's columns; its length; its span."""
    span = line.span[pieces.edge]
    place = line.place[pieces.edge] + pieces.part * (line.until - line.place)[pieces.edge]
    b0, b1, b2, b3 = bernstein(place)
    straight = spans.straight[span]
    start, end = np.where(straight, 1 - place, b0 + b1), np.where(straight, place, b2 + b3)
    lengths = np.maximum(np.hypot(*pieces.step.T), 1e-12)
    # Ink is on the left: outward is to the right, which is (-y, x) of the direction as y runs down.
    outward = np.stack([-pieces.step[:, 1], pieces.step[:, 0]], axis=1) / lengths[:, None]
    rows = np.empty((len(span), _COLUMNS))
    rows[:, 0:2] = start[:, None] * outward
    rows[:, 2:4] = end[:, None] * outward
    for column, handle, weight in ((4, spans.leaving, b1), (6, spans.arriving, b2)):
        own = handle[span]
        long = np.maximum(np.hypot(*own.T), 1e-9)
        rows[:, column] = weight * (own * outward).sum(axis=1) / long
        rows[:, column + 1] = weight * (own[:, 0] * outward[:, 1] - own[:, 1] * outward[:, 0])
    return rows, lengths, span


def _applied(spans: Spans, moves: np.ndarray) -> Spans:
    """The spans with their columns' movements (n, 8) carried out."""
    return aligned(
        replace(
            spans,
            knots=spans.knots + moves[:, 0:2],
            leaving=_turned(spans.leaving, moves[:, 4], moves[:, 5]),
            arriving=_turned(spans.arriving, moves[:, 6], moves[:, 7]),
        )
    )


def _turned(handle: np.ndarray, longer: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Handles (n, 2), longer by pixels and turned by radians."""
    length = np.maximum(np.hypot(*handle.T), 1e-9)
    scale = np.maximum(length + longer, 0.05) / length
    cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
    x, y = handle.T
    return np.stack([cosine * x - sine * y, sine * x + cosine * y], axis=1)


def aligned(spans: Spans) -> Spans:
    """The spans with the handles of smooth knots between a line and a curve along the line."""
    after = following(spans.counts)
    line = spans.knots[after] - spans.knots
    unit = line / np.maximum(np.hypot(*line.T), 1e-9)[:, None]
    before = np.argsort(after)
    leads, follows = _beside_lines(spans)
    return replace(
        spans,
        leaving=np.where(leads[:, None], unit[before] * np.hypot(*spans.leaving.T)[:, None], spans.leaving),
        arriving=np.where(
            follows[:, None], -unit[after] * np.hypot(*spans.arriving.T)[:, None], spans.arriving
        ),
    )

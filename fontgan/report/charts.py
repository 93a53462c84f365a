"""Small charts for HTML pages, as SVGs that take their colours from the page's style sheet."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from fontgan.untrusted import printable

COLOURS = 8  # of the style sheet: .c0 to .c7

_WIDTH, _HEIGHT = 360, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 22, 10, 36  # margins
_MOST_POINTS = 300  # of a line: more than there are pixels
_TICKS = 4  # about
_LEAST_SHARE = 1e-4  # of a histogram: what is rarer is not drawn


@dataclass(frozen=True)
class Line:
    """Points in one colour.

    Attributes:
        number: of the colour, and the mark at the last point where there are several lines; from 0.
        points: (x, y); those that are not finite are omitted.
        kind: a line with a dot at each point, a line alone, a pale line behind the others, or dots alone.
        spread: of each point, up and down; empty for none.
    """

    number: int
    points: Sequence[tuple[float, float]]
    kind: Literal["marked", "plain", "pale", "dots"] = "marked"
    spread: Sequence[float] = ()


@dataclass(frozen=True)
class Chart:
    """Lines over one axis.

    Attributes:
        title: what is drawn upward.
        across: what is drawn across.
        lines: in their order from back to front.
        logarithmic: whether the axis across is.
    """

    title: str
    across: str
    lines: Sequence[Line]
    logarithmic: bool = False

    def __bool__(self) -> bool:
        return any(_finite(line) for line in self.lines)


def draw_chart(chart: Chart) -> str:
    """A chart as an SVG element; empty without a point. What a pale line has beyond the others is cut off."""
    lines = [(line, _finite(line)) for line in chart.lines]
    lines = [(line, points) for line, points in lines if points]
    if not lines:
        return ""
    framing = [pair for pair in lines if pair[0].kind != "pale"] or lines
    xs = [x for _, points in lines for x, _, _ in points]
    ys = [edge for _, points in framing for _, y, spread in points for edge in (y - spread, y + spread)]
    place, marks_x = _across(min(xs), max(xs), chart.logarithmic)
    marks_y = nice_ticks(min(ys), max(ys))
    low, high = min(*marks_y, *ys), max(*marks_y, *ys)
    rise = _scale(low, high, _HEIGHT - _BOTTOM, _TOP)
    several = len({line.number for line, _ in lines}) > 1
    shapes = [*_axes(marks_x, marks_y, place, rise, chart.across)]
    for line, points in lines:
        placed = [(place(x), rise(min(max(y, low), high)), y, spread) for x, y, spread in points]
        shapes += _drawn(line, placed, rise, several)
    return _svg(chart.title, shapes)


def draw_histogram(title: str, across: str, shares: Sequence[Sequence[float]]) -> str:
    """Shares in equal steps from 0 to 1, side by side for each series, on a logarithmic axis, as an SVG."""
    bottom, top = math.log10(_LEAST_SHARE), 0.0
    rise = _scale(bottom, top, _HEIGHT - _BOTTOM, _TOP)
    place = _scale(0, 1, _LEFT, _WIDTH - _RIGHT)
    powers = range(round(bottom), 1)
    shapes = [*_axes([0, 0.25, 0.5, 0.75, 1], [], place, rise, across)]
    shapes += [_level(rise(power), f"{10.0**power * 100:g} %") for power in powers]
    for number, values in enumerate(shares):
        step = (_WIDTH - _RIGHT - _LEFT) / len(values)
        wide = (step - 2) / len(shares)
        for bin_number, share in enumerate(values):
            if share > _LEAST_SHARE:
                x, y = _LEFT + bin_number * step + 1 + number * wide, rise(math.log10(share))
                shapes.append(
                    f'<rect class="bar c{number}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" '
                    f'height="{_HEIGHT - _BOTTOM - y:.1f}"/>'
                )
    return _svg(title, shapes)


def nice_ticks(low: float, high: float) -> list[float]:
    """Round numbers from at most `low` to at least `high`, about four steps of 1, 2 or 5."""
    span = high - low
    if not span > abs(high) * 1e-9:
        span = abs(high) or 1.0
        low, high = low - span / 2, high + span / 2
    rough = span / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


def in_figures(value: float) -> str:
    """A number as an axis shows it: `0.25`, `1,000`, `2M`, `3G`."""
    for limit, letter in ((1e9, "G"), (1e6, "M")):
        if abs(value) >= limit:
            return f"{value / limit:g}{letter}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:g}"


def _finite(line: Line) -> list[tuple[float, float, float]]:
    """The points that can be drawn, with their spread, of a long line some of them."""
    spread = line.spread or [0.0] * len(line.points)
    found = [
        (x, y, around)
        for (x, y), around in zip(line.points, spread, strict=True)
        if math.isfinite(x) and math.isfinite(y) and math.isfinite(around)
    ]
    every = -(-len(found) // _MOST_POINTS)
    return found if every < 2 else [*found[::every], found[-1]]


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    """From numbers to places; the middle where all numbers are the same."""
    if high <= low:
        return lambda _: (start + end) / 2
    return lambda value: start + (value - low) / (high - low) * (end - start)


def _across(low: float, high: float, logarithmic: bool) -> tuple[Callable[[float], float], list[float]]:
    """The axis across: from numbers to places, and the numbers that are marked."""
    if not (logarithmic and low > 0):
        return _scale(low, high, _LEFT, _WIDTH - _RIGHT), nice_ticks(low, high)
    to_place = _scale(math.log(low), math.log(high), _LEFT, _WIDTH - _RIGHT)
    return lambda x: to_place(math.log(x)), _decades(low, high)


def _decades(low: float, high: float) -> list[float]:
    """1, 2 and 5 times the powers of ten from `low` to `high`, and at least these two."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found = [factor * 10.0**power for power in powers for factor in (1, 2, 5)]
    inside = [mark for mark in found if low * 0.999 <= mark <= high * 1.001]
    whole = [mark for mark in inside if str(mark)[0] == "1"]
    return (whole if len(inside) > 2 * _TICKS else inside) or [low, high]


def _axes(
    across: Sequence[float],
    upward: Sequence[float],
    place: Callable[[float], float],
    rise: Callable[[float], float],
    words: str,
) -> Iterator[str]:
    for mark in upward:
        yield _level(rise(mark), in_figures(mark))
    for mark in across:
        if _LEFT - 1 <= (x := place(mark)) <= _WIDTH - _RIGHT + 1:
            yield _text(x, _HEIGHT - _BOTTOM + 14, in_figures(mark), "middle")
    yield _text(_WIDTH - _RIGHT, _HEIGHT - 6, words, "end")


def _level(y: float, words: str) -> str:
    line = f'<line class="grid" x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}"/>'
    return line + _text(_LEFT - 6, y + 3.5, words, "end")


def _drawn(
    line: Line,
    placed: Sequence[tuple[float, float, float, float]],
    rise: Callable[[float], float],
    several: bool,
) -> Iterator[str]:
    """A line; `placed` has of each point the place across and upward, its value and its spread."""
    colour = f"c{line.number % COLOURS}"
    for x, _, value, spread in placed:
        if spread:
            yield (
                f'<line class="spread {colour}" x1="{x:.1f}" y1="{rise(value - spread):.1f}" '
                f'x2="{x:.1f}" y2="{rise(value + spread):.1f}"/>'
            )
    if line.kind != "dots" and len(placed) > 1:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in placed)
        pale = " behind" if line.kind == "pale" else ""
        yield f'<polyline class="line {colour}{pale}" points="{path}"/>'
    if line.kind in ("marked", "dots") or len(placed) == 1:
        for x, y, _, _ in placed:
            yield f'<circle class="dot {colour}" cx="{x:.1f}" cy="{y:.1f}" r="2.2"/>'
    if several and line.kind != "pale":
        x, y, _, _ = placed[-1]
        yield _text(x + 5, y + 3.5, str(line.number + 1), "start", f"mark {colour}")


def _text(x: float, y: float, words: str, anchor: str, kind: str = "") -> str:
    of_kind = f' class="{kind}"' if kind else ""
    return f'<text{of_kind} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(printable(words))}</text>'


def _svg(title: str, shapes: Sequence[str]) -> str:
    label = escape(printable(title), quote=True)
    head = f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}">'
    return "".join([head, *shapes, "</svg>"])

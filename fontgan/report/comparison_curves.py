"""The curves of a comparison: measures against time, FLOPs, characters learnt, and what is swept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fontgan.judging.comparison import CHARTED, Comparison, Group
from fontgan.measures.table import ALL
from fontgan.networks.counting import in_short
from fontgan.report.comparison_axes import Axis, axes_of
from fontgan.report.curves import draw_legend, line_of, save_figure, without_remarks
from fontgan.untrusted import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PANEL = (4.2, 3.0)  # inches
_FAR = 5  # times as much: such values stand on a logarithmic scale
_LARGE = 100_000  # such numbers are shown in short


def save_comparison_curves(path: Path, comparison: Comparison, style: str) -> None:
    """A row of panels for each measure, as a PNG.

    The first shows validation characters during training, averaged over seeds; the others the judged
    characters against FLOPs, characters learnt and each swept setting, where groups differ in that, with the
    standard deviation over seeds. Lines connect groups that differ in nothing else.

    Raises:
        FontganError: the image cannot be written.
    """
    with without_remarks():
        from matplotlib.figure import Figure

    groups = comparison.groups(style)
    columns = axes_of(comparison, groups)
    measures = [name for name in CHARTED if any(group.spread(name) for group in groups)]
    width, height = len(columns) + 1, len(measures)
    figure = Figure((_PANEL[0] * width, _PANEL[1] * height + 0.4), layout="constrained")
    for row, name in enumerate(measures):
        if any(name in point.measures for group in groups for cell in group.cells for point in cell.curve):
            axes = figure.add_subplot(height, width, row * width + 1)
            _draw_time(axes, groups, name)
            _label(axes, f"{ALL[name].heading}, validation characters", "minutes of training")
        for number, column in enumerate(columns, 2):
            axes = figure.add_subplot(height, width, row * width + number)
            _draw_against(axes, groups, name, column)
            _label(axes, f"{ALL[name].heading}, judged characters", column.title)
    draw_legend(figure, [group.title for group in groups])
    save_figure(path, figure)


def _draw_time(axes: Axes, groups: Sequence[Group], name: str) -> None:
    """The mean over seeds of what was measured along the way, at equal shares of the time."""
    for number, group in enumerate(groups):
        curves = [
            [(point.seconds / 60, point.measures[name]) for point in cell.curve if name in point.measures]
            for cell in group.cells
        ]
        curves = [curve for curve in curves if curve]
        if curves:
            least = min(curve[-1][0] for curve in curves)
            times = sorted({minutes for minutes, _ in curves[0] if minutes <= least})
            points = [np.array(curve) for curve in curves]
            values = np.stack([np.interp(times, curve[:, 0], curve[:, 1]) for curve in points])
            mean = values.mean(axis=0)
            axes.plot(times, mean, **line_of(number), marker="o", markersize=3)
            if len(curves) > 1:
                spread = values.std(axis=0, ddof=1)
                axes.fill_between(
                    times, mean - spread, mean + spread, color=line_of(number)["color"], alpha=0.2
                )


def _draw_against(axes: Axes, groups: Sequence[Group], name: str, column: Axis) -> None:
    """A point for each group; a grey line through those that differ on this axis alone."""
    dots = list(column.dots(groups, name))
    for number, place, spread in dots:
        colour = line_of(number)["color"]
        axes.errorbar(place, spread.mean, spread.deviation, color=colour, marker="o", markersize=5, capsize=3)
    for points in column.lines(groups, name):
        axes.plot(*zip(*points, strict=True), color="0.6", linewidth=0.8, zorder=0)
    _set_scale(axes, [place for _, place, _ in dots], column.logarithmic)


def _set_scale(axes: Axes, places: Sequence[float], logarithmic: bool) -> None:
    """A logarithmic axis where the places lie far apart, with few labels; large numbers in short."""
    from matplotlib.ticker import LogLocator, NullFormatter

    if logarithmic and places and max(places) >= _FAR * min(places):
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter(
        lambda value, _: in_short(round(value)) if value >= _LARGE else f"{value:g}"
    )


def _label(axes: Axes, title: str, below: str) -> None:
    axes.set_title(printable(title), fontsize=9, parse_math=False)
    axes.set_xlabel(printable(below), fontsize=8, parse_math=False)
    axes.tick_params(labelsize=8)
    axes.grid(alpha=0.3)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)

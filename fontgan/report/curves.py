"""Curves of one or several runs in one image: measures on held-out characters, losses, speed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from fontgan.assets import bundled_font
from fontgan.files import replacing
from fontgan.measures.table import MEASURES
from fontgan.untrusted import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fontgan.runs.log import Curves, Point

Against = Literal["step", "minutes"]

_COLUMNS = 3
_PANEL = (4.6, 3.0)  # inches
_LINES = ("-", "--", ":", "-.")  # of the first ten runs, the next ten, …
_WINDOW = 30  # the thick line averages one thirtieth of the thin one


class Panel(NamedTuple):
    """One panel: its title, whether each point is marked, and the points of each run."""

    title: str
    marked: bool
    lines: list[Sequence[Point]]


def save_curves(path: Path, runs: Sequence[Curves], against: Against = "step") -> None:
    """One panel for each measure, each loss and the speed, with a line for each run, as a PNG.

    Raises:
        FontganError: the image cannot be written.
    """
    with without_remarks():
        from matplotlib.figure import Figure

    shown = panels(runs)
    rows = -(-len(shown) // _COLUMNS)
    figure = Figure((_PANEL[0] * _COLUMNS, _PANEL[1] * rows + 0.5), layout="constrained")
    for place, panel in enumerate(shown, 1):
        _draw_panel(figure.add_subplot(rows, _COLUMNS, place), panel, against)
    draw_legend(figure, [run.run for run in runs])
    save_figure(path, figure)


def save_figure(path: Path, figure: Figure) -> None:
    """Write a figure as a PNG, whole or not at all.

    Raises:
        FontganError: it cannot be written.
    """
    with replacing(path) as beside, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(beside, format="png")


@contextmanager
def without_remarks() -> Iterator[None]:
    """Without matplotlib's remarks on a home that cannot be written, where it uses a temporary folder."""
    import logging  # not for help

    logger = logging.getLogger("matplotlib")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def panels(runs: Sequence[Curves]) -> list[Panel]:
    """The panels for which some run has points."""
    losses = dict.fromkeys(name for run in runs for name in run.losses)
    found = [
        *(
            Panel(of.heading, True, [run.measures.get(name, ()) for run in runs])
            for name, of in MEASURES.items()
        ),
        *(Panel(name, False, [run.losses.get(name, ()) for run in runs]) for name in losses),
        Panel("images per second", False, [run.speed for run in runs]),
    ]
    return [panel for panel in found if any(panel.lines)]


def draw_legend(figure: Figure, names: Sequence[str]) -> None:
    """The names of the runs, as they are: a `$` in one begins no formula, a `_` hides none."""
    from matplotlib import font_manager
    from matplotlib.lines import Line2D

    font_manager.fontManager.addfont(bundled_font("noto-sans-sc.otf"))  # for runs with Chinese names
    legend = figure.legend(
        [Line2D([], [], **line_of(number)) for number in range(len(names))],
        [printable(name) for name in names],
        loc="outside upper center",
        ncols=4,
        prop={"family": ["DejaVu Sans", "Noto Sans SC"]},
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


def line_of(number: int) -> dict[str, Any]:
    """Colour and kind of the line of a run."""
    return {"color": f"C{number % 10}", "linestyle": _LINES[number // 10 % len(_LINES)]}


def _draw_panel(axes: Axes, panel: Panel, against: Against) -> None:
    """The points of all runs: marked ones as they are, others pale under a smoothed line."""
    for number, points in enumerate(panel.lines):
        line = line_of(number)
        places = [point.step if against == "step" else point.seconds / 60 for point in points]
        values = [point.value for point in points]
        if panel.marked:
            axes.plot(places, values, **line, marker="o", markersize=3)
        else:
            axes.plot(places, values, color=line["color"], alpha=0.3, linewidth=0.8)
            alone = "o" if len(values) == 1 else None
            axes.plot(places, smoothed(values), **line, marker=alone)
    axes.set_title(printable(panel.title), fontsize=10, parse_math=False)
    axes.set_xlabel(against, fontsize=8)
    axes.tick_params(labelsize=8)
    axes.grid(alpha=0.3)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def smoothed(values: Sequence[float]) -> list[float]:
    """An exponential running mean, corrected for its start as Adam's are."""
    found, mean, weight = [], 0.0, 0.0
    forget = min(1.0, _WINDOW / max(len(values), 1))
    for value in values:
        mean += forget * (value - mean)
        weight += forget * (1 - weight)
        found.append(mean / weight)
    return found

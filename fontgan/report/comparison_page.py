"""A comparison as one HTML page: measures with their spread, against time, network and data, and glyphs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fontgan.files import write_text
from fontgan.judging.comparison import CHARTED, SHOWN, Comparison, Group, JudgedStyle
from fontgan.judging.sides import BASELINES, MODEL, STYLE
from fontgan.measures.table import ALL, Measure
from fontgan.networks.counting import in_short
from fontgan.report.charts import COLOURS, Chart, Line, draw_chart
from fontgan.report.comparison_axes import Axis, axes_of
from fontgan.report.html import file_of_page, policy_of, render_page
from fontgan.report.run_page import EXPLAINED
from fontgan.report.samples import Strip
from fontgan.untrusted import printable


def sample_labels(comparison: Comparison, style: str) -> list[str]:
    """The rows of the sheet of a style, as `compare` draws it."""
    return ["content", *(group.title for group in comparison.groups(style)), BASELINES[STYLE]]


def save_comparison_page(
    path: Path, comparison: Comparison, samples: Mapping[str, Sequence[Strip]], notes: Sequence[str] = ()
) -> None:
    """Write the page to `path`, whole or not at all; the same input gives the same bytes.

    Args:
        path: of the page.
        comparison: what was found.
        samples: the same characters by all, by the key of the style.
        notes: further remarks, one line each.

    Raises:
        FontganError: it cannot be written.
    """
    write_text(path, draw_comparison_page(comparison, samples, notes))


def draw_comparison_page(
    comparison: Comparison, samples: Mapping[str, Sequence[Strip]], notes: Sequence[str] = ()
) -> str:
    """The page; the arguments are those of `save_comparison_page`."""
    style = file_of_page("page.css") + file_of_page("report.css")
    made = len(comparison.cells) - len(comparison.failed)
    failed = [f"{cell.name} failed: {cell.failed}" for cell in comparison.failed]
    return render_page(
        "comparison.html.jinja",
        policy=policy_of([style], data=["img"]),
        style=style,
        name=printable(comparison.name),
        facts=[f"{made:,} run{'s' * (made != 1)}", *(f"{len(failed):,} failed" for _ in failed[:1])],
        notes=[
            printable(note) for note in (*notes, *comparison.notes, *failed, *comparison.notes_of_results)
        ],
        several=comparison.several_seeds,
        styles=[_style(comparison, each, samples.get(each.key, ())) for each in comparison.styles],
    )


def _style(comparison: Comparison, style: JudgedStyle, samples: Sequence[Strip]) -> dict[str, Any]:
    groups = comparison.groups(style.key)
    charts = [chart for chart in _charts(comparison, groups) if chart]
    measures = [ALL[name] for name in ALL if any(group.spread(name) for group in groups)]
    return {
        "family": printable(style.family),
        "count": len(style.characters),
        "titles": [printable(group.title) for group in groups],
        "headings": [ALL[name].heading for name in SHOWN],
        "rows": _rows(groups),
        "measures": [
            {
                "heading": measure.heading,
                "explained": EXPLAINED.get(measure.name, ""),
                "cells": _cells(groups, measure),
            }
            for measure in measures
        ],
        "swept": [printable(name) for name in comparison.swept],
        "settings": [
            [printable(group.cells[0].settings.get(name, "–")) for name in comparison.swept]
            for group in groups
        ],
        "charts": [(chart.title, draw_chart(chart)) for chart in charts],
        "samples": [(printable(label), address) for label, address in samples],
        "colours": COLOURS,
    }


def _rows(groups: Sequence[Group]) -> list[dict[str, Any]]:
    """A row for each group, then what all of them have to beat, by the one that learnt most."""
    columns = [_cells(groups, ALL[name]) for name in SHOWN]
    rows = [
        {
            "title": printable(group.title),
            "number": number,
            "cells": [column[number] for column in columns],
            "costs": _costs(group),
        }
        for number, group in enumerate(groups)
    ]
    if groups:
        most = max(groups, key=lambda group: group.over_seeds("learnt"))
        for side, title in BASELINES.items():
            found = [most.spread(name, side) for name in SHOWN]
            cells = [
                {"text": ALL[name].text(spread.mean) if spread else "–", "deviation": "", "best": False}
                for name, spread in zip(SHOWN, found, strict=True)
            ]
            rows.append({"title": title, "number": None, "cells": cells, "costs": []})
    return rows


def _cells(groups: Sequence[Group], measure: Measure) -> list[dict[str, Any]]:
    """A measure of each group, the best of them marked."""
    spreads = [group.spread(measure.name, MODEL) for group in groups]
    scores = [measure.score(spread.mean) for spread in spreads if spread]
    best = max(scores) if len(scores) > 1 and measure.better != "neither" else math.inf
    return [
        {
            "text": measure.text(spread.mean) if spread else "–",
            "deviation": measure.text(spread.deviation) if spread and spread.deviation is not None else "",
            "best": spread is not None and measure.score(spread.mean) == best,
        }
        for spread in spreads
    ]


def _costs(group: Group) -> list[str]:
    return [
        f"{group.over_seeds('learnt'):,.0f}",
        f"{group.over_seeds('minutes'):.1f}",
        f"{group.over_seeds('steps'):,.0f}",
        f"{group.over_seeds('images_per_second'):,.0f}",
        in_short(round(group.over_seeds("weights"))),
        in_short(round(group.over_seeds("flops"))),
    ]


def _charts(comparison: Comparison, groups: Sequence[Group]) -> Iterator[Chart]:
    """Of each measure: along the way, and at the end against what the groups differ in."""
    for name in CHARTED:
        heading = ALL[name].heading
        yield Chart(f"{heading}, validation characters", "minutes of training", _curves(groups, name))
        for axis in axes_of(comparison, groups):
            yield Chart(
                f"{heading}, judged characters", axis.title, _dots(groups, name, axis), axis.logarithmic
            )


def _curves(groups: Sequence[Group], measure: str) -> list[Line]:
    """What was measured along the way, of each seed."""
    return [
        Line(number, points, "marked" if len(group.cells) == 1 else "plain")
        for number, group in enumerate(groups)
        for cell in group.cells
        if (
            points := [(at.seconds / 60, at.measures[measure]) for at in cell.curve if measure in at.measures]
        )
    ]


def _dots(groups: Sequence[Group], measure: str, axis: Axis) -> list[Line]:
    """A dot for each group, and a pale line through those that differ on this axis alone."""
    dots = [
        Line(number, [(place, spread.mean)], "dots", [spread.deviation or 0.0])
        for number, place, spread in axis.dots(groups, measure)
    ]
    return [*(Line(0, points, "pale") for points in axis.lines(groups, measure)), *dots]

"""A run as one HTML page: how near its images are to the true glyphs, what it drew, how it learnt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from fontgan.files import write_text
from fontgan.fonts.charset import code_point_name
from fontgan.judging.doubts import Doubt
from fontgan.judging.evaluation import Evaluation, Side
from fontgan.judging.sides import SIDES, TITLES
from fontgan.measures.table import ALL
from fontgan.report.charts import Chart, Line, draw_chart, draw_histogram
from fontgan.report.curves import Panel, panels, smoothed
from fontgan.report.html import file_of_page, policy_of, render_page
from fontgan.report.pictures import data_url, difference, marked, svg_url
from fontgan.report.samples import Strip
from fontgan.report.settings import Setting
from fontgan.runs.log import Curves
from fontgan.untrusted import printable

_SHOWN = 6  # best, median and worst characters
_STEPS = 16  # of a histogram

# What each measure says, in a line.
EXPLAINED: Mapping[str, str] = {
    "iou": "the ink that drawn and true glyph share, of all ink of both; 1 is perfect",
    "fixed_l1": "the error as a share of the true ink; 0 is perfect, a blank image is 1",
    "l1": "the mean difference of pixels",
    "ssim": "structural similarity in a Gaussian window; 1 is perfect",
    "ink": "ink as a multiple of the true glyph's",
    "grey": "pixels that are neither ink nor paper; a font has some along its edges",
    "rmse": "the root of the mean squared difference of pixels",
    "psnr": "the same as RMSE, on a logarithmic scale",
    "ms_ssim": "structural similarity at several sizes; 1 is perfect",
    "dice": "shared ink as a share of the mean ink of both; 1 is perfect",
    "chamfer": "the mean distance from one outline to the other",
    "hausdorff95": "the distance that 95 % of the outline stays within",
    "stroke_width": "width of strokes as a multiple of the true glyph's",
    "grey_distance": "how far the shares of greys are from the true glyph's",
    "content_accuracy": "images that a recogniser, which no network learnt from, reads as their character",
    "sliced_wasserstein": "how far all images together are from the true ones, detail by detail",
    "frechet": "how far all images together are from the true ones, in the recogniser's features",
    "kernel_distance": "the same, without assuming a normal distribution",
    "precision": "images that look like some true glyph",
    "recall": "true glyphs that some image looks like",
}


@dataclass(frozen=True)
class RunReport:
    """What the page of a run shows; what is missing is omitted.

    Attributes:
        name: of the run.
        facts: a few words each, beside the name.
        details: what it learnt from and how, by name.
        evaluation: of its best checkpoint.
        marks: the drawn characters that `check` finds doubtful, by code point.
        samples: what it drew on the way.
        curves: of its log.
        settings: all of them.
        network: the drawing of its network, an SVG.
        notes: remarks, one line each.
    """

    name: str
    facts: Sequence[str] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    evaluation: Evaluation | None = None
    marks: Mapping[int, Doubt] = field(default_factory=dict)
    samples: Sequence[Strip] = ()
    curves: Curves | None = None
    settings: Sequence[Setting] = ()
    network: str = ""
    notes: Sequence[str] = ()


def save_run_page(path: Path, report: RunReport) -> None:
    """Write the page to `path`, whole or not at all; the same input gives the same bytes.

    Raises:
        FontganError: it cannot be written.
    """
    write_text(path, draw_run_page(report))


def draw_run_page(report: RunReport) -> str:
    """The page of a run."""
    style = file_of_page("page.css") + file_of_page("report.css")
    found = report.evaluation
    return render_page(
        "run.html.jinja",
        policy=policy_of([style], data=["img"]),
        style=style,
        name=printable(report.name),
        facts=[printable(fact) for fact in report.facts],
        details={name: printable(text) for name, text in report.details.items() if text},
        notes=[printable(note) for note in (*report.notes, *(found.notes if found else ()))],
        count=len(found.codes) if found else 0,
        sides=[title for name, title in TITLES.items() if found and name in found.sides],
        measures=list(_measures(found)) if found else [],
        whole=list(_whole(found)) if found else [],
        groups=[
            {"title": title, "glyphs": [_glyph(found, row, report.marks) for row in rows]}
            for title, rows in (shown_characters(found) if found else {}).items()
            if found
        ],
        marked=bool(report.marks),
        histogram=_histogram(found) if found else "",
        samples=report.samples,
        charts=[draw_chart(chart) for chart in _charts(report.curves)] if report.curves else [],
        titles=[chart.title for chart in _charts(report.curves)] if report.curves else [],
        changed=[each for each in report.settings if each.changed],
        settings=report.settings,
        network=svg_url(report.network) if report.network else "",
    )


def _measures(found: Evaluation) -> Iterator[dict[str, Any]]:
    """A row for each measure of single characters."""
    sides = [found.sides[name] for name in SIDES if name in found.sides]
    for name in sides[0].values:
        measure = ALL[name]
        yield {
            "heading": measure.heading,
            "explained": EXPLAINED.get(name, ""),
            "means": [measure.text(side.mean(name)) if name in side.values else "–" for side in sides],
            "percentiles": [measure.text(value) for value in sides[0].percentiles(name)],
            "spread": name != "content_accuracy",
        }


def _whole(found: Evaluation) -> Iterator[dict[str, Any]]:
    """A row for each measure of all images together."""
    sides = [found.sides[name] for name in SIDES if name in found.sides]
    for name in sides[0].whole:
        measure = ALL[name]
        values = [measure.text(side.whole.get(name, np.nan)) for side in sides]
        yield {"heading": measure.heading, "explained": EXPLAINED.get(name, ""), "means": values}


def shown_characters(found: Evaluation) -> dict[str, list[int]]:
    """The rows of the worst, median and best characters by fixed L1, in the order of the page; each once."""
    errors = found.sides["model"].values["fixed_l1"]
    order = [int(row) for row in np.argsort(errors, kind="stable") if np.isfinite(errors[row])]
    middle = max(0, (len(order) - _SHOWN) // 2)
    wanted = {
        "Worst": order[::-1][:_SHOWN],
        "Median": order[middle : middle + _SHOWN],
        "Best": order[:_SHOWN],
    }
    seen: set[int] = set()
    shown = {}
    for title, rows in wanted.items():
        shown[title] = [row for row in rows if row not in seen]
        seen.update(rows)
    return {title: rows for title, rows in shown.items() if rows}


def _glyph(found: Evaluation, row: int, marks: Mapping[int, Doubt]) -> dict[str, Any]:
    code = found.codes[row]
    model: Side = found.sides["model"]
    pictures = {
        "content": found.content[row],
        "drawn": found.drawn[row],
        "true": found.truth[row],
        "error": difference(found.truth[row], found.drawn[row]),
    }
    words = ""
    if code in marks:
        mark = marks[code]
        pictures["doubt"] = marked(found.drawn[row], mark.missing, mark.extra, found.record.canvas)
        words = printable(mark.reasons)
    return {
        "code": code_point_name(code),
        "character": printable(chr(code)),
        "error": ALL["fixed_l1"].text(float(model.values["fixed_l1"][row])),
        "misread": bool(model.values.get("content_accuracy", np.ones(row + 1))[row] == 0),
        "pictures": {name: data_url(picture) for name, picture in pictures.items()},
        "words": words,
    }


def _histogram(found: Evaluation) -> str:
    """The greys of all drawn images beside those of the true glyphs, from ink to paper."""
    shares = []
    for images in (found.drawn, found.truth):
        counts = np.bincount(images.ravel(), minlength=256).reshape(_STEPS, -1).sum(1)
        shares.append((counts / max(1, counts.sum())).tolist())
    return draw_histogram("share of pixels", "from ink (0) to paper (1)", shares)


def _charts(curves: Curves) -> Iterator[Chart]:
    for panel in panels([curves]):
        yield _chart(panel)


def _chart(panel: Panel) -> Chart:
    points = [(point.seconds / 60, point.value) for point in panel.lines[0]]
    if panel.marked:
        return Chart(printable(panel.title), "minutes", [Line(0, points)])
    smooth = smoothed([value for _, value in points])
    behind, front = Line(0, points, "pale"), [(x, y) for (x, _), y in zip(points, smooth, strict=True)]
    return Chart(printable(panel.title), "minutes", [behind, Line(0, front, "plain")])

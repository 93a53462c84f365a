"""Cells and comparisons to look at, made of nothing."""

from __future__ import annotations

from pathlib import Path

from fontgan.comparison.asked import Job
from fontgan.comparison.planning import Planned
from fontgan.judging.comparison import Cell, Comparison, Figure, Judged, JudgedStyle, Result
from fontgan.judging.sides import SIDES
from fontgan.runs.log import Measured

STYLE = JudgedStyle("kai", "Kai 楷", "永和")


def cell(title: str, seed: int = 0, iou: float = 0.5, **more: object) -> Cell:
    """A cell whose figures are all alike."""
    judged = Judged(
        {"iou": Figure(iou, iou, iou, iou), "fixed_l1": Figure(1 - iou, 0, 0, 1)}, {"frechet": 2.0}
    )
    values: dict[str, object] = {
        "name": f"{title}-{seed}",
        "title": title,
        "run": f"runs/{title}-{seed}",
        "model": "pix2pix",
        "seed": seed,
        "learnt": 20,
        "flops": 1000,
        "minutes": 1.0,
        "curve": (Measured(0, 0.0, {"iou": 0.1}), Measured(9, 60.0, {"iou": iou})),
        "results": (Result("kai", dict.fromkeys(SIDES, judged), ("a note",)),),
        **more,
    }
    return Cell(**values)  # type: ignore[arg-type]


def comparison(*cells: Cell, swept: tuple[str, ...] = ()) -> Comparison:
    """A comparison of some cells."""
    return Comparison("some", {"steps": 2}, (STYLE,), swept, cells)


def planned(*cells: Cell, steps: int = 2) -> Planned:
    """The plan that leads to some cells."""
    jobs = [
        Job(each.name, each.title, each.model, "default", each.seed, {}, ("kai",), Path(each.run))
        for each in cells
    ]
    return Planned({"steps": steps}, (STYLE,), jobs)

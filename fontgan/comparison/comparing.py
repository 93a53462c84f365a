"""A comparison, from what was asked for to its folder on disk, reported as a series of events."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fontgan.comparison.asked import Job
from fontgan.comparison.folder import Folder, with_cell
from fontgan.comparison.planning import Planned
from fontgan.comparison.processes import Begun, Makers
from fontgan.compute.launch import process_count
from fontgan.drawing.drawer import Drawer
from fontgan.errors import FontganError
from fontgan.fonts.charset import code_point_name
from fontgan.judging.comparison import Cell, Comparison, Group, JudgedStyle
from fontgan.judging.pairs import plain_content
from fontgan.judging.sides import STYLE, TITLES
from fontgan.report.comparison_curves import save_comparison_curves
from fontgan.sheet import COLUMNS, Row, save_sheet

__all__ = ["Begun", "Cell", "Ended", "Event", "Opened", "run_comparison"]


@dataclass(frozen=True)
class Opened:
    """Everything is ready.

    Attributes:
        folder: of the comparison.
        comparison: with the cells that were made before.
        todo: the number of cells that are still to be made.
    """

    folder: Path
    comparison: Comparison
    todo: int


@dataclass(frozen=True)
class Ended:
    """All cells are made.

    Attributes:
        comparison: with all cells.
        files: the sheets and the curves of each style.
    """

    comparison: Comparison
    files: tuple[Path, ...]


Event = Opened | Begun | Cell | Ended


def run_comparison(planned: Planned, path: Path, at_once: int = 1, threads: int = 1) -> Generator[Event]:
    """Make all cells that are not made yet, keep all in the folder, and yield each event as it happens.

    A cell that fails is kept as such, and tried again by the next call. An interrupt keeps a checkpoint of
    each run; the next call with the same plan continues.

    Args:
        planned: the comparison.
        path: its folder.
        at_once: how many cells are made at a time.
        threads: of each cell; 0: a short trial chooses.

    Raises:
        FontganError: the folder cannot be used.
    """
    if process_count() > 1:
        raise FontganError("a comparison starts its own processes", "start it without torchrun")
    folder = Folder(path)
    with folder.opened(planned) as before:
        comparison = before
        ready = {cell.name for cell in comparison.cells if not cell.failed}
        todo = [job for job in planned.jobs if job.name not in ready]
        yield Opened(path, comparison, len(todo))
        makers = Makers(todo, planned.styles, at_once, threads, ready)
        with closing(makers.make()) as events:
            for event in events:
                if isinstance(event, Cell):
                    comparison = with_cell(comparison, event, planned)
                    folder.write(comparison)
                yield event
        yield _shown(comparison, folder, planned)


def _shown(comparison: Comparison, folder: Folder, planned: Planned) -> Ended:
    """Draw the sheets and the curves."""
    files: list[Path] = []
    jobs = {job.name: job for job in planned.jobs}
    for style in comparison.styles:
        groups = comparison.groups(style.key)
        if groups:
            files += [folder.sheet_path(style.key), folder.curves_path(style.key)]
            _save_sheet(files[-2], style, groups, [jobs[group.cells[0].name] for group in groups])
            save_comparison_curves(files[-1], comparison, style.key)
    return Ended(comparison, tuple(files))


def _save_sheet(path: Path, style: JudgedStyle, groups: list[Group], jobs: list[Job]) -> None:
    """A dozen of the judged characters, evenly over all, by the first cell of each group."""
    count = len(style.characters)
    codes = [
        ord(style.characters[place]) for place in np.linspace(0, count - 1, min(COLUMNS, count)).astype(int)
    ]
    drawings = [
        Drawer(job.run, style=style.key, device=job.options.get("device", "auto")).draw(codes) for job in jobs
    ]
    rows = [
        Row("content", list(plain_content(drawings[0].content))),
        *(Row(group.title, list(drawing.images)) for group, drawing in zip(groups, drawings, strict=True)),
        Row(TITLES[STYLE], drawings[0].truth),
    ]
    labels = [code_point_name(code) for code in codes]
    save_sheet(path, f"{style.family}: characters never seen", labels, rows, drawings[0].record.size)

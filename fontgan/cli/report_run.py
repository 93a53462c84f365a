"""`fontgan report RUN`: what is known of a run, gathered for its page; what cannot be is named on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from fontgan.cli.run_facts import facts_of, figures_of, network_of
from fontgan.errors import FontganError
from fontgan.untrusted import unreadable

if TYPE_CHECKING:
    from fontgan.config.settings import DeviceChoice
    from fontgan.drawing.drawer import Drawer
    from fontgan.judging.doubts import Doubt
    from fontgan.judging.evaluation import Evaluation
    from fontgan.report.samples import Strip
    from fontgan.runs.folder import Run
    from fontgan.runs.record import CheckpointRecord

T = TypeVar("T")


def report_run(run: Run, page: Path, device: DeviceChoice) -> None:
    """Write the page of a run.

    Raises:
        FontganError: it cannot be written.
    """
    from fontgan.cli.console import show_notes
    from fontgan.report.run_page import RunReport, save_run_page
    from fontgan.report.settings import settings_of

    notes = _Notes()
    record = notes.unless(lambda: run.record)
    tables: dict[str, Any] = notes.unless(lambda: run.config) or {}
    curves = notes.unless(lambda: run.log.curves)
    drawer = notes.unless(lambda: _drawer(run, device)) if record else None
    evaluation = notes.unless(lambda: _evaluated(drawer)) if drawer else None
    doubts = notes.unless(lambda: _doubts(drawer, evaluation)) if drawer and evaluation else None
    network = notes.unless(lambda: _network(run)) if record else None
    samples = _samples(run, record, notes) if record else []
    show_notes(notes.lines)
    model = record.model if record else str(tables.get("training", {}).get("model", ""))
    report = RunReport(
        name=run.name,
        facts=_facts(record),
        details=facts_of(record) | figures_of(record) if record else {},
        evaluation=evaluation,
        marks=doubts or {},
        samples=samples,
        curves=curves,
        settings=settings_of(tables, model),
        network=network or "",
        notes=notes.lines,
    )
    save_run_page(page, report)


class _Notes:
    """What could not be had, a line each; on the page nothing is said of options."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def unless(self, look: Callable[[], T]) -> T | None:
        """What `look` returns; where it cannot be had, None, and a line that says why."""
        try:
            return look()
        except FontganError as error:
            problem = error.problem
        except OSError as error:
            problem = unreadable(error.filename, error).problem
        if problem not in self.lines:
            self.lines.append(problem)
        return None


def _drawer(run: Run, device: DeviceChoice) -> Drawer:
    from fontgan.compute.choosing import choose_engine, prepare_process
    from fontgan.drawing.drawer import Drawer

    prepare_process(choose_engine(device))
    return Drawer(run, device=device)


def _evaluated(drawer: Drawer) -> Evaluation:
    from fontgan.cli.console import Bar
    from fontgan.judging.evaluation import evaluate

    with Bar("characters") as bar:
        return evaluate(drawer, watcher=bar)


def _doubts(drawer: Drawer, evaluation: Evaluation) -> dict[int, Doubt]:
    """Those among the characters on the page that `check` finds doubtful."""
    from fontgan.judging.doubts import check
    from fontgan.report.run_page import shown_characters

    codes = [evaluation.codes[row] for rows in shown_characters(evaluation).values() for row in rows]
    return {doubt.code: doubt for doubt in check(drawer, codes).doubtful}


def _network(run: Run) -> str:
    """The drawing of the network, as `inspect --network` makes it."""
    from fontgan.report.network import draw_network
    from fontgan.runs.weights import load_best

    _, generator, record = load_best(run)
    return draw_network(network_of(generator, record), f"{record.model} at {record.size} px")


def _samples(run: Run, record: CheckpointRecord, notes: _Notes) -> list[Strip]:
    from fontgan.report.samples import MOST_BYTES, sample_strips, spread_evenly
    from fontgan.untrusted import read_file

    named = {int(found[0]): path for path in run.samples if (found := re.findall(r"\d+", path.stem))}
    if not named:
        notes.lines.append("the run has no sample sheets")
    chosen = spread_evenly(sorted(named))
    read = {step: notes.unless(partial(read_file, named[step], MOST_BYTES, "a sheet")) for step in chosen}
    strips, damaged = sample_strips(
        {step: content for step, content in read.items() if content}, record.channels, record.size
    )
    notes.lines += [f"{named[step].name} is damaged and is not shown" for step in damaged]
    return strips


def _facts(record: CheckpointRecord | None) -> list[str]:
    if record is None:
        return []
    return [record.model, f"{record.size} px", f"step {record.step:,}"]

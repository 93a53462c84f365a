"""One cell of a comparison: a run, trained unless it is finished, and judged.

`python -m fontgan.comparison.cell` makes one in a process of its own. It reads what to make as one line of
JSON from standard input, and writes what came of it as one line to standard output. When its standard input
ends, it stops: after the current step, with a checkpoint to continue from.
"""

from __future__ import annotations

import _thread
import json
import math
import os
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fontgan.comparison.asked import Job
from fontgan.compute.choosing import choose_engine, prepare_process
from fontgan.drawing.drawer import Drawer
from fontgan.errors import FontganError
from fontgan.formats import to_json, to_text
from fontgan.judging.comparison import Cell, Figure, Judged, JudgedStyle, Result
from fontgan.judging.evaluation import Evaluation, Side, evaluate
from fontgan.models import find_model
from fontgan.models.base import GeneratorSpec
from fontgan.models.catalogue import weigh
from fontgan.runs.folder import Run, is_empty_run, is_run
from fontgan.runs.log import Finished, Measured, Progressed
from fontgan.runs.record import CheckpointRecord
from fontgan.training.decision import decide, decide_again
from fontgan.training.run import run_training
from fontgan.untrusted import converted, shown

_MOST_LETTERS = 1000  # of a reason
_PATIENCE = 120  # seconds for the process of a comparison that was killed to end after its current step


@dataclass(frozen=True)
class Request:
    """What a process is to make: a cell, and the styles that all cells are judged by."""

    job: Job
    styles: tuple[JudgedStyle, ...]


def make_cell(job: Job, styles: tuple[JudgedStyle, ...]) -> Cell | None:
    """Train and judge a cell; None where training was interrupted.

    Raises:
        FontganError: it cannot be trained or judged.
    """
    if job.trains:
        _train(job)
    run = Run(job.run)
    end = run.log.end
    if end is None:
        return None
    return _judged(job, run, end, {style.key: list(map(ord, style.characters)) for style in styles})


def _train(job: Job) -> None:
    """Train the run, or continue it, unless it has come to its end."""
    again = is_run(job.run) and not is_empty_run(job.run)
    if again:
        with Run(job.run).locked(_PATIENCE):
            ended = Run(job.run).log.end
        if ended:
            return
    decision = decide_again({"run": str(job.run)}) if again else decide(job.options, job.changes)
    plan = decision.plan
    prepare_process(choose_engine(plan.device, plan.precision, plan.threads, plan.compile))
    for _ in run_training(decision):
        pass


def _judged(job: Job, run: Run, end: Finished, codes: Mapping[str, list[int]]) -> Cell:
    record, log = run.record, run.log
    progressed = log.of(Progressed)
    minutes = progressed[-1].seconds / 60 if progressed else end.training_seconds / 60
    glyphs = len(record.learnt_characters) * len(record.styles)
    images = end.step * min(record.settings.optimisation.batch_size, glyphs or math.inf)
    spec = GeneratorSpec(record.size, len(record.styles), contents=record.channels, first=record.first)
    weights, flops = weigh(find_model(record.model), record.settings, spec)
    return Cell(
        name=job.name,
        title=job.title,
        run=str(run),
        model=job.model,
        preset=job.preset,
        settings=job.swept,
        seed=job.seed,
        learnt=len(record.learnt_characters),
        steps=end.step,
        images=int(images),
        minutes=minutes,
        images_per_second=images / (minutes * 60) if minutes else 0.0,
        weights=weights,
        flops=flops,
        curve=tuple(log.of(Measured)),
        results=tuple(_result(job, run, record, key, codes[key]) for key in job.styles),
    )


def _result(job: Job, run: Run, record: CheckpointRecord, key: str, codes: list[int]) -> Result:
    """A run judged in a style.

    Raises:
        FontganError: it cannot draw all of the characters, or has learnt one.
    """
    if any(map(record.learnt, codes)):
        raise FontganError(f"{run} has learnt characters that it would be judged by", "train it again")
    found = evaluate(Drawer(run, style=key, device=job.options.get("device", "auto")), codes)
    if set(found.codes) != set(codes):
        raise FontganError(
            f"{run} could be judged by {len(found.codes)} of the {len(codes)} characters alone "
            f"({'; '.join(found.notes)})"
        )
    return result_of(found, key)


def result_of(found: Evaluation, style: str) -> Result:
    """An evaluation as a comparison keeps it: without images, and without what does not apply."""
    return Result(style, {name: _side(side) for name, side in found.sides.items()}, tuple(found.notes))


def _side(side: Side) -> Judged:
    figures = {name: (side.mean(name), *side.percentiles(name)) for name in side.values}
    return Judged(
        {name: Figure(*found) for name, found in figures.items() if all(map(math.isfinite, found))},
        {name: float(value) for name, value in side.whole.items() if math.isfinite(value)},
    )


def _main() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets its background jobs ignore it
    request = converted(Request, json.loads(sys.stdin.readline()), "what a cell is to be")
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    job = request.job
    answer: dict[str, Any] = {}
    try:
        cell = make_cell(job, request.styles)
        answer = {"cell": to_json(cell)}
    except FontganError as error:
        answer = {"failed": shown(error, _MOST_LETTERS)}
    except Exception as error:
        answer = {"failed": shown(f"{type(error).__name__}: {error}", _MOST_LETTERS)}
    sys.stdout.write(to_text(answer) + "\n")
    sys.stdout.flush()


def _stop_with_parent() -> None:
    """Interrupt this process, as Ctrl-C does, when standard input ends."""
    while os.read(0, 1):
        pass
    _thread.interrupt_main()


if __name__ == "__main__":
    _main()

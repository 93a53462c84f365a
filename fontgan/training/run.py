"""One training from the glyph store to a run on disk, told as a series of events."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import torch

from fontgan.config.settings import ModelSettings, TrainingPlan
from fontgan.config.writing import to_toml
from fontgan.errors import FontganError
from fontgan.files import write_text
from fontgan.models import find_model
from fontgan.networks.counting import count_weights
from fontgan.runs import state
from fontgan.runs.folder import CONFIG, check_dataset, locked, make_run, write_dataset
from fontgan.training.decision import contradictions
from fontgan.training.events import Event, Started
from fontgan.training.interrupt import interruptible
from fontgan.training.loop import START, Budget, Clock, Step, train
from fontgan.training.memory import out_of_memory
from fontgan.training.preparation import Prepared, prepared
from fontgan.training.recorder import Recorder

_REPORT_SECONDS = 1.0
_SAMPLES = 10  # sample sheets and checkpoints in a training, after the first


def run_training(
    plan: TrainingPlan,
    settings: ModelSettings | None = None,
    resume: bool = False,
    began: float | None = None,
) -> Iterator[Event]:
    """Train as planned, keep everything in the run's folder, and tell each event as it happens.

    Ctrl-C ends the training after the step that is being made; what was learnt is kept. Of several processes
    that torchrun has started, the first alone writes and tells.

    Args:
        plan: what the user decided.
        settings: of the model; those of the plan's preset where they are None.
        resume: whether to go on with the run at `plan.run`.
        began: `time.perf_counter()` when the command began, so that its imports count as its start.

    Raises:
        FontganError: the plan cannot be followed, and nothing was trained then; or the training broke, and
            its last good checkpoint is there.
    """
    began = time.perf_counter() if began is None else began
    settings = settings or find_model(plan.model).preset(plan.preset)
    with prepared(plan, settings) as ready, ExitStack() as stack:
        ranks = ready.model.engine.ranks
        run = ranks.broadcast_object(_open_run(ready, resume, stack) if ranks.first else Path())
        budget = Budget(plan.steps, plan.minutes * 60)
        begun, spent = _reached(run, ready, budget)
        if ranks.first:  # not before it is known that the run can go on
            _write_config(run, ready)
        stop = stack.enter_context(interruptible()).is_set
        clock = Clock(ready.model.engine.device, spent)
        steps = train(ready.model, ready.batches(begun.number), budget, clock, plan.seed, begun, stop)
        try:
            if ranks.first:
                recorder = Recorder(run, ready, clock, begun, spent, resume)
                yield from _recorded(steps, recorder, stop, began)
            else:
                for _ in steps:
                    pass
            ranks.barrier()
            return
        except torch.OutOfMemoryError:
            pass  # what this exception holds must be let go before anything else is tried
        raise out_of_memory(ready.model, next(ready.batches()), settings.optimisation.batch_size)


def _recorded(
    steps: Iterator[Step], recorder: Recorder, stop: Callable[[], bool], began: float
) -> Iterator[Event]:
    """Make the steps, and tell and keep what comes of them."""
    run, ready, clock, begun = recorder.run, recorder.ready, recorder.clock, recorder.begun
    parameters = count_weights(ready.model.generator)
    counts = {split: len(view) for split, view in ready.views.items()}
    reason = ready.model.engine.reason
    anew = recorder.resumed and not begun.number
    yield Started(run, ready.contents, ready.styles, counts, parameters, reason, begun.number, anew)
    started = time.perf_counter() - began
    if not begun.number:
        yield recorder.keep(begun)
    last = kept = reported = begun
    reported_at = kept_at = clock.start()
    for step in steps:
        last = step
        if clock.seconds - reported_at >= _REPORT_SECONDS or reported is begun:
            reported, reported_at = step, clock.seconds
            yield recorder.report(step)
        if step.progress - kept.progress >= 1 / _SAMPLES or _late(clock.seconds - kept_at, ready.plan):
            kept, kept_at = step, clock.seconds
            with clock.paused():
                yield recorder.keep(step)
    clock.stop()
    if not last.number:
        raise FontganError(
            f"stopped before the first step: {run} has learnt nothing; --resume begins it anew"
        )
    with clock.paused():
        if last is not reported:
            yield recorder.report(last)
        if last is not kept:
            yield recorder.keep(last)
        yield recorder.finish(last, stop(), started)


def _late(seconds: float, plan: TrainingPlan) -> bool:
    return seconds >= plan.save_minutes * 60


def _open_run(ready: Prepared, resume: bool, stack: ExitStack) -> Path:
    """The run's folder, new or as it was, held by this process.

    Raises:
        FontganError: it cannot be made, is in use, or began with another dataset.
    """
    plan = ready.plan
    if resume and plan.run is not None:
        run = plan.run
        stack.enter_context(locked(run))
        check_dataset(run, ready.store, ready.faces)
    else:
        run = make_run(plan.run, plan.model)
        stack.enter_context(locked(run))
        write_dataset(run, ready.store, ready.faces)
    return run


def _write_config(run: Path, ready: Prepared) -> None:
    """Note all that was decided."""
    plan = ready.plan
    title = f"{ready.title}, all settings as decided"
    tables = {"training": replace(plan, run=None), plan.model: ready.settings}
    write_text(run / CONFIG, to_toml(tables, title))


def _reached(run: Path, ready: Prepared, budget: Budget) -> tuple[Step, float]:
    """The last step that an earlier process made and kept, and the seconds of training until then.

    Raises:
        FontganError: what it kept cannot be used, or there is nothing left to do.
    """
    reached = state.restore(run, ready.model)
    if reached is None:
        return START, 0.0
    changed = contradictions(json.loads(reached["decided"]), ready.decided)
    if changed:
        raise FontganError(
            f"{run / CONFIG} is no longer what the training began with ({'; '.join(changed)}): set it back, "
            "or begin a new run without --resume"
        )
    begun = replace(START, number=reached["step"], images=reached["images"], progress=reached["progress"])
    if budget.progress(begun.number, reached["seconds"]) >= 1:
        raise FontganError(
            f"{run} has made its {begun.number:,} steps in {reached['seconds'] / 60:.1f} minutes: "
            "to go on, give more --steps or --minutes than that"
        )
    return begun, reached["seconds"]

"""One training run, from the glyph store to a folder on disk, reported as a series of events."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import replace

import torch

from fontgan.config.writing import to_toml
from fontgan.errors import FontganError
from fontgan.files import write_text
from fontgan.networks.counting import count_weights
from fontgan.runs import state
from fontgan.runs.dataset import check_dataset, write_dataset
from fontgan.runs.folder import Run
from fontgan.training.decision import Decision, contradictions
from fontgan.training.events import Event, Started
from fontgan.training.interrupt import interruptible
from fontgan.training.loop import START, Budget, Clock, Step, train
from fontgan.training.memory import out_of_memory
from fontgan.training.preparation import Prepared, prepared
from fontgan.training.recorder import Recorder

_REPORT_SECONDS = 1.0
_SAMPLES = 10  # sample sheets and checkpoints in a run, after the first


def run_training(decision: Decision) -> Iterator[Event]:
    """Train as decided, keep everything in the run's folder, and yield each event as it happens.

    Nothing happens until the events are iterated over. Ctrl-C ends the run after the current step and keeps
    what was learnt. Of several processes that torchrun has started, only the first writes and yields.

    Args:
        decision: what to train, as `decide` gives it, or which run to continue, as `decide_again` does.

    Raises:
        FontganError: the plan cannot be followed, and nothing was trained; or training failed, and the last
            good checkpoint is kept.
    """
    began = time.perf_counter()
    plan = decision.plan
    with prepared(plan, decision.settings) as ready, ExitStack() as stack:
        ranks = ready.model.engine.ranks
        opened = _open_run(ready, decision.resume, stack) if ranks.first else None
        run = ranks.broadcast_object(opened)
        assert run is not None
        budget = Budget(plan.steps, plan.minutes * 60)
        begun, spent = _reached(run, ready, budget)
        if ranks.first:  # not before it is known that the run can be continued
            _write_config(run, ready)
        stop = stack.enter_context(interruptible()).is_set
        clock = Clock(ready.model.engine.device, spent)
        steps = train(ready.model, ready.batches(begun.number), budget, clock, plan.seed, begun, stop)
        try:
            if ranks.first:
                recorder = Recorder(run, ready, clock, begun, spent)
                yield _started(run, ready, begun, over=decision.resume and not begun.number)
                start_seconds = time.perf_counter() - began
                last = yield from _recorded(steps, recorder, clock, begun, plan.save_minutes * 60)
                if not last.number:
                    raise FontganError(
                        f"stopped before the first step: {run} has no checkpoint", "start over with {resume}"
                    )
                with clock.paused():
                    early = stop() and budget.progress(last.number, clock.seconds) < 1
                    yield recorder.finish(last, early, start_seconds)
            else:
                for _ in steps:
                    pass
            ranks.barrier()
            return
        except torch.OutOfMemoryError:
            pass  # the tensors that this exception holds must be freed before anything else is tried
        raise out_of_memory(ready.model, next(ready.batches()), decision.settings.optimisation.batch_size)


def _recorded(
    steps: Iterator[Step], recorder: Recorder, clock: Clock, begun: Step, save_seconds: float
) -> Generator[Event, None, Step]:
    """Make the steps, report and keep them, and return the last one."""
    if not begun.number:
        yield recorder.keep(begun)
    last = kept = reported = begun
    reported_at = kept_at = clock.start()
    for step in steps:
        last = step
        if clock.seconds - reported_at >= _REPORT_SECONDS or reported is begun:
            reported, reported_at = step, clock.seconds
            yield recorder.report(step)
        if step.progress - kept.progress >= 1 / _SAMPLES or clock.seconds - kept_at >= save_seconds:
            kept, kept_at = step, clock.seconds
            with clock.paused():
                yield recorder.keep(step)
    clock.stop()
    with clock.paused():
        if last is not reported:
            yield recorder.report(last)
        if last is not kept:
            yield recorder.keep(last)
    return last


def _started(run: Run, ready: Prepared, begun: Step, over: bool) -> Started:
    return Started(
        run=run,
        contents=ready.contents,
        styles=ready.styles,
        stacked=ready.plan.stacked,
        counts={split: len(view) for split, view in ready.views.items()},
        few=ready.few,
        parameters=count_weights(ready.model.generator),
        engine=ready.model.engine.reason,
        step=begun.number,
        over=over,
    )


def _open_run(ready: Prepared, resume: bool, stack: ExitStack) -> Run:
    """The run's folder, new or as it was, locked by this process.

    Raises:
        FontganError: it cannot be made, is in use, or began with another dataset.
    """
    plan = ready.plan
    if resume and plan.run is not None:
        run = Run(plan.run)
        stack.enter_context(run.locked())
        check_dataset(run, ready.store, ready.faces)
    else:
        run = Run.create(plan.run, plan.model)
        stack.enter_context(run.locked())
        write_dataset(run, ready.store, ready.faces)
    return run


def _write_config(run: Run, ready: Prepared) -> None:
    """Write all settings as decided."""
    plan = ready.plan
    tables = {"training": replace(plan, run=None), plan.model: ready.settings}
    write_text(run.config_path, to_toml(tables, f"{ready.title}, all settings as decided"), durable=True)


def _reached(run: Run, ready: Prepared, budget: Budget) -> tuple[Step, float]:
    """The last step that an earlier process made and kept, and the seconds of training until then.

    Raises:
        FontganError: what it kept cannot be used, or there is nothing left to do.
    """
    reached = state.restore(run, ready.model)
    if reached is None:
        return START, 0.0
    changed = contradictions(reached.decided, ready.decided)
    if changed:
        raise FontganError(
            f"{run.config_path} was edited after training began ({'; '.join(changed)})",
            "restore it, or start a new run without {resume}",
        )
    begun = replace(START, number=reached.step, images=reached.images, progress=reached.progress)
    # A kill may have ended it between its last step and its end.
    if budget.progress(begun.number, reached.seconds) >= 1 and run.log.end:
        raise FontganError(
            f"{run} is finished: {begun.number:,} steps in {reached.seconds / 60:.1f} minutes",
            "to train further, pass more {steps} or {minutes} than that",
        )
    return begun, reached.seconds

"""What is written of a training while it goes on: log, samples, measures, checkpoints."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Collection, Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from fontgan.data.record import families
from fontgan.errors import FontganError
from fontgan.measures.glyphs import Measures
from fontgan.runs import state
from fontgan.runs.checkpoint import CheckpointRecord, best_weights, load_checkpoint, weights_of
from fontgan.runs.log import LOG, Log
from fontgan.training.events import Finished, Progressed, Sampled
from fontgan.training.held_out import HeldOut, compare, draw_samples, measure_generator
from fontgan.training.loop import Clock, Step
from fontgan.training.preparation import Prepared
from fontgan.training.tensorboard import TensorBoard

_BLANK = 0.02  # less ink than this share of the true glyphs' is a blank page
_PATIENCE = 3  # so many blank samples in a row: a network may begin with blank pages, and learn from there


class Recorder:
    """Writes into a run's folder, measures what was held out, and stops what is broken.

    Args:
        run: its folder.
        ready: what is trained.
        clock: of the training; it is read, never stopped, here.
        begun: the step that the training goes on from.
        spent: the seconds of training until then.
        resumed: whether it is a run that was there.
    """

    def __init__(
        self, run: Path, ready: Prepared, clock: Clock, begun: Step, spent: float, resumed: bool
    ) -> None:
        self.run, self.ready, self.clock, self.begun = run, ready, clock, begun
        model = ready.model
        examples = ready.views["train"].references(model.references)
        self.watched, self.tested = (
            HeldOut.of(ready.views[split], model.engine.device, model.conditions, examples)
            for split in ("validation", "test")
        )
        self.log = Log(run / LOG)
        self.log.forget_after(begun.number)
        folder = run / "tensorboard" if ready.plan.tensorboard else None
        self.board = TensorBoard(folder, begun.number)
        self.board.network(model.average.network, self.watched.first_inputs())
        self.sample_seconds = 0.0
        self._spent, self.resumed = spent, resumed
        self._blank = 0

    def report(self, step: Step) -> Progressed:
        """Log where the training is.

        Raises:
            FontganError: a loss is no number any more.
        """
        learnt = step.learnt
        losses, gradients = (
            {name: float(value) for name, value in values.items()}
            for values in (learnt.losses, learnt.gradients)
        )
        seconds = self.clock.seconds
        report = Progressed(
            step=step.number,
            progress=step.progress,
            losses=losses,
            gradients=gradients,
            learning_rates=self.ready.model.learning_rates(),
            images_per_second=self._speed(step, seconds),
            seconds=seconds,
        )
        self.log.write("step", **asdict(report))
        self.board.numbers("loss", losses, step.number)
        self.board.numbers("gradient", gradients, step.number)
        self.board.numbers("learning rate", report.learning_rates, step.number)
        self.board.numbers("speed", {"images a second": report.images_per_second}, step.number)
        broken = [name for name, value in (losses | gradients).items() if not math.isfinite(value)]
        if broken:
            raise self._broken(step, f"{', '.join(broken)} became {(losses | gradients)[broken[0]]}")
        return report

    def keep(self, step: Step) -> Sampled:
        """Draw and measure held-out characters, and keep the weights that drew them if they have learnt.

        Raises:
            FontganError: the weights are no numbers any more, or draw blank pages again and again.
        """
        began = time.perf_counter()
        pairs, generator = self.watched, self.ready.model.average.network
        if not all(bool(torch.isfinite(weight).all()) for weight in generator.state_dict().values()):
            raise self._broken(step, "the weights are no numbers any more")
        measures = measure_generator(generator, pairs)
        sheet = self.run / "samples" / f"step-{step.number:07}.png"
        title = (
            f"{self.run.name}, {families(self.ready.styles)}, step {step.number:,}: IoU {measures.iou:.3f}, "
            f"fixed L1 {measures.fixed_l1:.3f} on {len(pairs)} held-out characters"
        )
        draw_samples(sheet, title, generator, pairs)
        self.log.write("sample", step=step.number, seconds=self.clock.seconds, **asdict(measures))
        self.board.numbers("held out", asdict(measures), step.number)
        self.board.sheet(sheet, step.number)
        if step.number:
            self._judge(step, measures)
        self.sample_seconds += time.perf_counter() - began
        return Sampled(step.number, sheet, measures)

    def finish(self, step: Step, interrupted: bool, started: float) -> Finished:
        """Measure the test characters, once, with the best checkpoint, and log how it ended."""
        best = best_weights(self.run)
        generator, record = load_checkpoint(best)
        seconds = self.clock.seconds
        finished = Finished(
            run=self.run,
            checkpoint=best,
            best_step=record.step,
            step=step.number,
            interrupted=interrupted,
            training_seconds=seconds - self._spent,
            start_seconds=started,
            sample_seconds=self.sample_seconds,
            images_per_second=self._speed(step, seconds),
            test=compare(self.ready.model.engine.place(generator), self.tested),
            example=_example(self.ready.store.content(), self.tested.codes),
        )
        paths = {"run": str(self.run), "checkpoint": str(best)}
        self.log.write("finished", **{**asdict(finished), **paths})
        self.board.close()
        return finished

    def _speed(self, step: Step, seconds: float) -> float:
        """Characters a second in this process."""
        return (step.images - self.begun.images) / max(seconds - self._spent, 1e-9)

    def _judge(self, step: Step, measures: Measures) -> None:
        """Keep a checkpoint, unless its pages are blank; give up where that lasts."""
        self._blank = self._blank + 1 if measures.ink < _BLANK else 0
        if self._blank >= _PATIENCE:
            raise self._broken(step, f"the last {_PATIENCE} samples are blank pages")
        if self._blank and weights_of(self.run):
            return  # it would take the place of one that draws something
        ready = self.ready
        record = CheckpointRecord(
            model=ready.plan.model,
            settings=ready.settings,
            size=ready.store.record.size,
            step=step.number,
            contents=ready.contents,
            styles=ready.styles,
            measures=asdict(measures),
            best_by=ready.plan.best_by,
            first=ready.spec.first,
        )
        reached = {
            "step": step.number,
            "images": step.images,
            "seconds": self.clock.seconds,
            "progress": step.progress,
            "decided": json.dumps(ready.decided),
        }
        state.save(self.run, ready.model, record, reached, ready.plan.keep)

    def _broken(self, step: Step, why: str) -> FontganError:
        self.log.write("broken", step=step.number, why=why)
        self.board.close()
        found = weights_of(self.run)
        kept = f"the last good checkpoint is {found[-1].parent}" if found else "there is no good checkpoint"
        slower = self.ready.settings.optimisation.learning_rate / 3
        return FontganError(
            f"the training broke at step {step.number:,}: {why}; {kept}. Begin a new run with a smaller step "
            f"size (--set learning_rate={slower:.1g}) or --set clip_norm=1"
        )


def _example(content: Collection[int], tested: Sequence[int]) -> str:
    """What to draw first: 永和 where the content fonts have them, else some of the test characters."""
    usual = "永和"
    return usual if all(ord(char) in content for char in usual) else "".join(map(chr, tested[:4]))

"""Writes what happens during a training run: log, sample sheets, checkpoints, TensorBoard."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence

from fontgan.data.record import families
from fontgan.errors import FontganError
from fontgan.measures.table import in_words
from fontgan.runs import state
from fontgan.runs.folder import Run
from fontgan.runs.log import Broken, Finished, Measured, Progressed
from fontgan.runs.record import CheckpointRecord, Origin
from fontgan.runs.weights import load_checkpoint
from fontgan.training.events import Sampled
from fontgan.training.held_out import draw_samples
from fontgan.training.loop import Clock, Step
from fontgan.training.preparation import Prepared
from fontgan.training.tensorboard import TensorBoard
from fontgan.training.watch import Verdict, Watch, not_finite


class Recorder:
    """Writes into a run's folder, and stops a run that is broken.

    Args:
        run: its folder.
        ready: what is trained.
        clock: counts the seconds of training; only read here.
        begun: the step that training continues from.
        spent: the seconds of training until then.
    """

    def __init__(self, run: Run, ready: Prepared, clock: Clock, begun: Step, spent: float) -> None:
        self._run, self._ready, self._clock, self._begun, self._spent = run, ready, clock, begun, spent
        self._watch = Watch(ready)
        run.log.forget_after(begun.number)
        self._board = TensorBoard(run.tensorboard_folder if ready.plan.tensorboard else None, begun.number)
        self._board.network(ready.model.average.network, self._watch.example_inputs())
        self._sample_seconds = 0.0
        self._seen = "learnt" if ready.few and not ready.few.held_out else "held-out"

    def report(self, step: Step) -> Progressed:
        """Log how training is going.

        Raises:
            FontganError: a loss or a gradient is NaN or infinite.
        """
        losses = {name: float(value) for name, value in step.learnt.losses.items()}
        gradients = {name: float(value) for name, value in step.learnt.gradients.items()}
        seconds = self._clock.seconds
        line = Progressed(
            step=step.number,
            progress=step.progress,
            losses=losses,
            gradients=gradients,
            learning_rates=self._ready.model.learning_rates(),
            images_per_second=self._speed(step, seconds),
            seconds=seconds,
        )
        self._run.log.write(line)
        self._board.numbers("loss", losses, step.number)
        self._board.numbers("gradient", gradients, step.number)
        self._board.numbers("learning rate", line.learning_rates, step.number)
        self._board.numbers("speed", {"images per second": line.images_per_second}, step.number)
        if why := not_finite({**losses, **gradients}):
            raise self._broken(step, why)
        return line

    def keep(self, step: Step) -> Sampled:
        """Draw and measure held-out characters, and keep the weights that drew them if they have learnt.

        Raises:
            FontganError: the weights are not finite, or keep drawing blank images.
        """
        began = time.perf_counter()
        generator = self._ready.model.average.network
        verdict = self._watch.look(generator, step.number)
        if not verdict.measures:
            raise self._broken(step, verdict.broken)
        sheet = self._run.sample_path(step.number)
        pairs = self._watch.validation
        title = (
            f"{self._run.name}, {families(self._ready.styles)}, step {step.number:,}: "
            f"{in_words(verdict.measures, 'iou', 'fixed_l1')} on {len(pairs)} {self._seen} characters"
        )
        draw_samples(sheet, title, generator, pairs, self._ready.model.engine.device)
        self._run.log.write(Measured(step.number, self._clock.seconds, verdict.measures))
        self._board.numbers("held out", verdict.measures, step.number)
        self._board.sheet(sheet, step.number)
        if verdict.broken:
            raise self._broken(step, verdict.broken)
        # Blank images must not replace a checkpoint that draws something.
        if step.number and not (verdict.blank and self._run.checkpoints):
            self._save(step, verdict)
        self._sample_seconds += time.perf_counter() - began
        return Sampled(step.number, sheet, verdict.measures)

    def finish(self, step: Step, interrupted: bool, start_seconds: float) -> Finished:
        """Measure the best checkpoint on the test characters, once, and log how the run ended."""
        best = self._run.best
        generator, record = load_checkpoint(best)
        seconds = self._clock.seconds
        finished = Finished(
            run=self._run.path,
            checkpoint=best,
            best_step=record.step,
            step=step.number,
            interrupted=interrupted,
            training_seconds=seconds - self._spent,
            start_seconds=start_seconds,
            sample_seconds=self._sample_seconds,
            images_per_second=self._speed(step, seconds),
            test=self._watch.final(self._ready.model.engine.place(generator)),
            example=_example(self._content(), self._watch.test.codes),
        )
        self._run.log.write(finished)
        self._board.close()
        return finished

    def _content(self) -> Collection[int]:
        """The characters that the content fonts have."""
        return self._ready.store.content([face.key for face in self._ready.contents])

    def _speed(self, step: Step, seconds: float) -> float:
        """Characters per second in this process."""
        return (step.images - self._begun.images) / max(seconds - self._spent, 1e-9)

    def _save(self, step: Step, verdict: Verdict) -> None:
        """Keep a checkpoint."""
        ready = self._ready
        record = CheckpointRecord(
            model=ready.plan.model,
            settings=ready.settings,
            canvas=ready.store.record.canvas,
            step=step.number,
            contents=ready.contents,
            styles=ready.styles,
            measures=verdict.measures,
            best_by=ready.plan.best_by,
            first=ready.spec.first,
            stacked=ready.plan.stacked,
            few=ready.few,
            learnt_characters="".join(map(chr, sorted(set(ready.views["train"].codes_b.tolist())))),
            base=Origin(base.name, base.sha256) if (base := ready.spec.base) else None,
        )
        reached = state.Reached(step.number, step.images, self._clock.seconds, step.progress, ready.decided)
        state.save(self._run, ready.model, record, reached, ready.plan.keep)

    def _broken(self, step: Step, why: str) -> FontganError:
        self._run.log.write(Broken(step.number, why))
        self._board.close()
        kept = self._run.checkpoints
        last = f"the last good checkpoint is {kept[-1].parent}" if kept else "there is no good checkpoint"
        return FontganError(
            f"training failed at step {step.number:,}: {why}; {last}",
            "start a new run with a smaller {set} learning_rate={rate:.1g}, or with {set} clip_norm=1",
            rate=self._ready.settings.optimisation.learning_rate / 3,
        )


def _example(content: Collection[int], tested: Sequence[int]) -> str:
    """What to draw first: 永和 where the content fonts have them, else some of the test characters."""
    usual = "永和"
    return usual if all(ord(char) in content for char in usual) else "".join(map(chr, tested[:4]))

"""One training from the glyph store to a run on disk, told as a series of events.

runs/NAME/
    config.toml                     all that was decided
    log.jsonl                       one line a report
    samples/step-0000000.png        the same held-out characters each time
    checkpoints/step-0001000/       generator.safetensors: the weights to use and to share
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from fontgan.checkpoint import CheckpointRecord, save_checkpoint
from fontgan.compute.engine import choose_engine
from fontgan.config import ModelSettings, TrainingPlan, from_strings, to_toml
from fontgan.data.augmentation import Augmentation
from fontgan.data.record import FaceRecord
from fontgan.data.splits import SPLITS, Split
from fontgan.data.store import GlyphStore
from fontgan.data.views import View, load_view
from fontgan.errors import FontganError
from fontgan.evaluation.metrics import Measures
from fontgan.files import write_text
from fontgan.models import find_model
from fontgan.models.base import Model
from fontgan.training.held_out import HeldOut, compare, draw_samples, measure_generator
from fontgan.training.interrupt import interruptible
from fontgan.training.log import Log
from fontgan.training.loop import Budget, Clock, Step, train

_REPORT_SECONDS = 1.0
_SAMPLES = 10  # sample sheets and checkpoints in a training, after the first


@dataclass(frozen=True)
class Started:
    """All is ready: what will be trained, on what, and why so."""

    run: Path
    contents: tuple[FaceRecord, ...]
    style: FaceRecord
    counts: Mapping[Split, int]
    parameters: int
    engine: str


@dataclass(frozen=True)
class Progressed:
    """Where the training is; about once a second."""

    step: int
    progress: float
    losses: Mapping[str, float]
    images_per_second: float
    seconds: float


@dataclass(frozen=True)
class Sampled:
    """A sheet of held-out characters was drawn, and all validation characters were measured."""

    step: int
    sheet: Path
    measures: Measures


@dataclass(frozen=True)
class Finished:
    """The training is over.

    `test` has the measures of the test characters, by what was measured; `example` is a text that the content
    fonts have.
    """

    run: Path
    checkpoint: Path
    step: int
    interrupted: bool
    training_seconds: float
    start_seconds: float
    sample_seconds: float
    images_per_second: float
    test: Mapping[str, Measures]
    example: str


Event = Started | Progressed | Sampled | Finished


def run_training(plan: TrainingPlan, began: float | None = None) -> Iterator[Event]:
    """Train as planned, keep everything in the run's folder, and tell each event as it happens.

    Ctrl-C ends the training after the step that is being made; what was learnt is kept.

    Args:
        plan: what the user decided.
        began: `time.perf_counter()` when the command began, so that its imports count as its start.

    Raises:
        FontganError: the plan cannot be followed; nothing was trained then.
    """
    began = time.perf_counter() if began is None else began
    engine = choose_engine(plan.device)
    kind = find_model(plan.model)
    settings = from_strings(kind.preset(plan.preset), plan.overrides)
    torch.manual_seed(plan.seed)
    with GlyphStore(plan.data) as store:
        style = store.record.style(plan.style)
        room = engine.free_memory() // 2  # the networks need the other half
        views = {split: load_view(store, [style.key], split, room=room) for split in SPLITS}
        model = kind(settings, store.record.size, engine)
        run = _make_run(plan)
        title = f"{plan.model} learning {style.family}, all settings as decided"
        write_text(run / "config.toml", to_toml({"training": plan, plan.model: settings}, title))
        contents = tuple(store.record.of_role("content"))
        parameters = sum(weight.numel() for weight in model.generator.parameters())
        counts = {split: len(view) for split, view in views.items()}
        yield Started(run, contents, style, counts, parameters, engine.reason)
        example = _example(store.content(), views["test"].codes_b.tolist())
        session = _Session(run, plan, model, views, contents, style, example)
        yield from session.train(started=time.perf_counter() - began)


class _Session:
    """One training in progress, and what is written of it."""

    def __init__(
        self,
        run: Path,
        plan: TrainingPlan,
        model: Model[ModelSettings],
        views: Mapping[Split, View],
        contents: tuple[FaceRecord, ...],
        style: FaceRecord,
        example: str,
    ) -> None:
        self.run, self.plan, self.model = run, plan, model
        device = model.engine.device
        self.learnt = views["train"].to(device)
        self.watched, self.tested = (HeldOut.of(views[split], device) for split in SPLITS[1:])
        self.contents, self.style, self.example = contents, style, example
        self.log = Log(run / "log.jsonl")
        self.sample_seconds = 0.0

    def train(self, started: float) -> Iterator[Event]:
        """Train until the plan's end or Ctrl-C, with samples and checkpoints on the way."""
        settings = self.model.settings
        generator = torch.Generator().manual_seed(self.plan.seed)
        augmentation = Augmentation(settings.shift, settings.scale)
        batches = self.learnt.training_batches(settings.batch_size, augmentation, generator)
        budget = Budget(self.plan.steps, self.plan.minutes * 60)
        reported, kept = 0.0, Step(0, 0, 0.0, {})
        yield self._keep(kept)
        self.clock = Clock(self.model.engine.device)
        with interruptible() as interrupted:
            for step in train(self.model, batches, budget, self.clock):
                if self.clock.seconds - reported >= _REPORT_SECONDS or step.number == 1:
                    reported = self.clock.seconds
                    yield self._report(step)
                if step.progress - kept.progress >= 1 / _SAMPLES:
                    kept = step
                    with self.clock.paused():
                        yield self._keep(step)
                if interrupted.is_set():
                    break
        seconds = self.clock.stop()
        yield self._report(step)
        if step is not kept:
            yield self._keep(step)
        yield self._finish(step, interrupted.is_set(), seconds, started)

    def _finish(self, step: Step, interrupted: bool, seconds: float, started: float) -> Finished:
        """Measure the test characters, once, and log how it ended."""
        finished = Finished(
            run=self.run,
            checkpoint=self.checkpoint,
            step=step.number,
            interrupted=interrupted,
            training_seconds=seconds,
            start_seconds=started,
            sample_seconds=self.sample_seconds,
            images_per_second=step.images / seconds,
            test=compare(self.model.average.network, self.tested),
            example=self.example,
        )
        paths = {"run": str(self.run), "checkpoint": str(self.checkpoint)}
        self.log.write("finished", **{**asdict(finished), **paths})
        return finished

    def _report(self, step: Step) -> Progressed:
        losses = {name: float(value) for name, value in step.losses.items()}
        speed = step.images / self.clock.seconds
        report = Progressed(step.number, step.progress, losses, speed, self.clock.seconds)
        self.log.write("step", **asdict(report))
        return report

    def _keep(self, step: Step) -> Sampled:
        """Draw and measure held-out characters, and save the weights that drew them if they have learnt."""
        began = time.perf_counter()
        pairs, generator = self.watched, self.model.average.network
        measures = measure_generator(generator, pairs)
        sheet = self.run / "samples" / f"step-{step.number:07}.png"
        title = (
            f"{self.run.name}, {self.style.family}, step {step.number:,}: IoU {measures.iou:.3f}, "
            f"fixed L1 {measures.fixed_l1:.3f} on {len(pairs)} held-out characters"
        )
        draw_samples(sheet, title, generator, pairs)
        if step.number:
            record = CheckpointRecord(
                self.plan.model,
                self.model.settings,
                pairs.content.shape[-1],
                step.number,
                self.contents,
                self.style,
            )
            self.checkpoint = save_checkpoint(self.run, generator, record)
        self.log.write("sample", step=step.number, **asdict(measures))
        self.sample_seconds += time.perf_counter() - began
        return Sampled(step.number, sheet, measures)


def _example(content: Collection[int], tested: Sequence[int]) -> str:
    """What to draw first: 永和 where the content fonts have them, else some of the test characters."""
    usual = "永和"
    return usual if all(ord(char) in content for char in usual) else "".join(map(chr, tested[:4]))


def _make_run(plan: TrainingPlan) -> Path:
    """The folder of the run, made now; two trainings that start together get two."""
    if plan.run is not None:
        if plan.run.exists() and (not plan.run.is_dir() or any(plan.run.iterdir())):
            raise FontganError(f"{plan.run} exists already: name another --run, or remove it")
        candidates: Iterable[Path] = [plan.run]
    else:
        candidates = (Path("runs") / f"{plan.model}-{number}" for number in itertools.count(1))
    for folder in candidates:
        try:
            folder.mkdir(parents=True, exist_ok=plan.run is not None)
        except FileExistsError:
            continue
        except OSError as error:
            raise FontganError(f"the run {folder} cannot be made: name another --run") from error
        break
    return folder

"""One training from the glyph store to a run on disk, told as a series of events.

runs/NAME/
    config.toml                     all that was decided
    log.jsonl                       one line a report
    samples/step-0000000.png        the same held-out characters each time
    checkpoints/step-0001000/       generator.safetensors: the weights to use and to share
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch

from fontgan.checkpoint import CheckpointRecord, save_checkpoint
from fontgan.compute.engine import DeviceChoice, choose_engine
from fontgan.config import ModelSettings, from_strings, setting, to_toml
from fontgan.data.pairs import Pairs, Split, load_pairs, training_batches
from fontgan.data.store import FaceRecord, GlyphStore
from fontgan.errors import FontganError
from fontgan.evaluation.metrics import Measures
from fontgan.files import write_text
from fontgan.models import find_model
from fontgan.models.base import Model
from fontgan.training.held_out import compare, draw_samples, measure_generator
from fontgan.training.interrupt import interruptible
from fontgan.training.log import Log
from fontgan.training.loop import Budget, Clock, Step, train

_REPORT_SECONDS = 1.0
_SAMPLES = 10  # sample sheets and checkpoints in a training, after the first


@dataclass(frozen=True)
class TrainingPlan:
    """What the user decides about a training, apart from the model's own settings."""

    model: str = setting("pix2pix", "which model")
    preset: str = setting("default", "which of its presets the settings start from")
    data: Path = setting(Path("data/glyphs.lmdb"), "the glyph store")
    style: str | None = setting(None, "the style to learn, by its key; the store's first if not given")
    run: Path | None = setting(None, "the run's folder; runs/MODEL-1, -2, … if not given")
    minutes: float = setting(4.0, "of training, start and samples not counted")
    steps: int | None = setting(None, "steps to train, whatever the time")
    device: DeviceChoice = setting("auto", "auto, cpu or cuda")
    seed: int = setting(0, "of the random numbers")
    overrides: Mapping[str, str] = field(default_factory=dict, metadata={"help": "settings by name"})


@dataclass(frozen=True)
class Started:
    """All is ready: what will be trained, on what, and why so."""

    run: Path
    content: FaceRecord
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
    """The training is over; `test` has the measures of the test characters, by what was measured."""

    run: Path
    checkpoint: Path
    step: int
    interrupted: bool
    training_seconds: float
    start_seconds: float
    sample_seconds: float
    images_per_second: float
    test: Mapping[str, Measures]


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
        content, style = store.record.of_role("content")[0], store.record.style(plan.style)
        splits = {split: load_pairs(store, content.key, style.key, split) for split in _SPLITS}
        model = kind(settings, store.record.size, engine)
    run = _make_run(plan)
    write_text(run / "config.toml", to_toml(_tables(plan, settings), _describe(plan, style)))
    parameters = sum(weight.numel() for weight in model.generator.parameters())
    counts = {split: len(pairs) for split, pairs in splits.items()}
    yield Started(run, content, style, counts, parameters, engine.reason)
    session = _Session(run, plan, model, splits, content, style)
    yield from session.train(started=time.perf_counter() - began)


class _Session:
    """One training in progress, and what is written of it."""

    def __init__(
        self,
        run: Path,
        plan: TrainingPlan,
        model: Model[ModelSettings],
        splits: Mapping[Split, Pairs],
        content: FaceRecord,
        style: FaceRecord,
    ) -> None:
        self.run, self.plan, self.model = run, plan, model
        self.splits = {split: pairs.to(model.engine.device) for split, pairs in splits.items()}
        self.content, self.style = content, style
        self.log = Log(run / "log.jsonl")
        self.clock = Clock(model.engine.device)
        self.sample_seconds = 0.0

    def train(self, started: float) -> Iterator[Event]:
        """Train until the plan's end or Ctrl-C, with samples and checkpoints on the way."""
        yield self._sample(0)
        generator = torch.Generator().manual_seed(self.plan.seed)
        settings = self.model.settings
        batches = training_batches(self.splits["train"], settings.batch_size, settings.shift, generator)
        budget = Budget(self.plan.steps, self.plan.minutes * 60)
        reported = sampled = 0.0
        step, sampled_step = Step(0, 0, 0.0, {}), 0
        checkpoint = self._save(0)
        self.clock = Clock(self.model.engine.device)
        with interruptible() as interrupted:
            for step in train(self.model, batches, budget, self.clock):
                if self.clock.seconds - reported >= _REPORT_SECONDS or step.number == 1:
                    reported = self.clock.seconds
                    yield self._report(step)
                if step.progress - sampled >= 1 / _SAMPLES:
                    sampled, sampled_step = step.progress, step.number
                    with self.clock.paused():
                        yield self._sample(step.number)
                        checkpoint = self._save(step.number)
                if interrupted.is_set():
                    break
        seconds = self.clock.seconds
        yield self._report(step)
        if step.number != sampled_step:
            yield self._sample(step.number)
            checkpoint = self._save(step.number)
        test = compare(self.model.average.network, self.splits["test"])
        finished = Finished(
            run=self.run,
            checkpoint=checkpoint,
            step=step.number,
            interrupted=interrupted.is_set(),
            training_seconds=seconds,
            start_seconds=started,
            sample_seconds=self.sample_seconds,
            images_per_second=step.images / seconds,
            test=test,
        )
        self.log.write(
            "finished", **{**asdict(finished), "run": str(self.run), "checkpoint": str(checkpoint)}
        )
        yield finished

    def _report(self, step: Step) -> Progressed:
        losses = {name: float(value) for name, value in step.losses.items()}
        speed = step.images / self.clock.seconds
        report = Progressed(step.number, step.progress, losses, speed, self.clock.seconds)
        self.log.write("step", **asdict(report))
        return report

    def _sample(self, step: int) -> Sampled:
        began = time.perf_counter()
        pairs, generator = self.splits["validation"], self.model.average.network
        measures = measure_generator(generator, pairs)
        sheet = self.run / "samples" / f"step-{step:07}.png"
        title = f"{self.run.name}, {self.style.family}, step {step:,}: IoU {measures.iou:.3f}, fixed L1 "
        draw_samples(
            sheet, title + f"{measures.fixed_l1:.3f} on {len(pairs)} held-out characters", generator, pairs
        )
        self.log.write("sample", step=step, **asdict(measures))
        self.sample_seconds += time.perf_counter() - began
        return Sampled(step, sheet, measures)

    def _save(self, step: int) -> Path:
        size = self.splits["train"].content.shape[-1]
        record = CheckpointRecord(self.plan.model, self.model.settings, size, step, self.content, self.style)
        return save_checkpoint(self.run, self.model.average.network, record)


_SPLITS: tuple[Split, ...] = ("train", "validation", "test")


def _make_run(plan: TrainingPlan) -> Path:
    """The folder of the run, made now; two trainings that start together get two."""
    if plan.run is not None:
        if plan.run.exists() and (not plan.run.is_dir() or any(plan.run.iterdir())):
            raise FontganError(f"{plan.run} exists already: name another --run, or remove it")
        candidates = iter([plan.run])
    else:
        candidates = (Path("runs") / f"{plan.model}-{number}" for number in range(1, 1_000_000))
    for folder in candidates:
        try:
            folder.mkdir(parents=True, exist_ok=plan.run is not None)
            return folder
        except FileExistsError:
            continue
        except OSError as error:
            raise FontganError(f"the run {folder} cannot be made: {error.strerror}") from error
    raise FontganError("there are a million runs in runs/: remove some")


def _tables(plan: TrainingPlan, settings: ModelSettings) -> dict[str, object]:
    return {"training": plan, plan.model: settings}


def _describe(plan: TrainingPlan, style: FaceRecord) -> str:
    return f"{plan.model} learning {style.family}, all settings as decided"

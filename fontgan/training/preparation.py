"""Prepares a training run, in the same way for training and for an estimate."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from fontgan.compute.choosing import choose_engine
from fontgan.compute.engine import Engine
from fontgan.config.groups import flat
from fontgan.config.settings import ModelSettings, TrainingPlan, decisive
from fontgan.data.augmentation import Augmentation
from fontgan.data.record import FaceRecord, families
from fontgan.data.selection import few_characters, load_view
from fontgan.data.splits import SPLITS, Few, Split
from fontgan.data.store import GlyphStore
from fontgan.data.views import Batch, View
from fontgan.errors import FontganError
from fontgan.models import find_model, model_names
from fontgan.models.base import Base, FirstStage, GeneratorSpec, Model
from fontgan.models.memory import check_memory
from fontgan.runs.record import CheckpointRecord
from fontgan.runs.weights import load_best, origin_of
from fontgan.training.decision import check_settings


@dataclass(frozen=True)
class Prepared:
    """A model, what it learns from, and the plan with all that was chosen.

    Attributes:
        plan: with the precision and the threads that were chosen.
        settings: of the model.
        store: open.
        views: the characters of each split.
        few: how the characters are divided if they are too few for three splits.
        contents: the content faces.
        styles: the faces to learn.
        spec: what the generator is made for.
        model: untrained.
    """

    plan: TrainingPlan
    settings: ModelSettings
    store: GlyphStore
    views: Mapping[Split, View]
    few: Few | None
    contents: tuple[FaceRecord, ...]
    styles: tuple[FaceRecord, ...]
    spec: GeneratorSpec
    model: Model[Any]

    @property
    def faces(self) -> tuple[FaceRecord, ...]:
        """All faces in use: the content faces and the styles."""
        return (*self.contents, *self.styles)

    @property
    def title(self) -> str:
        """A title: the model, and the styles that it learns."""
        return f"{self.plan.model} learning {families(self.styles)}"

    @property
    def decided(self) -> dict[str, Any]:
        """All that the weights depend on, as JSON has it."""
        return json.loads(json.dumps(decisive(self.plan, self.settings), default=str))  # type: ignore[no-any-return]

    def batches(self, first: int = 0) -> Iterator[Batch]:
        """This process' share of the training batches, from that number on."""
        settings, ranks = self.settings, self.model.engine.ranks
        return (
            self.views["train"]
            .to(self.model.engine.device)
            .training_batches(
                settings.optimisation.batch_size,
                Augmentation(settings.augmentation.shift, settings.augmentation.scale),
                self.plan.seed,
                first,
                partial(ranks.share, parts=settings.optimisation.accumulation),
                ranks.count * settings.optimisation.accumulation,
                self.model.references,
            )
        )


@contextmanager
def prepared(plan: TrainingPlan, settings: ModelSettings) -> Iterator[Prepared]:
    """Open the store, choose what computes, and make the model; the store is open inside the block.

    Raises:
        FontganError: the plan cannot be followed.
    """
    check_settings(plan.model, settings)
    engine = choose_engine(plan.device, plan.precision, plan.threads, plan.compile)
    _check_parts(settings, engine)
    kind = find_model(plan.model)
    gpus = [engine.device] if engine.device.type == "cuda" else []
    with _threads(engine.threads), torch.random.fork_rng(gpus), GlyphStore(plan.data) as store:
        torch.manual_seed(plan.seed)
        contents, styles = chosen_faces(store, plan)
        keys_a, keys_b = ([face.key for face in faces] for faces in (contents, styles))
        room = engine.free_memory() // 2  # the networks need the other half
        few = few_characters(store, keys_a, keys_b)
        views = {
            split: load_view(
                store,
                keys_a,
                keys_b,
                split,
                kind.paired or split != "train",
                plan.stacked,
                room,
                few,
                plan.learn,
            )
            for split in SPLITS
        }
        characters = int(views["train"].characters.max()) + 1
        channels = _channels(plan, contents)
        first = None if plan.stage1 is None else _first_stage(plan.stage1, store, channels, styles)
        base = None if plan.base is None else _base(plan.base, plan.model, settings, store, channels)
        spec = GeneratorSpec(store.record.size, len(styles), characters, channels, first, base)
        check_memory(kind, settings, spec, engine)
        model = kind(settings, spec, engine)
        decided = replace(plan, precision=str(engine.precision).removeprefix("torch."))  # type: ignore[arg-type]
        if engine.device.type == "cpu":
            # Sums over threads are made in another order: a run that is resumed keeps their number.
            decided = replace(decided, threads=torch.get_num_threads())
        yield Prepared(decided, settings, store, views, few, contents, styles, spec, model)


@contextmanager
def _threads(wanted: int) -> Iterator[None]:
    """As many threads as were asked for, in this run or the one that it continues; then those of before."""
    before = torch.get_num_threads()
    torch.set_num_threads(wanted or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


Faces = tuple[FaceRecord, ...]


def check_data(plan: TrainingPlan) -> None:
    """Make sure that the dataset is there and has the faces of a plan, before anything takes time.

    Raises:
        FontganError: it is not a dataset, or lacks one of them.
    """
    with GlyphStore(plan.data) as store:
        chosen_faces(store, plan)


def chosen_faces(store: GlyphStore, plan: TrainingPlan) -> tuple[Faces, Faces]:
    """The content faces of a plan, and the styles to learn.

    Raises:
        FontganError: the dataset lacks one of them.
    """
    return store.record.select(plan.content or store.record.contents), _styles(store, plan)


def _styles(store: GlyphStore, plan: TrainingPlan) -> Faces:
    """The style that was named; else those that give no content: all for a model of many, or one.

    Raises:
        FontganError: there is none.
    """
    if plan.style is not None:
        return (store.record.face(plan.style),)
    kind = find_model(plan.model)
    free = [key for key in store.record.styles if key not in plan.content]
    if not free:
        raise FontganError(f"{store.path} has no face left to learn", "pass it with {style}")
    return store.record.select(free if kind.many_styles else free[:1])


def _first_stage(run: Path, store: GlyphStore, channels: int, styles: Sequence[FaceRecord]) -> FirstStage:
    """The trained generator of a run.

    Raises:
        FontganError: there is none, or it draws other images than those of the dataset.
    """
    _, network, record = load_best(run)
    if not _can_be_cleaned(find_model(record.model)):
        able = [name for name in model_names() if _can_be_cleaned(find_model(name))]
        raise FontganError(
            f"{run} is a run of {record.model}, which a denoiser cannot clean",
            f"use a {{stage1}} of {', '.join(able)}",
        )
    _check_images(run, record, store, channels, "stage1")
    learnt, wanted = record.styles[0], styles[0]
    if learnt.sha256 != wanted.sha256:
        raise FontganError(
            f"{run} was trained on {learnt.family}, but the style to learn is {wanted.family}",
            "choose another {stage1}, or {key} as the {style}",
            key=learnt.key,
        )
    return FirstStage(record.model, record.settings, network.state_dict())


def _base(given: Path, model: str, settings: ModelSettings, store: GlyphStore, channels: int) -> Base:
    """The weights that training starts from.

    Raises:
        FontganError: there are none, or they are of another model, other settings or another size.
    """
    path, network, record = load_best(given)
    if record.model != model:
        raise FontganError(
            f"{given} is a run of {record.model}, not of {model}",
            f"choose another {{base}}, or use {record.model} as the {{model}}",
        )
    _check_images(given, record, store, channels, "base")
    has, wanted = _of_generator(record.settings), _of_generator(settings)
    other = [f"{name}={_in_words(has.get(name))}" for name in wanted if has.get(name) != wanted[name]]
    if other:
        raise FontganError(
            f"the generator of {given} was made with {' and '.join(other)}",
            "{set} the same, or choose another {base}",
        )
    origin = origin_of(path)
    return Base(origin.name, origin.sha256, network.state_dict())


def _channels(plan: TrainingPlan, contents: Sequence[FaceRecord]) -> int:
    """The channels of the content: one, or one per face where they are stacked.

    Raises:
        FontganError: there is nothing to stack.
    """
    if plan.stacked and len(contents) == 1:
        raise FontganError(
            f"{contents[0].key} is the only content face, so there is nothing to stack",
            "omit {stacked}, or add content fonts to the dataset",
        )
    return len(contents) if plan.stacked else 1


def _check_images(
    given: Path, record: CheckpointRecord, store: GlyphStore, channels: int, parameter: str
) -> None:
    """Refuse a trained generator whose images are not like those of the dataset.

    Raises:
        FontganError: they lie on another canvas, or have another number of content channels.
    """
    remedy = f"choose another {{{parameter}}}, or another {{data}}"
    if record.canvas != store.record.canvas:
        raise FontganError(
            f"{given} draws images of {record.canvas}, {store.path} has images of {store.record.canvas}",
            remedy,
        )
    if record.channels != channels:
        raise FontganError(
            f"{given} has {record.channels} content channels, and this run would have {channels}", remedy
        )


def _of_generator(settings: ModelSettings) -> dict[str, Any]:
    """The settings that the generator is built from."""
    return {name: value for name, value in flat(settings).items() if name.startswith("generator.")}


def _in_words(value: object) -> str:
    """A setting as `--set` takes it."""
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value).lower()


def _check_parts(settings: ModelSettings, engine: Engine) -> None:
    """Refuse a batch that several processes cannot share.

    Raises:
        FontganError: they cannot.
    """
    optimisation, count = settings.optimisation, engine.ranks.count
    parts = count * optimisation.accumulation
    if optimisation.batch_size % parts:
        raise FontganError(
            f"batch_size={optimisation.batch_size} cannot be divided evenly among {count} processes in "
            f"{optimisation.accumulation} parts",
            f"{{set}} it to a multiple of {parts}, or start fewer processes",
        )


def _can_be_cleaned(kind: type[Model[Any]]) -> bool:
    """Whether it draws from the content alone, in one stage."""
    return not kind.conditions and not kind.two_stages

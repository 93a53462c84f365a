"""All that a training needs, made ready: the same for training and for an estimate of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from fontgan.compute.engine import choose_engine
from fontgan.config.settings import ModelSettings, TrainingPlan, decisive
from fontgan.data.augmentation import Augmentation
from fontgan.data.record import FaceRecord, families
from fontgan.data.splits import SPLITS, Split
from fontgan.data.store import GlyphStore
from fontgan.data.views import Batch, View, load_view
from fontgan.errors import FontganError
from fontgan.models import find_model, model_names
from fontgan.models.base import FirstStage, Model, Task
from fontgan.runs.folder import find_weights
from fontgan.runs.weights import load_checkpoint


@dataclass(frozen=True)
class Prepared:
    """A model, what it learns from, and the plan as it was decided in the end.

    Attributes:
        plan: with the precision and the threads that were chosen.
        settings: of the model.
        store: open.
        views: the characters of each split.
        contents: the content faces.
        styles: the faces to learn.
        task: what the model was made for.
        model: untrained.
    """

    plan: TrainingPlan
    settings: ModelSettings
    store: GlyphStore
    views: Mapping[Split, View]
    contents: tuple[FaceRecord, ...]
    styles: tuple[FaceRecord, ...]
    task: Task
    model: Model[Any]

    @property
    def faces(self) -> tuple[FaceRecord, ...]:
        """All that is learnt from."""
        return (*self.contents, *self.styles)

    @property
    def channels(self) -> int:
        """The images that the generator gets of each character's content: one, or one per content face."""
        return len(self.contents) if self.plan.stacked else 1

    @property
    def title(self) -> str:
        """What learns what."""
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
                settings.batch_size,
                Augmentation(settings.shift, settings.scale),
                self.plan.seed,
                first,
                partial(ranks.share, parts=settings.accumulation),
                ranks.count * settings.accumulation,
                self.model.references,
            )
        )


@contextmanager
def prepared(plan: TrainingPlan, settings: ModelSettings) -> Iterator[Prepared]:
    """Open the store, choose what computes, and make the model; the store is open inside the block.

    Raises:
        FontganError: the plan cannot be followed.
    """
    engine = choose_engine(plan.device, plan.precision, plan.threads, plan.compile)
    parts = engine.ranks.count * settings.accumulation
    if settings.batch_size % parts:
        raise FontganError(
            f"batch_size={settings.batch_size} cannot be shared out evenly among {engine.ranks.count} "
            f"processes in {settings.accumulation} parts: set it to a multiple of {parts}, "
            "or start fewer processes"
        )
    torch.manual_seed(plan.seed)
    kind = find_model(plan.model)
    with GlyphStore(plan.data) as store:
        contents = store.record.select(plan.content or store.record.contents)
        styles = _styles(store, plan, kind)
        keys_a, keys_b = ([face.key for face in faces] for faces in (contents, styles))
        room = engine.free_memory() // 2  # the networks need the other half
        views = {
            split: load_view(
                store, keys_a, keys_b, split, kind.paired or split != "train", plan.stacked, room
            )
            for split in SPLITS
        }
        characters = int(views["train"].characters.max()) + 1
        first = None if plan.stage1 is None else _first_stage(plan.stage1, store, styles)
        # The place for the number of content channels: `len(contents) if plan.stacked else 1`.
        task = Task(store.record.size, len(styles), characters, first)
        model = kind(settings, task, engine)
        decided = replace(plan, precision=str(engine.precision).removeprefix("torch."))  # type: ignore[arg-type]
        if engine.device.type == "cpu":
            # Sums over threads are made in another order: a run that is resumed keeps their number.
            decided = replace(decided, threads=torch.get_num_threads())
        yield Prepared(decided, settings, store, views, contents, styles, task, model)


def _styles(store: GlyphStore, plan: TrainingPlan, kind: type[Model[Any]]) -> tuple[FaceRecord, ...]:
    """The style that was named; else those that give no content: all for a model of many, or one.

    Raises:
        FontganError: there is none.
    """
    if plan.style is not None:
        return (store.record.face(plan.style),)
    free = [key for key in store.record.styles if key not in plan.content]
    if not free:
        raise FontganError(f"{store.path} has no face left to learn", "name it with {style}")
    return store.record.select(free if kind.many_styles else free[:1])


def _first_stage(run: Path, store: GlyphStore, styles: Sequence[FaceRecord]) -> FirstStage:
    """The trained generator of a run.

    Raises:
        FontganError: there is none, or it draws other pictures than those of the store.
    """
    network, record = load_checkpoint(find_weights(run))
    if not _can_be_cleaned(find_model(record.model)):
        able = [name for name in model_names() if _can_be_cleaned(find_model(name))]
        raise FontganError(
            f"{run} is a run of {record.model}, which a denoiser cannot clean: name one of {', '.join(able)}"
        )
    if record.size != store.record.size:
        raise FontganError(
            f"{run} draws pictures of {record.size} px, {store.path} has {store.record.size}: "
            "name another --stage1, or another --data"
        )
    learnt, wanted = record.styles[0], styles[0]
    if learnt.sha256 != wanted.sha256:
        raise FontganError(
            f"{run} has learnt {learnt.family}, and {wanted.family} is to be learnt: "
            f"name another --stage1, or --style {learnt.key}"
        )
    return FirstStage(record.model, record.settings, network.state_dict())


def _can_be_cleaned(kind: type[Model[Any]]) -> bool:
    """Whether it draws from the content alone, in one stage."""
    return not kind.conditions and not kind.two_stages

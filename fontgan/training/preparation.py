"""All that a training needs, made ready: the same for training and for an estimate of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch

from fontgan.compute.engine import choose_engine
from fontgan.config.settings import ModelSettings, TrainingPlan, decisive
from fontgan.data.augmentation import Augmentation
from fontgan.data.record import FaceRecord
from fontgan.data.splits import SPLITS, Split
from fontgan.data.store import GlyphStore
from fontgan.data.views import Batch, View, load_view
from fontgan.errors import FontganError
from fontgan.models import find_model
from fontgan.models.base import Model


@dataclass(frozen=True)
class Prepared:
    """A model, what it learns from, and the plan as it was decided in the end.

    Attributes:
        plan: with the precision and the threads that were chosen.
        settings: of the model.
        store: open.
        views: the characters of each split.
        contents: the content faces.
        style: the face to learn.
        model: untrained.
    """

    plan: TrainingPlan
    settings: ModelSettings
    store: GlyphStore
    views: Mapping[Split, View]
    contents: tuple[FaceRecord, ...]
    style: FaceRecord
    model: Model[Any]

    @property
    def faces(self) -> tuple[FaceRecord, ...]:
        """All that is learnt from."""
        return (*self.contents, self.style)

    @property
    def decided(self) -> dict[str, Any]:
        """All that the weights depend on, as JSON has it."""
        return json.loads(json.dumps(decisive(self.plan, self.settings)))  # type: ignore[no-any-return]

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
    with GlyphStore(plan.data) as store:
        style = store.record.style(plan.style)
        room = engine.free_memory() // 2  # the networks need the other half
        views = {split: load_view(store, [style.key], split, room=room) for split in SPLITS}
        model = find_model(plan.model)(settings, store.record.size, engine)
        contents = tuple(store.record.of_role("content"))
        decided = replace(plan, precision=str(engine.precision).removeprefix("torch."))  # type: ignore[arg-type]
        if engine.device.type == "cpu":
            # Sums over threads are made in another order: a run that is resumed keeps their number.
            decided = replace(decided, threads=torch.get_num_threads())
        yield Prepared(decided, settings, store, views, contents, style, model)

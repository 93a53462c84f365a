"""What a training would take, found out by making a few steps of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fontgan.config.settings import ModelSettings, TrainingPlan
from fontgan.data.record import FaceRecord
from fontgan.data.splits import Split
from fontgan.networks.counting import count_weights
from fontgan.training.loop import Budget, Clock, train
from fontgan.training.preparation import prepared

_WARM, _TIMED = 2, 5  # the first steps make room for the optimisers


@dataclass(frozen=True)
class Estimate:
    """What a training would take.

    Attributes:
        plan, settings: as they were decided.
        engine: what would compute, and why.
        title: what would learn what.
        contents, styles: the faces that it would learn from.
        counts: characters by split.
        parameters: of each network, by name.
        memory: bytes at most, of the process or of the GPU.
        steps, minutes: how many and how long.
        images_per_second: characters learnt from.
    """

    plan: TrainingPlan
    settings: ModelSettings
    engine: str
    contents: tuple[FaceRecord, ...]
    styles: tuple[FaceRecord, ...]
    title: str
    counts: Mapping[Split, int]
    parameters: Mapping[str, int]
    memory: int
    steps: int
    minutes: float
    images_per_second: float


def estimate(plan: TrainingPlan, settings: ModelSettings) -> Estimate:
    """Make a few steps, and say what all of them would take; nothing is written.

    Raises:
        FontganError: the plan cannot be followed.
    """
    with prepared(plan, settings) as ready:
        model = ready.model
        engine = model.engine
        clock = Clock(engine.device)
        began, images = 0.0, 0
        for step in train(model, ready.batches(), Budget(_WARM + _TIMED, 0), clock, plan.seed):
            if step.number == _WARM:
                began, images = clock.stop(), step.images
        seconds = (clock.stop() - began) / _TIMED
        steps = plan.steps or int(plan.minutes * 60 / seconds) + 1
        return Estimate(
            plan=ready.plan,
            settings=settings,
            engine=engine.reason,
            contents=ready.contents,
            styles=ready.styles,
            title=ready.title,
            counts={split: len(view) for split, view in ready.views.items()},
            parameters={
                name: count for name, network in model.networks.items() if (count := count_weights(network))
            },
            memory=engine.peak_memory(),
            steps=steps,
            minutes=steps * seconds / 60,
            images_per_second=(step.images - images) / _TIMED / seconds,
        )

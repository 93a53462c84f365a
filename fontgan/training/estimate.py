"""An estimate of a run's time and memory, measured in a few of its steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fontgan.data.record import FaceRecord
from fontgan.data.splits import Few, Split
from fontgan.networks.counting import count_weights
from fontgan.training.decision import Decision
from fontgan.training.loop import Budget, Clock, train
from fontgan.training.preparation import prepared

_WARM, _TIMED = 2, 5  # the first steps make room for the optimisers


@dataclass(frozen=True)
class Estimate:
    """An estimate of a run.

    Attributes:
        decision: the resolved settings; the precision and the threads as they were chosen.
        engine: what would compute, and why.
        title: the model, and the styles that it would learn.
        contents, styles: the faces that it would learn from, and those that it would learn.
        counts: characters by split.
        few: how they are divided if they are too few for three splits.
        parameters: of each network, by name.
        memory: the peak in bytes, of the process or of the GPU.
        steps, minutes: how many and how long.
        images_per_second: characters learnt from.
    """

    decision: Decision
    engine: str
    contents: tuple[FaceRecord, ...]
    styles: tuple[FaceRecord, ...]
    title: str
    counts: Mapping[Split, int]
    few: Few | None
    parameters: Mapping[str, int]
    memory: int
    steps: int
    minutes: float
    images_per_second: float


def estimate(decision: Decision) -> Estimate:
    """Make a few steps and estimate the whole run; nothing is written.

    Raises:
        FontganError: the plan cannot be followed.
    """
    plan = decision.plan
    with prepared(plan, decision.settings) as ready:
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
            decision=replace(decision, plan=ready.plan),
            engine=engine.reason,
            contents=ready.contents,
            styles=ready.styles,
            title=ready.title,
            counts={split: len(view) for split, view in ready.views.items()},
            few=ready.few,
            parameters={
                name: count for name, network in model.networks.items() if (count := count_weights(network))
            },
            memory=engine.peak_memory(),
            steps=steps,
            minutes=steps * seconds / 60,
            images_per_second=(step.images - images) / _TIMED / seconds,
        )

"""The training loop: it knows no model, and saves, logs and shows nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from fontgan.data.seeds import seed_at
from fontgan.data.views import Batch
from fontgan.models.base import Learnt, Model

_LAYERS = 1000  # the kind of random numbers that layers draw, apart from those of the batches


@dataclass(frozen=True)
class Budget:
    """How long to train: so many steps, or else so many seconds of training."""

    steps: int | None
    seconds: float

    def progress(self, steps: int, seconds: float) -> float:
        """The share of the training that is done, from 0; at 1 it ends."""
        return steps / self.steps if self.steps is not None else seconds / self.seconds


class Clock:
    """Counts the seconds of training, and not those of what is done in between.

    Args:
        device: whose work is to be ended before a time is taken.
        before: seconds of training that an earlier process has spent.
    """

    def __init__(self, device: torch.device, before: float = 0.0) -> None:
        self._device, self._before = device, before
        self._paused: float | None = None
        self.start()

    def start(self) -> float:
        """Begin to count, now; returns what is counted already."""
        self._began = time.perf_counter() - self._before
        return self._before

    @property
    def seconds(self) -> float:
        """Of training so far; they stand still while it is paused."""
        return (self._paused or time.perf_counter()) - self._began

    def stop(self) -> float:
        """The seconds of training, all that a GPU was given done."""
        self._synchronise()
        return self.seconds

    @contextmanager
    def paused(self) -> Iterator[None]:
        """What happens in this block is not training; a GPU first ends what it was given."""
        self._synchronise()
        self._paused = time.perf_counter()
        yield
        self._began += time.perf_counter() - self._paused
        self._paused = None

    def _synchronise(self) -> None:
        if self._device.type == "cuda":
            torch.cuda.synchronize()


@dataclass(frozen=True)
class Step:
    """One step that was made: its number from 1, all characters so far, and what was learnt."""

    number: int
    images: int
    progress: float
    learnt: Learnt


START = Step(0, 0, 0.0, Learnt({}, {}))


def train(
    model: Model[Any],
    batches: Iterator[Batch],
    budget: Budget,
    clock: Clock,
    seed: int,
    begun: Step = START,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Step]:
    """Train until the budget is spent or `stop` says so; yields after each step.

    What a step does depends on the weights, the seed and its number (and, where minutes are the budget, on
    how much of them is spent), so that nothing else need be kept to go on from it. Of several processes the
    first one decides when it ends.

    Args:
        model: what learns.
        batches: from the one after `begun` on, this process' share of each.
        budget: how long, those before `begun` counted in.
        clock: the seconds so far.
        seed: of the random numbers of the layers, such as dropout's.
        begun: the last step that was made before.
        stop: asked before each step.
    """
    ranks = model.engine.ranks
    number, images = begun.number, begun.images
    while True:
        progress = ranks.broadcast(1.0 if stop() else budget.progress(number, clock.seconds))
        if progress >= 1:
            return
        _seed_layers(model.engine.device, seed_at(seed, number, _LAYERS))
        batch = next(batches)
        number += 1
        images += len(batch) * ranks.count
        yield Step(number, images, progress, model.step(batch, number, progress))


def _seed_layers(device: torch.device, seed: int) -> None:
    """What `torch.manual_seed` does, for one device instead of all that there might be: 100 times as fast."""
    if device.type == "cpu":
        torch.default_generator.manual_seed(seed)
    elif device.type == "cuda":
        torch.cuda.manual_seed(seed)
    else:
        torch.manual_seed(seed)

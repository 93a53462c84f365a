"""The training loop, independent of the model; it does not save, log or show anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

import torch

from fontgan.compute.engine import Engine
from fontgan.data.seeds import seed_at
from fontgan.models.base import Learnt

_LAYERS = 1000  # the kind of random numbers that layers draw, apart from those of the batches

B = TypeVar("B", bound=Sized)
B_contra = TypeVar("B_contra", bound=Sized, contravariant=True)


class Learner(Protocol[B_contra]):
    """What can be trained: anything that makes a step of a batch, on an engine."""

    @property
    def engine(self) -> Engine:
        """What it computes on."""

    def step(self, batch: B_contra, number: int, progress: float) -> Learnt:
        """Learn from one batch.

        Args:
            batch: this process' share of it.
            number: of the step, from 1.
            progress: the share of the run that is done, in [0, 1).
        """


@dataclass(frozen=True)
class Budget:
    """How long to train: a number of steps, or of seconds."""

    steps: int | None
    seconds: float

    def progress(self, steps: int, seconds: float) -> float:
        """The share of the run that is done, from 0; at 1 it ends."""
        return steps / self.steps if self.steps is not None else seconds / self.seconds


class Clock:
    """Counts the seconds of training only, not those of pauses.

    Args:
        device: its queued work is finished before the time is read.
        before: seconds of training that an earlier process has spent.
        now: the time in seconds, from any point on.
    """

    def __init__(
        self, device: torch.device, before: float = 0.0, now: Callable[[], float] = time.perf_counter
    ) -> None:
        self._device, self._before, self._now = device, before, now
        self._paused: float | None = None
        self.start()

    def start(self) -> float:
        """Begin to count, now; returns what is counted already."""
        self._began = self._now() - self._before
        return self._before

    @property
    def seconds(self) -> float:
        """The seconds of training so far; constant while paused."""
        return (self._now() if self._paused is None else self._paused) - self._began

    def stop(self) -> float:
        """The seconds of training, all work of a GPU finished."""
        self._synchronise()
        return self.seconds

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Do not count the time of this block; a GPU first finishes its work."""
        self._synchronise()
        self._paused = self._now()
        yield
        self._began += self._now() - self._paused
        self._paused = None

    def _synchronise(self) -> None:
        if self._device.type == "cuda":
            torch.cuda.synchronize()


@dataclass(frozen=True)
class Step:
    """A finished step: its number from 1, the number of characters so far, and its results."""

    number: int
    images: int
    progress: float
    learnt: Learnt


START = Step(0, 0, 0.0, Learnt({}, {}))


def train(
    learner: Learner[B],
    batches: Iterator[B],
    budget: Budget,
    clock: Clock,
    seed: int,
    begun: Step = START,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Step]:
    """Train until the budget is spent or `stop` returns True; yields after each step.

    What a step does depends on the weights, the seed and its number (and, where the budget is in seconds,
    on how many of them are spent), so nothing else has to be kept to continue. Of several
    processes the first one decides when it ends.

    Args:
        learner: what learns.
        batches: from the one after `begun` on, this process' share of each.
        budget: how long, including what lies before `begun`.
        clock: the seconds so far.
        seed: for the random numbers of the layers, such as dropout's.
        begun: the last step that was made before.
        stop: asked before each step.
    """
    ranks = learner.engine.ranks
    number, images = begun.number, begun.images
    while True:
        progress = ranks.broadcast(1.0 if stop() else budget.progress(number, clock.seconds))
        if progress >= 1:
            return
        _seed_layers(learner.engine.device, seed_at(seed, number, _LAYERS))
        batch = next(batches)
        number += 1
        images += len(batch) * ranks.count
        yield Step(number, images, progress, learner.step(batch, number, progress))


def _seed_layers(device: torch.device, seed: int) -> None:
    """What `torch.manual_seed` does, for one device instead of all that there might be: 100 times as fast."""
    if device.type == "cpu":
        torch.default_generator.manual_seed(seed)
    elif device.type == "cuda":
        torch.cuda.manual_seed(seed)
    else:
        torch.manual_seed(seed)

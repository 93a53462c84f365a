"""The training loop: it knows no model, and saves, logs and shows nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from fontgan.data.views import Batch
from fontgan.models.base import Model


@dataclass(frozen=True)
class Budget:
    """How long to train: so many steps, or else so many seconds of training."""

    steps: int | None
    seconds: float

    def progress(self, steps: int, seconds: float) -> float:
        """The share of the training that is done, from 0; at 1 it ends."""
        return steps / self.steps if self.steps is not None else seconds / self.seconds


class Clock:
    """Counts the seconds of training, and not those of what is done in between."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._began = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Of training so far."""
        return time.perf_counter() - self._began

    def stop(self) -> float:
        """The seconds of training, all that a GPU was given done."""
        self._synchronise()
        return self.seconds

    @contextmanager
    def paused(self) -> Iterator[None]:
        """What happens in this block is not training; a GPU first ends what it was given."""
        self._synchronise()
        paused = time.perf_counter()
        yield
        self._began += time.perf_counter() - paused

    def _synchronise(self) -> None:
        if self._device.type == "cuda":
            torch.cuda.synchronize()


@dataclass(frozen=True)
class Step:
    """One step that was made: its number from 1, and each loss by its name, on the device."""

    number: int
    images: int
    progress: float
    losses: dict[str, Tensor]


def train(model: Model[Any], batches: Iterator[Batch], budget: Budget, clock: Clock) -> Iterator[Step]:
    """Train until the budget is spent; yields after each step, and the caller may stop at any."""
    number = images = 0
    while (progress := budget.progress(number, clock.seconds)) < 1:
        batch = next(batches)
        losses = model.step(batch, progress)
        number += 1
        images += len(batch.real_a)
        yield Step(number, images, progress, losses)

"""The learning rate over a training run."""

from __future__ import annotations

import math

from fontgan.config.settings import Schedule


def scheduled(schedule: Schedule, progress: float) -> float:
    """The share of the full learning rate at `progress`, the share of the run that is done, in [0, 1]."""
    if schedule == "cosine":
        return (1 + math.cos(math.pi * progress)) / 2
    return min(1.0, 2 - 2 * progress) if schedule == "linear" else 1.0


def warmed_up(number: int, steps: int) -> float:
    """The share of the learning rate in the step of that number, from 1, that a warm-up leaves.

    It counts steps rather than a share of the run: a short run needs just as many.
    """
    return min(1.0, number / (steps + 1))

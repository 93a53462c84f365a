"""A clock that a test moves, so that no test depends on how fast the machine is."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from fontgan.models.base import Learnt
from fontgan.models.pix2pix import Pix2Pix
from fontgan.training import recorder
from fontgan.training import run as training
from fontgan.training.held_out import draw_samples
from fontgan.training.loop import Clock


class Time:
    """Seconds that pass when a test adds to them."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def time_by_steps(patched: pytest.MonkeyPatch, step: float, sheet: float = 0.0) -> None:
    """Let a step of pix2pix take that many seconds of a run's clock, and a sample sheet that many."""
    now, usual_step, usual_sheet = Time(), Pix2Pix.step, draw_samples

    def slow_step(*arguments: Any) -> Learnt:
        now.seconds += step
        return usual_step(*arguments)

    def slow_sheet(*arguments: Any) -> None:
        now.seconds += sheet
        usual_sheet(*arguments)

    patched.setattr(Pix2Pix, "step", slow_step)
    patched.setattr(recorder, "draw_samples", slow_sheet)
    patched.setattr(training, "Clock", partial(Clock, now=now))

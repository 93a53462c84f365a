"""The loop: when it ends, and what its clock counts."""

from __future__ import annotations

import time

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fontgan.training.loop import Budget, Clock

CPU = torch.device("cpu")


@given(st.integers(1, 1000), st.integers(0, 1000), st.floats(0.1, 1e6))
def test_a_budget_of_steps_counts_steps_and_one_of_seconds_seconds(
    all_: int, done: int, seconds: float
) -> None:
    assert Budget(all_, 1.0).progress(done, seconds) == done / all_
    assert Budget(None, seconds).progress(done, seconds / 2) == pytest.approx(0.5)


def test_the_clock_counts_on_and_stands_still_while_it_is_paused() -> None:
    clock = Clock(CPU, before=10.0)
    assert clock.start() == 10.0
    time.sleep(0.02)
    assert 10.02 <= clock.seconds < 10.5
    with clock.paused():
        stopped = clock.seconds
        time.sleep(0.02)
        assert clock.seconds == stopped
    assert stopped <= clock.seconds < stopped + 0.015
    assert clock.stop() > stopped

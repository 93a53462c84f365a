"""The loop: when it ends, what it needs of a learner, and what its clock counts."""

from __future__ import annotations

import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fontgan.compute.engine import Engine
from fontgan.models.base import Learnt
from fontgan.training.loop import Budget, Clock, Step, train
from tests.training.timing import Time

CPU = torch.device("cpu")


class Counting:
    """The least that can be trained: it notes what it is given, and takes a second for each step."""

    def __init__(self, now: Time) -> None:
        self.engine = Engine(CPU, torch.float32)
        self.now = now
        self.seen: list[tuple[str, int, float, float]] = []

    def step(self, batch: str, number: int, progress: float) -> Learnt:
        self.seen.append((batch, number, progress, float(torch.rand(()))))
        self.now.seconds += 1
        return Learnt({}, {})


@given(st.integers(1, 1000), st.integers(0, 1000), st.floats(0.1, 1e6))
def test_a_budget_of_steps_counts_steps_and_one_of_seconds_seconds(
    all_: int, done: int, seconds: float
) -> None:
    assert Budget(all_, 1.0).progress(done, seconds) == done / all_
    assert Budget(None, seconds).progress(done, seconds / 2) == pytest.approx(0.5)


def test_the_clock_counts_on_and_stands_still_while_it_is_paused() -> None:
    now = Time()
    clock = Clock(CPU, before=10.0, now=now)
    now.seconds += 5
    assert clock.start() == 10.0
    now.seconds += 2
    assert clock.seconds == 12
    with clock.paused():
        now.seconds += 30
        assert clock.seconds == 12
    assert clock.seconds == 12
    now.seconds += 1
    assert clock.stop() == 13


def test_a_pause_at_the_time_zero_is_a_pause() -> None:
    now = Time()
    now.seconds = 0.0
    clock = Clock(CPU, now=now)
    with clock.paused():
        now.seconds += 5
        assert clock.seconds == 0


def test_anything_with_an_engine_and_a_step_is_trained() -> None:
    now = Time()
    learner = Counting(now)
    batches = itertools.cycle(["four", "six by"])
    steps = list(train(learner, batches, Budget(4, 0), Clock(CPU, now=now), seed=1))
    assert [step.number for step in steps] == [1, 2, 3, 4]
    assert [step.images for step in steps] == [4, 10, 14, 20]
    assert [seen[:3] for seen in learner.seen] == [
        ("four", 1, 0.0),
        ("six by", 2, 0.25),
        ("four", 3, 0.5),
        ("six by", 4, 0.75),
    ]


def test_a_budget_of_seconds_is_spent_by_the_clock() -> None:
    now = Time()
    steps = train(Counting(now), itertools.repeat("x"), Budget(None, 3.0), Clock(CPU, now=now), seed=1)
    assert [step.progress for step in steps] == pytest.approx([0, 1 / 3, 2 / 3])


def test_a_run_that_continues_draws_the_random_numbers_of_one_that_was_not_interrupted() -> None:
    whole, rest = Counting(Time()), Counting(Time())
    begun = Step(2, 2, 0.5, Learnt({}, {}))
    list(train(whole, itertools.repeat("x"), Budget(4, 0), Clock(CPU, now=whole.now), seed=1))
    list(train(rest, itertools.repeat("x"), Budget(4, 0), Clock(CPU, now=rest.now), 1, begun))
    assert rest.seen == whole.seen[2:]
    assert len({drawn for *_, drawn in whole.seen}) == 4


def test_it_stops_before_the_next_step_when_asked_to() -> None:
    now = Time()
    learner = Counting(now)
    budget, clock = Budget(10, 0), Clock(CPU, now=now)
    steps = train(learner, itertools.repeat("x"), budget, clock, 1, stop=lambda: len(learner.seen) == 3)
    assert len(list(steps)) == 3

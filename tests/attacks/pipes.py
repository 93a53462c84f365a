"""Standard streams: full, closed, and readers that leave."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tests.attacks.attack import attack
from tests.attacks.process import Outcome
from tests.attacks.trial import Fell, Trial

Words = Callable[[Trial], tuple[str | Path, ...]]

COMMANDS: dict[str, Words] = {
    "inspect": lambda trial: ("inspect", trial.kit.content, "--sheet", "sheet.png"),
    "inspect as JSON": lambda trial: ("inspect", trial.kit.content, "--sheet", "sheet.png", "--json"),
    "inspect a dataset": lambda trial: ("inspect", trial.kit.store, "--sheet", "sheet.png"),
    "inspect a run": lambda trial: ("inspect", trial.kit.run),
    "models": lambda _: ("models",),
    "models as JSON": lambda _: ("models", "--json"),
    "plot": lambda trial: ("plot", trial.kit.run, "--output", "curves.png"),
    "render": lambda trial: ("render-dataset", *trial.kit.rendering("glyphs.lmdb")),
    "generate": lambda trial: ("generate", *trial.kit.drawing("drawn")),
    "train": lambda trial: ("train", *trial.kit.training("run", 3)),
    "dry run": lambda trial: ("train", *trial.kit.training("run", 3), "--dry-run"),
    "help": lambda _: ("train", "--help"),
}


@attack(tested=True, variants=COMMANDS)
def full_output(trial: Trial, words: Words) -> None:
    with Path("/dev/full").open("wb") as full:
        outcome = trial.start(*words(trial), stdout=full).wait()
    assert outcome is not None
    _judge(trial, outcome, words)
    if outcome.status not in (1, 130):
        raise Fell(f"status {outcome.status}")


@attack(by_chance=True, variants=COMMANDS)
def a_reader_that_leaves(trial: Trial, words: Words) -> None:
    ours, theirs = os.pipe()
    command = trial.start(*words(trial), stdout=theirs)
    os.close(theirs)
    os.read(ours, trial.chance.choice((1, 10, 100)))
    os.close(ours)
    outcome = command.wait()
    assert outcome is not None
    _judge(trial, outcome, words)


@attack(variants=COMMANDS)
def closed_streams(trial: Trial, words: Words) -> None:
    def close() -> None:
        for number in range(3):
            os.close(number)

    outcome = trial.start(*words(trial), prepare=close).wait()
    assert outcome is not None
    _judge(trial, outcome, words)


@attack(variants={"inspect": ("inspect", "x"), "chars": ("generate", "--chars", "-")})
def a_question_that_nobody_answers(trial: Trial, words: tuple[str, ...]) -> None:
    """Nothing waits for standard input."""
    ours, theirs = os.pipe()
    try:
        trial.bounded(*words, stdin=ours)
    finally:
        os.close(ours)
        os.close(theirs)


def _judge(trial: Trial, outcome: Outcome, words: Words) -> None:
    """A reader that left is no fault, and a signal of it no crash."""
    if outcome.status == -13:
        return
    trial.judged(outcome, *words(trial))
    if "Exception ignored" in outcome.errors:
        raise Fell(f"Python's own words: {outcome.errors.splitlines()[-1]}")
    trial.check_no_leftovers()

"""Several at once: two writers of one place, and readers beside a writer."""

from __future__ import annotations

import time

from tests.attacks.attack import attack
from tests.attacks.finishing import JOBS, Job
from tests.attacks.process import Outcome, Watched
from tests.attacks.trial import Fell, Trial


@attack(by_chance=True, tested=True, variants=JOBS)
def two_writers(trial: Trial, job: Job) -> None:
    """One may be refused, the result is that of one alone."""
    commands: list[Watched] = []
    for _ in range(2):
        commands.append(trial.start(*job.command(trial)))
        time.sleep(trial.chance.uniform(0, 0.3))
    outcomes: list[Outcome] = []
    for command in commands:
        outcome = command.wait()
        assert outcome is not None
        outcomes.append(trial.judged(outcome, *job.command(trial)))
    if all(outcome.status for outcome in outcomes):
        raise Fell(f"neither came to its end: {outcomes[0].errors[-300:]} {outcomes[1].errors[-300:]}")
    if any(outcome.status not in (0, 1) for outcome in outcomes):
        raise Fell(f"status {[outcome.status for outcome in outcomes]}")
    job.finish(trial)
    trial.check_no_leftovers()


READERS: dict[str, tuple[str, ...]] = {
    "generate": (
        "generate",
        "--checkpoint",
        "run",
        "--chars",
        "一丁",
        "--output",
        "drawn",
        "--device",
        "cpu",
    ),
    "inspect": ("inspect", "run"),
    "plot": ("plot", "run", "--output", "curves.png"),
}


@attack(by_chance=True, variants=READERS)
def readers(trial: Trial, reader: tuple[str, ...]) -> None:
    """Three reads of a run that keeps checkpoints all the time."""
    run = trial.folder / "run"
    writer = trial.start("train", *trial.kit.training(run, 1_000_000), "--save-minutes", "0.0001")
    try:
        while not list(run.glob("checkpoints/step-*/generator.safetensors")):
            ended = writer.ended()
            if ended is not None:
                raise Fell(f"the run ended with {ended.status}: {ended.errors[-300:]}")
            time.sleep(0.05)
        for _ in range(3):
            trial.succeeds(*reader)
    finally:
        writer.stop()


@attack(by_chance=True)
def a_reader_of_a_dataset_that_is_replaced(trial: Trial) -> None:
    """`inspect` of a dataset while another process renders it again."""
    trial.copy(trial.kit.store)
    writer = trial.start(*JOBS["render"].command(trial))
    trial.succeeds("inspect", "glyphs.lmdb", "--verify", "--sheet", "sheet.png")
    writer.wait()
    JOBS["render"].finish(trial)

"""Kills and signals at random moments: the command again, or `--resume`, comes to the same bytes."""

from __future__ import annotations

import signal

from tests.attacks.attack import attack
from tests.attacks.finishing import JOBS, Job
from tests.attacks.trial import Fell, Trial

SIGNALS = {
    "SIGKILL": signal.SIGKILL,
    "SIGTERM": signal.SIGTERM,
    "SIGINT": signal.SIGINT,
    "SIGHUP": signal.SIGHUP,
}
_durations: dict[Job, float] = {}


def _duration(trial: Trial, job: Job) -> float:
    """Seconds by the clock that the job takes, measured once; several processes each measure it."""
    if job not in _durations:
        scratch = Trial(trial.folder / "measured", trial.kit, "0")
        command = scratch.start(*job.command(scratch))
        outcome = command.wait()
        assert outcome is not None
        assert outcome.status == 0, outcome.errors
        _durations[job] = command.seconds
    return _durations[job]


@attack(
    by_chance=True,
    tested=True,
    variants={f"{name} {job}": (JOBS[job], number) for name, number in SIGNALS.items() for job in JOBS},
)
def at_any_moment(trial: Trial, both: tuple[Job, int]) -> None:
    job, number = both
    moment = trial.chance.uniform(0, _duration(trial, job))
    place = Trial(trial.folder / "place", trial.kit, "0")
    command = place.start(*job.command(place))
    outcome = command.wait(moment)
    if outcome is None:
        command.send(number)
        outcome = command.wait()
        assert outcome is not None
        if "Traceback" in outcome.errors:
            raise Fell(f"a traceback after {moment:.2f} s: {outcome.errors.splitlines()[-1]}")
        if outcome.stopped:
            raise Fell(outcome.stopped)
    job.finish(place)


@attack(by_chance=True, variants=JOBS)
def again_and_again(trial: Trial, job: Job) -> None:
    """Three kills one after another, each of what continues."""
    duration = _duration(trial, job)
    place = Trial(trial.folder / "place", trial.kit, "0")
    for attempt in range(3):
        again = ("--resume",) if attempt and job is JOBS["train"] and (place.folder / "run").exists() else ()
        command = place.start(*job.command(place), *again)
        if command.wait(trial.chance.uniform(0, duration)) is None:
            command.send(signal.SIGKILL)
            command.wait()
    job.finish(place)

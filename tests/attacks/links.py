"""Links in the places that commands write to: what they point at is never written through them."""

from __future__ import annotations

from collections.abc import Callable

from tests.attacks.attack import attack
from tests.attacks.finishing import JOBS, Job
from tests.attacks.trial import Fell, Trial

PRECIOUS = b"what somebody wrote in years\n" * 100

PLACES: dict[str, tuple[str, str]] = {
    "dataset": ("render", "glyphs.lmdb"),
    "unfinished dataset": ("render", ".glyphs.lmdb.partial"),
    "lock of a dataset": ("render", ".glyphs.lmdb.lock"),
    "settings": ("train", "run/config.toml"),
    "lock of a run": ("train", "run/.lock"),
    "sheet": ("generate", "drawn/sheet.png"),
    "picture": ("generate", "drawn/glyphs/U+4E00.png"),
}


@attack(tested=True, variants={name: (JOBS[job], place) for name, (job, place) in PLACES.items()})
def to_something_precious(trial: Trial, both: tuple[Job, str]) -> None:
    job, place = both
    precious = trial.file("elsewhere/precious", PRECIOUS)
    link = trial.folder / place
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(precious)
    trial.bounded(*job.command(trial))
    if not precious.exists() or precious.read_bytes() != PRECIOUS:
        raise Fell(f"was written through {place}")


@attack(variants={name: (JOBS[job], place) for name, (job, place) in PLACES.items()})
def to_nothing(trial: Trial, both: tuple[Job, str]) -> None:
    job, place = both
    link = trial.folder / place
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(trial.folder / "not" / "there")
    trial.bounded(*job.command(trial))


OTHERS: dict[str, Callable[[Trial], tuple[str, ...]]] = {
    "curves": lambda trial: ("plot", str(trial.kit.run), "--output", "here.png"),
    "contact sheet": lambda trial: ("inspect", str(trial.kit.content), "--sheet", "here.png"),
    "network": lambda trial: ("inspect", str(trial.kit.run), "--network", "--sheet", "here.svg"),
}


@attack(variants=OTHERS)
def to_something_precious_at(trial: Trial, command: Callable[[Trial], tuple[str, ...]]) -> None:
    precious = trial.file("precious", PRECIOUS)
    words = command(trial)
    (trial.folder / words[-1]).symlink_to(precious)
    trial.bounded(*words)
    if precious.read_bytes() != PRECIOUS:
        raise Fell(f"was written through {words[-1]}")

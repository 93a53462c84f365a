"""A full disk: a small file system where one may be mounted, else a limit on the size of files."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.attacks.attack import attack
from tests.attacks.finishing import JOBS, Job
from tests.attacks.trial import Trial


def _small_files(size: int) -> Callable[[], None]:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # as Python does by itself: writing then fails
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@attack(by_chance=True, tested=True, variants=JOBS)
def files_of_limited_size(trial: Trial, job: Job) -> None:
    size = trial.chance.randrange(job.size(trial.kit))
    outcome = trial.bounded(*job.command(trial), prepare=_small_files(size))
    if outcome.status:
        trial.check_no_leftovers()
    job.finish(trial)


@contextmanager
def _small_disk(folder: Path, size: int) -> Iterator[bool]:
    """A file system of that many bytes at a folder; yields whether it could be mounted."""
    folder.mkdir(exist_ok=True)
    options = ["-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    can = (
        os.geteuid() == 0
        and subprocess.run(["mount", *options], capture_output=True, check=False).returncode == 0
    )
    try:
        yield can
    finally:
        if can:
            subprocess.run(["umount", str(folder)], check=True)


@attack(by_chance=True, variants=JOBS)
def full(trial: Trial, job: Job) -> None:
    inner = Trial(trial.folder / "disk", trial.kit, str(trial.chance.random()))
    size = 4096 * trial.chance.randint(4, 8 + job.size(trial.kit) // 4096)
    with _small_disk(inner.folder, size) as mounted:
        if not mounted:
            files_of_limited_size(trial, job)
            return
        outcome = inner.bounded(*job.command(inner))
        if outcome.status:
            inner.check_no_leftovers()
        options = ["mount", "-o", f"remount,size={64 << 20}", str(inner.folder)]
        subprocess.run(options, check=True)
        job.finish(inner)
        trial.seconds, trial.peak = inner.seconds, inner.peak

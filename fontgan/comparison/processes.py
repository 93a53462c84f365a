"""The cells of a comparison, made by several processes at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from fontgan.comparison.asked import Job
from fontgan.comparison.cell import Request
from fontgan.formats import to_json
from fontgan.judging.comparison import Cell, JudgedStyle
from fontgan.untrusted import converted, shown

_LOOK = 0.1  # seconds between two looks at the processes
_MODULE = "fontgan.comparison.cell"


@dataclass(frozen=True)
class Begun:
    """A cell that is being made now."""

    job: Job


@dataclass
class _Process:
    """One cell in the making."""

    job: Job
    child: subprocess.Popen[bytes]
    answer: IO[bytes]
    words: IO[bytes]

    def begin(self, styles: tuple[JudgedStyle, ...]) -> None:
        """Tell it what to make."""
        request = to_json(Request(self.job, styles))
        assert self.child.stdin is not None
        with suppress(BrokenPipeError):  # it has ended already, and `cell` says why
            self.child.stdin.write(json.dumps(request, default=str).encode() + b"\n")
            self.child.stdin.flush()

    def stop(self) -> None:
        """Let it end after its current step."""
        assert self.child.stdin is not None
        with suppress(BrokenPipeError):
            self.child.stdin.close()

    def wait(self) -> None:
        """Wait until it has ended."""
        self.child.wait()
        self.answer.close()
        self.words.close()

    def cell(self) -> Cell | None:
        """What came of it, once it has ended; None where it was interrupted."""
        self.stop()
        found = self._found()
        self.wait()
        return found

    def _found(self) -> Cell | None:
        self.answer.seek(0)
        lines = self.answer.read().splitlines()
        try:
            found = json.loads(lines[-1])
        except (IndexError, ValueError):
            return failed(self.job, self._why())
        if "failed" in found:
            return failed(self.job, found["failed"])
        return converted(Cell, found["cell"], f"the cell {self.job.name}") if found["cell"] else None

    def _why(self) -> str:
        """Why there is no answer."""
        status = self.child.returncode
        if status < 0:
            return f"its process was ended by signal {-status}" + ": memory may have run out" * (status == -9)
        self.words.seek(0)
        said = self.words.read().decode(errors="replace").strip().splitlines()
        return shown(said[-1] if said else f"its process ended with status {status}")


@dataclass
class Makers:
    """Makes cells, `at_once` at a time, first stages before those that need them.

    Args:
        jobs: the cells to make.
        styles: what they are judged by.
        at_once: how many processes work at a time.
        threads: of each of them.
        ready: the names of cells that were made before.
    """

    jobs: Sequence[Job]
    styles: tuple[JudgedStyle, ...]
    at_once: int
    threads: int
    ready: set[str] = field(default_factory=set)

    def make(self) -> Generator[Begun | Cell]:
        """Each job when it begins, and each cell when it is ready or has failed.

        When the iteration ends early, as by Ctrl-C, every process keeps a checkpoint to continue from.
        """
        waiting, running = list(self.jobs), list[_Process]()
        lost: set[str] = set()
        try:
            while waiting or running:
                for job in [job for job in waiting if job.after in lost]:
                    waiting.remove(job)
                    lost.add(job.name)
                    yield failed(job, f"its first stage {job.after} failed")
                for job in self._next(waiting, len(running)):
                    waiting.remove(job)
                    running.append(self._started(job))
                    running[-1].begin(self.styles)
                    yield Begun(job)
                for process in [one for one in running if one.child.poll() is not None]:
                    running.remove(process)
                    cell = process.cell() or failed(process.job, "it was interrupted")
                    (lost if cell.failed else self.ready).add(cell.name)
                    yield cell
                time.sleep(_LOOK if running else 0)
        finally:
            for process in running:
                process.stop()
            for process in running:
                process.wait()

    def _next(self, waiting: Sequence[Job], running: int) -> list[Job]:
        """The jobs that can begin now."""
        able = [job for job in waiting if not job.after or job.after in self.ready]
        return able[: max(0, self.at_once - running)]

    def _started(self, job: Job) -> _Process:
        # Its own package, not one that lies in the current folder.
        places = [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places))}
        if self.threads:
            environment["OMP_NUM_THREADS"] = str(self.threads)
        answer, words = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 (removed once read)
        # In a session of its own, so that neither Ctrl-C nor a closed terminal reaches it, but the end of its
        # standard input alone: however this process ends, nothing else holds the other end of that pipe.
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", _MODULE],
            stdin=subprocess.PIPE,
            stdout=answer,
            stderr=words,
            env=environment,
            start_new_session=True,
        )
        return _Process(job, child, answer, words)


def failed(job: Job, why: str) -> Cell:
    """A cell that could not be made."""
    return Cell(
        name=job.name,
        title=job.title,
        run=str(job.run),
        model=job.model,
        preset=job.preset,
        settings=job.swept,
        seed=job.seed,
        failed=why,
    )

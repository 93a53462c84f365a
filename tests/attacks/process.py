"""A command in a process of its own, under watch: its time, its memory, what it printed.

Time is that of the processor, so that a busy machine makes nobody slow. The clock only ends what waits for
something that never comes, or never ends. Memory is what is resident: torch reserves far more address space
than it ever touches.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

WAITED = 60.0  # seconds by the clock, after which a command never ends
IDLE = 10.0  # seconds by the clock without any work, after which it waits for ever
ADDRESSES = 12 << 30  # bytes of address space: whatever happens, the machine survives
_PAGE = resource.getpagesize()
_POLLED = 0.02  # seconds


@dataclass(frozen=True)
class Outcome:
    """What became of a command.

    Attributes:
        status: of its exit; minus the number of the signal that ended it.
        output, errors: what it wrote to standard output and standard error.
        seconds: of processor time.
        peak: bytes of memory, at most.
        stopped: why the watch ended it; empty where it ended by itself.
    """

    status: int
    output: str
    errors: str
    seconds: float
    peak: int
    stopped: str = ""


class Watched:
    """A command that is running.

    Args:
        command: program and arguments, as text or as the bytes that another encoding has.
        folder: where it runs.
        environment: all of its variables.
        memory: bytes; a process that holds more is ended.
        stdin, stdout: in place of nothing, and of a file that is read at the end.
        prepare: called in the new process before the program starts.
    """

    def __init__(
        self,
        command: Sequence[str | bytes],
        folder: Path,
        environment: Mapping[str, str],
        memory: int = ADDRESSES,
        stdin: IO[bytes] | int = subprocess.DEVNULL,
        stdout: IO[bytes] | int | None = None,
        prepare: Callable[[], None] | None = None,
    ) -> None:
        self._memory = memory
        self._output, self._errors = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 (`_text` closes them)
        self._began = self._worked = time.monotonic()
        self._work = 0

        def begin() -> None:
            resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            if prepare:
                prepare()

        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=stdin,
            stdout=self._output if stdout is None else stdout,
            stderr=self._errors,
            start_new_session=True,
            preexec_fn=begin,  # noqa: PLW1509  (it only sets limits)
        )

    @property
    def seconds(self) -> float:
        """How long it has been running, by the clock."""
        return time.monotonic() - self._began

    def send(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self._process.pid, number)

    def stop(self) -> None:
        """End it and all that it started, where it still runs."""
        if self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            os.wait4(self._process.pid, 0)
            self._process.returncode = -signal.SIGKILL

    def ended(self) -> Outcome | None:
        """What became of it, or None while it runs."""
        stopped = ""
        identity, status, usage = os.wait4(self._process.pid, os.WNOHANG)
        if not identity:
            if self._resident() > self._memory:
                stopped = f"over {self._memory / 1e9:.1f} GB of memory"
            elif self._idle() > IDLE:
                stopped = "waits for ever"
            elif self.seconds > WAITED:
                stopped = f"did not end in {WAITED:.0f} s"
            if not stopped:
                return None
            os.killpg(self._process.pid, signal.SIGKILL)
            _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)  # it is not waited for again
        seconds, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024
        return Outcome(
            self._process.returncode, _text(self._output), _text(self._errors), seconds, peak, stopped
        )

    def wait(self, most: float = float("inf")) -> Outcome | None:
        """What became of it, or None where it still runs after `most` seconds by the clock."""
        until = time.monotonic() + most
        try:
            while (outcome := self.ended()) is None and time.monotonic() < until:
                time.sleep(min(_POLLED, max(0.0, until - time.monotonic())))
        except KeyboardInterrupt:
            self.stop()
            raise
        return outcome

    def _idle(self) -> float:
        """Seconds since it last did any work, as far as the calls of this method show."""
        try:
            fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0
        work = sum(map(int, fields[11:15]))  # its own time and that of children, in user and system mode
        if work != self._work:
            self._work, self._worked = work, time.monotonic()
        return time.monotonic() - self._worked

    def _resident(self) -> int:
        try:
            return int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]) * _PAGE
        except (OSError, IndexError):  # it has just ended, or the system is another
            return 0


def _text(file: IO[bytes]) -> str:
    """What was written, at most 4 MB of it; bytes that are not UTF-8 stay recognisable."""
    with file:
        file.seek(0)
        return file.read(4 << 20).decode("utf-8", "backslashreplace")

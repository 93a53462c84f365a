"""Whether a dataset is intact, found out in a process of its own.

LMDB trusts its pages. Damaged ones can crash the process that reads them, or keep it busy for ever; so
another process, `python -m fontgan.data.verification FILE`, reads every value first, and its end shows
whether the file may be opened. It writes one JSON object per line: the work to do, how much of it is done,
then the problems.
"""

from __future__ import annotations

import contextlib
import errno
import faulthandler
import json
import os
import subprocess
import sys
from pathlib import Path

import lmdb

from fontgan.data.store import GlyphStore
from fontgan.errors import FontganError
from fontgan.files import synchronise
from fontgan.progress import Silent, Watcher

_MOST_MEMORY = 1 << 30  # bytes
_SILENCE = 10  # seconds between two reports, after which it counts as stuck
_COPIED = 10 << 20  # bytes per second, on a slow disk
_STEP = 256  # glyphs between two reports
_FULL = [os.strerror(code) for code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)]


class RefusedError(FontganError):
    """What the other process did not even open."""


def problems_of(path: Path, watcher: Watcher | None = None) -> list[str]:
    """All that is wrong with a complete dataset, one line each; the file is not opened in this process.

    Args:
        path: the LMDB file.
        watcher: sees each glyph.

    Raises:
        FontganError: it is not a dataset, or the process cannot be started.
    """
    return _ask_another_process([str(path)], path, watcher or Silent())


def copied_if_sound(path: Path, copy: Path) -> bool:
    """Copy a dataset, complete or not, without its free pages, and verify the copy.

    Returns whether it is sound; otherwise there is no copy. The file is not opened in this process.

    Raises:
        FontganError: the process cannot be started.
        OSError: the copy cannot be written.
    """
    copy.unlink(missing_ok=True)
    sound = False
    try:
        with contextlib.suppress(RefusedError):
            sound = not _ask_another_process([str(path), str(copy)], path, Silent())
        if sound:
            synchronise(copy)
    finally:
        if not sound:
            copy.unlink(missing_ok=True)
    return sound


def _ask_another_process(arguments: list[str], path: Path, watcher: Watcher) -> list[str]:
    """What another process finds wrong with a file, one line each."""
    # Its own package, not one that lies in the current folder; and no threads, whose stacks take memory.
    places = [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places))}
    environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-P", "-m", "fontgan.data.verification", *arguments]
    begun = False
    try:
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            encoding="utf-8",
        ) as child:
            try:
                for line in child.stdout or ():
                    begun = True
                    report = json.loads(line)
                    if "problems" in report:
                        return list(report["problems"])
                    if "refused" in report:
                        raise RefusedError(*report["refused"])
                    if "full" in report:
                        raise OSError(0, report["full"])
                    if "total" in report:
                        watcher.start("verifying", report["total"])
                    watcher.advance(report.get("done", 0))
            finally:
                child.kill()
    except ValueError:  # half a line
        pass
    if not begun:
        raise FontganError(f"{path} cannot be verified: another process of Python cannot be started")
    return [f"the dataset {path} is damaged: its pages cannot be read"]


class _Reporting:
    """A watcher that prints, and ends the process when nothing happens any more."""

    def __init__(self) -> None:
        self._waiting = 0
        self.expect(_SILENCE)
        _print(begun=True)

    def expect(self, seconds: float) -> None:
        """Something will happen within that time, or the process ends."""
        faulthandler.dump_traceback_later(seconds, exit=True)

    def whole(self, total: int) -> None:
        """Not reported."""

    def start(self, title: str, total: int) -> None:  # noqa: ARG002 (as Watcher has it)
        """Report how much there is to do."""
        _print(total=total)

    def advance(self, steps: int = 1) -> None:
        """Report it now and then."""
        self._waiting += steps
        if self._waiting >= _STEP:
            self.expect(_SILENCE)
            _print(done=self._waiting)
            self._waiting = 0


def _print(**report: object) -> None:
    sys.stdout.write(json.dumps(report) + "\n")
    sys.stdout.flush()


def _main(path: Path, copy: Path | None = None) -> None:
    with contextlib.suppress(ImportError):  # only Unix limits a process
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with contextlib.suppress(ValueError):  # it is limited to less already
            resource.setrlimit(resource.RLIMIT_DATA, (_MOST_MEMORY, _MOST_MEMORY))
    watcher = _Reporting()
    try:
        if copy:
            watcher.expect(_SILENCE + path.stat().st_size / _COPIED)
            _copy(path, copy)
            watcher.expect(_SILENCE)
        with GlyphStore(copy or path, unfinished=copy is not None) as store:
            problems = store.verify(watcher)
    except FontganError as error:
        _print(refused=[error.problem, error.spell("{{{}}}".format)])
        return
    except (lmdb.Error, MemoryError) as error:
        if full := next((words for words in _FULL if words in str(error)), None):
            _print(full=full)
            return
        problems = [str(error) or "it asks for too much memory"]
    _print(problems=problems)


def _copy(path: Path, copy: Path) -> None:
    """Copy what is in use of an LMDB file; free pages, which might be damaged, stay behind."""
    environment = lmdb.open(str(path), subdir=False, readonly=True, lock=False, readahead=False)
    with contextlib.closing(environment):
        environment.copy(str(copy), compact=True)


if __name__ == "__main__":
    _main(*map(Path, sys.argv[1:]))

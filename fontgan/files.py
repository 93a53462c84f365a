"""Files that are whole or not there: written beside their place, then moved into it.

What is not finished is called `.NAME.PID.partial`. A process that is killed leaves it behind; the next one
that writes into the same folder removes it.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fontgan.errors import FontganError

_UNFINISHED = re.compile(r"\..+\.(\d+)\.partial", re.DOTALL)
_swept: set[tuple[int, int, int]] = set()  # process, and device and inode of the folder
_sweeping = threading.Lock()


@contextmanager
def replacing(path: Path, durable: bool = False) -> Iterator[Path]:
    """A path to write to, beside `path`; moved into its place when the block ends well.

    Where the block fails, what was at `path` before is still there, and nothing is left beside it.

    Args:
        path: the file.
        durable: whether the file must survive a power cut that comes right after; that takes a few
            milliseconds.

    Raises:
        FontganError: the file or its folder cannot be written.
    """
    beside = _beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path.parent)
        yield beside
        if durable:
            synchronise(beside)
        beside.replace(path)
        if durable:
            synchronise(path.parent)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """A new folder to write files into, beside `path`; moved into its place when the block ends well.

    Where the block fails, what was at `path` before is still there. Killed at any moment, there is the old
    folder, none, or the new one, but never half of one. A power cut loses nothing of one that is in place.

    Raises:
        FontganError: it cannot be written.
    """
    beside = _beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path.parent)
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir()
        yield beside
        for file in beside.iterdir():
            synchronise(file)
        synchronise(beside)
        old = _hidden(path)
        beside.replace(path)
        synchronise(path.parent)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def remove_folder(path: Path) -> None:
    """Remove a folder if it is there, at once for all who look: none of them sees half of it."""
    shutil.rmtree(_hidden(path), ignore_errors=True)


def _hidden(path: Path) -> Path:
    """Where a folder is now that is out of sight and will be removed."""
    hidden = _beside(path.with_name(f"{path.name}.removed"))
    with suppress(FileNotFoundError):
        path.replace(hidden)
    return hidden


def sweep(folder: Path) -> None:
    """Remove what killed processes left unfinished in a folder; each process looks once.

    Raises:
        OSError: there is no such folder.
    """
    if os.name != "posix":  # elsewhere no process can be asked for without a risk to it
        return
    with _sweeping:
        status = folder.stat()
        looked = os.getpid(), status.st_dev, status.st_ino
        if looked in _swept:
            return
        _swept.add(looked)
        for path in _unfinished(folder):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):
                    path.unlink()


def synchronise(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk itself."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except PermissionError:  # Windows opens no folders
        if path.is_dir():
            return
        raise
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unwritable(path: Path, error: OSError) -> FontganError:
    """The error for a file or a folder that cannot be written."""
    return FontganError(
        f"{path} cannot be written ({error.strerror or error})",
        "check the path, the permissions and the space on the disk",
    )


def write_text(path: Path, text: str, durable: bool = False) -> None:
    """Write `text` to `path` in UTF-8, whole or not at all; `durable` as for `replacing`."""
    with replacing(path, durable) as beside:
        beside.write_text(text, encoding="utf-8")


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.partial")


def _unfinished(folder: Path) -> Iterator[Path]:
    """What processes that no longer live have left in a folder.

    Those of this process count: it has not begun anything there, so they are of an earlier one that had its
    number, as all processes of a container do.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            found = _UNFINISHED.fullmatch(entry.name)
            if found and (int(found[1]) == os.getpid() or not _lives(int(found[1]))):
                yield Path(entry.path)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # it is another user's, or no number of a process
        return True
    return True

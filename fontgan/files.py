"""Files that are whole or not there: written beside their place, then moved into it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fontgan.errors import FontganError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to, beside `path`; moved into its place when the block ends well.

    Where the block fails, what was at `path` before is still there, and nothing is left beside it.

    Raises:
        FontganError: the file or its folder cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield beside
        beside.replace(path)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """A new folder to write into, beside `path`; moved into its place when the block ends well.

    Where the block fails, what was at `path` before is still there. Killed at any moment, there is the old
    folder, none, or the new one, but never half of one; what was begun is removed at the next attempt.

    Raises:
        FontganError: it cannot be written.
    """
    beside = path.with_name(f".{path.name}.partial")
    try:
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        yield beside
        shutil.rmtree(path, ignore_errors=True)
        beside.replace(path)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def unwritable(path: Path, error: OSError) -> FontganError:
    """The error for a file or a folder that cannot be written."""
    return FontganError(
        f"{path} cannot be written ({error.strerror or error}): "
        "check the path, the permissions and the space on the disk"
    )


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` in UTF-8, whole or not at all."""
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8")

"""One read-only LMDB environment per file and process, shared by all who read it.

LMDB refuses to open a file twice in one process; two stores of a notebook, or a store and a training run,
then read through the same environment, which is closed with the last of them.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

import lmdb

from fontgan.errors import FontganError

_Identity = tuple[int, int]  # device and inode: a file that was replaced is another one


@dataclass
class _Shared:
    environment: lmdb.Environment
    readers: int = 0


_lock = threading.Lock()
_shared: dict[_Identity, _Shared] = {}


class Reader:
    """One reader's hold on the environment of a file.

    Attributes:
        environment: open until `close`.

    Raises:
        FileNotFoundError: there is no such file.
        FontganError: it cannot be read, or this process opened it without fontgan.
        lmdb.Error: it is not an LMDB file.
    """

    def __init__(self, path: Path) -> None:
        with _lock:
            self._identity = _identity_of(path)
            shared = _shared.get(self._identity)
            if shared is None:
                shared = _shared[self._identity] = _Shared(_open(path))
            shared.readers += 1
            self.environment = shared.environment
        self._closed = False

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        with _lock:
            if self._closed:
                return
            self._closed = True
            shared = _shared[self._identity]
            shared.readers -= 1
            if not shared.readers:
                shared.environment.close()
                del _shared[self._identity]


def _identity_of(path: Path) -> _Identity:
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
    except (FileNotFoundError, IsADirectoryError):
        if path.is_dir():
            raise lmdb.Error(f"{path} is a folder") from None
        raise
    except OSError as error:
        raise FontganError(f"{path} cannot be read: {error.strerror}", "check its permissions") from error
    return status.st_dev, status.st_ino


def _open(path: Path) -> lmdb.Environment:
    try:
        return lmdb.open(str(path), subdir=False, readonly=True, lock=False, readahead=False, meminit=False)
    except lmdb.Error as error:
        if "already open" in str(error):
            raise FontganError(
                f"{path} was opened in this process without fontgan", "close it there"
            ) from error
        raise

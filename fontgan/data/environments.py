"""One read-only LMDB environment per file and process, shared by all who read it.

LMDB refuses to open a file twice in one process; two stores of a notebook, or a store and a training run,
then read through the same environment, which is closed with the last of them.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import lmdb

from fontgan.errors import FontganError
from fontgan.untrusted import open_file, unreadable

_Identity = tuple[int, int]  # device and inode: a file that was replaced is another one


@dataclass
class _Shared:
    environment: lmdb.Environment
    file: BinaryIO  # the same file, to ask for its status wherever it is now
    state: tuple[int, int]  # its length and when it was changed, as it was opened
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
            self._shared = _shared_of(path)
            self._shared.readers += 1
            self.environment = self._shared.environment
        self._closed = False

    def unchanged(self) -> bool:
        """Whether the file is as it was when it was opened; one that took its place does not matter."""
        return _state_of(self._shared.file) == self._shared.state

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        with _lock:
            if self._closed:
                return
            self._closed = True
            self._shared.readers -= 1
            if not self._shared.readers:
                del _shared[_identity_of(self._shared.file)]
                self._shared.environment.close()
                self._shared.file.close()


def _shared_of(path: Path) -> _Shared:
    """What is open of a file, or is opened now."""
    while True:
        file = _opened(path)
        identity, state = _identity_of(file), _state_of(file)
        if identity in _shared:
            file.close()
            return _shared[identity]
        try:
            environment = _open(path)
            with _opened(path) as now:
                if _identity_of(now) == identity:
                    return _shared.setdefault(identity, _Shared(environment, file, state))
            environment.close()  # another file took its place meanwhile
        except BaseException:
            file.close()
            raise
        file.close()


def _opened(path: Path) -> BinaryIO:
    try:
        return open_file(path)
    except IsADirectoryError:
        raise lmdb.Error(f"{path} is a folder") from None
    except FileNotFoundError:
        raise
    except OSError as error:
        raise unreadable(path, error, "check its permissions") from error


def _identity_of(file: BinaryIO) -> _Identity:
    status = os.fstat(file.fileno())
    return status.st_dev, status.st_ino


def _state_of(file: BinaryIO) -> tuple[int, int]:
    status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns


def _open(path: Path) -> lmdb.Environment:
    try:
        return lmdb.open(str(path), subdir=False, readonly=True, lock=False, readahead=False, meminit=False)
    except lmdb.Error as error:
        if "already open" in str(error):
            raise FontganError(
                f"{path} was opened in this process without fontgan", "close it there"
            ) from error
        raise

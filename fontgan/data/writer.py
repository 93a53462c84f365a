"""A glyph store in the making: beside its place, and moved there when it is complete.

Each face is one transaction, with its record, which is there whole or not at all whatever happens to the
process; what is broken off goes on with the faces that are there.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import lmdb
from filelock import FileLock, Timeout

from fontgan.data.record import RECORD, FaceRecord, StoreRecord, UnusableStoreError, read_record
from fontgan.data.store import GlyphStore, codes_of, key_of, partial_path
from fontgan.errors import FontganError

_FIRST_MAP_SIZE = 64 << 20


class StoreWriter:
    """Puts faces into a store that is being made; see `new_store`.

    Attributes:
        record: of what the store has so far.
    """

    def __init__(self, environment: lmdb.Environment, record: StoreRecord) -> None:
        self._environment = environment
        self.record = record

    def put(self, face: FaceRecord, glyphs: Sequence[tuple[int, bytes]]) -> None:
        """Keep a face with its glyphs (code point, packed glyph image), whole or not at all."""
        items = [(key_of(face.key, code), value) for code, value in sorted(glyphs)]
        self._write(items, replace(self.record, faces=(*self.record.faces, face)))

    def codes(self, face: str) -> list[int]:
        """The code points that a face has, which an earlier process may have put."""
        return codes_of(self._environment, face)

    def finish(self, completed: str) -> None:
        """Write when the store was completed, which makes it a complete one."""
        self._write([], replace(self.record, completed=completed))
        self._environment.sync(True)

    def close(self) -> None:
        """Let go of the file."""
        self._environment.close()

    def _write(self, items: list[tuple[bytes, bytes]], record: StoreRecord) -> None:
        """Put the items and the new record, in one transaction."""
        told = (RECORD, json.dumps(asdict(record), ensure_ascii=False).encode())
        while True:
            try:
                with self._environment.begin(write=True) as transaction, transaction.cursor() as cursor:
                    cursor.putmulti([*items, told])
                self.record = record
                return
            except lmdb.MapFullError:
                self._environment.set_mapsize(2 * self._environment.info()["map_size"])


@contextlib.contextmanager
def new_store(path: Path, size: int, plan: str) -> Iterator[StoreWriter]:
    """A store to write; it takes the place of the one at `path` when the block ends well.

    Where the block is broken off, the faces that it has finished stay in a file beside `path`, and the
    next store of the same plan begins with them.

    Args:
        path: the LMDB file.
        size: of its glyph images, in pixels.
        plan: what is to be rendered, as a SHA-256.

    Raises:
        FontganError: what is at `path` is no glyph store, another process is writing there, or it cannot
            be written.
    """
    if path.exists():  # a store may be made anew, even a damaged one; other files are not ours to replace
        with contextlib.suppress(UnusableStoreError):
            GlyphStore(path).close()
    beside = partial_path(path)
    lock = beside.with_name(f".{path.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.touch()  # where nothing can be written, the lock would seem to be held by another process
        with FileLock(lock, timeout=0):
            try:
                with contextlib.closing(_begin(beside, size, plan)) as writer:
                    try:
                        yield writer
                    finally:
                        if not (writer.record.faces or writer.record.completed):
                            beside.unlink()  # nothing to go on with
                beside.replace(path)
            finally:
                lock.unlink(missing_ok=True)
    except Timeout as error:
        raise FontganError(
            f"another process is writing {path}: wait until it has ended, or name another --output"
        ) from error
    except lmdb.Error as error:
        raise _cannot_write(path, str(error)) from error
    except OSError as error:
        raise _cannot_write(path, error.strerror or str(error)) from error


def _begin(path: Path, size: int, plan: str) -> StoreWriter:
    """Go on with the unfinished store at `path` if it is of that plan, otherwise begin a new one."""
    if path.exists():
        # A damaged one is as if it were not there.
        with contextlib.suppress(lmdb.Error, FontganError), contextlib.ExitStack() as opened:
            environment = opened.enter_context(contextlib.closing(_open_to_write(path)))
            record = read_record(environment, path)
            if record.plan == plan:
                opened.pop_all()
                return StoreWriter(environment, record)
        path.unlink()
    return StoreWriter(_open_to_write(path), StoreRecord(size, (), plan))


def _open_to_write(path: Path) -> lmdb.Environment:
    # Not synchronised until it is complete: a killed process loses nothing thereby, the kernel has it all.
    return lmdb.open(str(path), subdir=False, map_size=_FIRST_MAP_SIZE, lock=False, sync=False)


def _cannot_write(path: Path, why: str) -> FontganError:
    return FontganError(
        f"{path} cannot be written ({why}): check the path, the permissions and the space on the disk, then "
        "type the same again; faces that are finished are kept"
    )

"""A glyph store in the making: beside its place, and moved there when it is complete.

Each face is one transaction, with its record, so it is there whole or not at all whatever happens to the
process, and synchronised, so that a power cut takes at most the face that is being written. An interrupted
rendering continues with the faces that are there, when another process has found them sound.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import lmdb
from filelock import FileLock, Timeout

from fontgan.data.layout import (
    CHARACTERS,
    RECORD,
    SUMS,
    Sums,
    advances_key,
    codes_of,
    key_of,
    pack_advances,
    pack_characters,
    record_sum,
)
from fontgan.data.record import FaceRecord, StoreRecord, UnusableStoreError, read_record
from fontgan.data.store import GlyphStore, partial_path
from fontgan.data.verification import copied_if_sound
from fontgan.errors import FontganError
from fontgan.files import synchronise
from fontgan.fonts.canvas import Canvas
from fontgan.formats import to_text

_FIRST_MAP_SIZE = 64 << 20


class StoreWriter:
    """Puts faces into a store that is being made; see `new_store` and `extended_store`.

    Attributes:
        record: of what the store has so far.
        notes: what the user should know, one line each.
    """

    def __init__(self, environment: lmdb.Environment, record: StoreRecord) -> None:
        self._environment = environment
        self.record = record
        self.notes: list[str] = []
        with environment.begin() as transaction:
            self._sums: dict[str, str] = json.loads(transaction.get(SUMS) or b"{}")

    def begin(self, record: StoreRecord, characters: Sequence[int]) -> None:
        """Write what is known before the first face: the record, and the characters that are asked for."""
        self._write([(CHARACTERS, pack_characters(characters))], record)

    def put(
        self,
        face: FaceRecord,
        glyphs: Sequence[tuple[int, bytes]],
        advances: Mapping[int, float] | None = None,
        content: bool = False,
    ) -> None:
        """Keep a face, whole or not at all.

        Args:
            face: its record.
            glyphs: code points and packed glyph images.
            advances: of those glyphs whose advance is not the face's usual one.
            content: whether the face gives the content.
        """
        items = [(key_of(face.key, code), value) for code, value in glyphs]
        if advances:
            items.append((advances_key(face.key), pack_advances(advances)))
        self._write(sorted(items), self.record.with_face(face, content))

    def codes(self, face: str) -> list[int]:
        """The code points that a face has, which an earlier process may have put."""
        with self._environment.begin() as transaction:
            return codes_of(transaction, face)

    def finish(self, completed: str) -> None:
        """Write when the store was completed, which makes it a complete one."""
        self._write([], replace(self.record, completed=completed))

    def close(self) -> None:
        """Close the file."""
        self._environment.close()

    def _write(self, items: list[tuple[bytes, bytes]], record: StoreRecord) -> None:
        """Put the items, all of a face in order, and the new record, in one transaction."""
        new = Sums()
        for key, value in items:
            new.add(key, value)
        table = record.to_json()
        sums = {**self._sums, **new.table, "record": record_sum(table)}
        packed = [
            (RECORD, to_text(table).encode()),
            (SUMS, json.dumps(sums, sort_keys=True).encode()),
        ]
        while True:
            try:
                with self._environment.begin(write=True) as transaction, transaction.cursor() as cursor:
                    cursor.putmulti([*items, *packed])
                self.record, self._sums = record, sums
                return
            except lmdb.MapFullError:
                self._environment.set_mapsize(2 * self._environment.info()["map_size"])


@contextlib.contextmanager
def new_store(path: Path, canvas: Canvas, plan: str, characters: Sequence[int]) -> Iterator[StoreWriter]:
    """A store to write; it takes the place of the one at `path` when the block ends well.

    Where the block is interrupted, the faces that it has finished stay in a file beside `path`, and the
    next store of the same plan begins with them.

    Args:
        path: the LMDB file.
        canvas: of its glyph images.
        plan: what is to be rendered, as a SHA-256.
        characters: code points that are asked for, in order.

    Raises:
        FontganError: what is at `path` is not a glyph store, another process is writing there, or it cannot
            be written.
    """
    # A store may be replaced, even a damaged one; other files may not.
    if os.access(path, os.F_OK):
        with contextlib.suppress(UnusableStoreError):
            GlyphStore(path).close()

    def begin(beside: Path) -> StoreWriter:
        record = StoreRecord(canvas, (), (), plan)
        writer = StoreWriter(_open_to_write(beside), record)
        writer.begin(record, characters)
        return writer

    with _made_beside(path, plan, begin, faces=0) as writer:
        yield writer


@contextlib.contextmanager
def extended_store(
    path: Path, base: StoreRecord, plan: str, characters: Sequence[int]
) -> Iterator[StoreWriter]:
    """The store at `path` to add faces to; as in `new_store`, it stays whole until the block ends well.

    Args:
        path: the LMDB file.
        base: the record that it has.
        plan: what the store will hold, as a SHA-256.
        characters: code points that were ever asked for, in order.

    Raises:
        FontganError: the store has changed meanwhile, another process is writing there, or it cannot be
            written.
    """

    def begin(beside: Path) -> StoreWriter:
        if not _copied(path, beside):
            raise UnusableStoreError(f"the dataset {path} is damaged", "render it again")
        with contextlib.ExitStack() as opened:
            environment = opened.enter_context(contextlib.closing(_open_to_write(beside)))
            if read_record(environment, path) != base:
                raise FontganError(f"{path} was changed by another process", "repeat {render_dataset}")
            writer = StoreWriter(environment, base)
            writer.begin(replace(base, plan=plan, completed=""), characters)
            opened.pop_all()
        return writer

    with _made_beside(path, plan, begin, faces=len(base.faces)) as writer:
        yield writer


@contextlib.contextmanager
def _made_beside(
    path: Path, plan: str, begin: Callable[[Path], StoreWriter], faces: int
) -> Iterator[StoreWriter]:
    """A writer of a file beside `path`, which takes its place; `faces` are there before the first is put."""
    beside = partial_path(path)
    lock = beside.with_name(f".{path.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.touch()  # where nothing can be written, the lock would seem to be held by another process
        with FileLock(lock, timeout=0):
            try:
                with contextlib.closing(_begun(beside, plan, begin)) as writer:
                    try:
                        yield writer
                    finally:
                        if len(writer.record.faces) == faces and not writer.record.completed:
                            beside.unlink()  # nothing to continue with
                beside.replace(path)
                synchronise(path.parent)
            finally:
                lock.unlink(missing_ok=True)
    except Timeout as error:
        raise FontganError(
            f"another process is writing {path}", "wait until it has ended, or choose another {output}"
        ) from error
    except lmdb.Error as error:
        raise _cannot_write(path, str(error)) from error
    except OSError as error:
        raise _cannot_write(path, error.strerror or str(error)) from error


def _begun(beside: Path, plan: str, begin: Callable[[Path], StoreWriter]) -> StoreWriter:
    """The unfinished store that is there, if it is of that plan and sound; otherwise a new one."""
    _copy_of(beside).unlink(missing_ok=True)  # half of one, which a killed process left
    if not beside.exists():
        return begin(beside)
    sound = _copied(beside, beside)
    writer = _continued(beside, plan) if sound else None
    if writer is None:
        beside.unlink()
        writer = begin(beside)
        writer.notes += [] if sound else ["the unfinished dataset was damaged and is rendered again"]
    return writer


def _continued(beside: Path, plan: str) -> StoreWriter | None:
    """The unfinished store, which is sound; None where it is of another plan."""
    with contextlib.ExitStack() as opened, contextlib.suppress(FontganError):
        environment = opened.enter_context(contextlib.closing(_open_to_write(beside)))
        record = read_record(environment, beside)
        if record.plan == plan:
            opened.pop_all()
            return StoreWriter(environment, record)
    return None


def _copied(path: Path, target: Path) -> bool:
    """Put a sound copy of a store at `target`, which may be the same path; returns whether it is sound."""
    copy = _copy_of(target)
    sound = copied_if_sound(path, copy)
    if sound:
        copy.replace(target)
    return sound


def _copy_of(beside: Path) -> Path:
    return beside.with_name(f"{beside.name}.copy")


def _open_to_write(path: Path) -> lmdb.Environment:
    """Open it so that each transaction is on the disk itself before the next one begins."""
    return lmdb.open(str(path), subdir=False, map_size=_FIRST_MAP_SIZE, lock=False)


def _cannot_write(path: Path, why: str) -> FontganError:
    return FontganError(
        f"{path} cannot be written ({why})",
        "check the path, the permissions and the space on the disk, then repeat {render_dataset}, "
        "which keeps the faces that are finished",
    )

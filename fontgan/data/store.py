"""The glyph store: every glyph image once, in one LMDB file, with a record of how it was made."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import lmdb
import numpy as np

from fontgan.data.environments import Reader
from fontgan.data.layout import (
    CHARACTERS,
    RECORD,
    SUMS,
    DamagedValueError,
    Sums,
    advances_key,
    codes_of,
    face_of,
    is_glyph,
    key_of,
    record_sum,
    unpack,
    unpack_advances,
    unpack_characters,
)
from fontgan.data.record import StoreRecord, UnusableStoreError, not_a_store, read_record
from fontgan.errors import FontganError
from fontgan.progress import Silent, Watcher
from fontgan.untrusted import open_file, parse_json

_MAGIC = (0xBEEFC0DE).to_bytes(4, "little")  # LMDB's, after the header of the first page


class GlyphStore:
    """A complete store, open to read; use it in a `with` block.

    The same file may be open any number of times, in any thread.

    Args:
        path: the LMDB file.
        unfinished: whether it may be one that is still being made.

    Attributes:
        path: as it was given.
        record: what it holds.

    Raises:
        FontganError: there is no store at `path`, or what is there cannot be read as one.
    """

    def __init__(self, path: Path, unfinished: bool = False) -> None:
        self.path = path
        try:
            self._reader = Reader(path)
        except FileNotFoundError as error:
            raise _missing(path) from error
        except lmdb.Error as error:
            raise not_a_store(path) from error
        self._environment = self._reader.environment
        try:
            self._check_length()
            self.record = self._record(unfinished)
        except Exception:
            self.close()
            raise

    def codes(self, face: str) -> list[int]:
        """The code points whose glyph images the face of that key has, ascending."""
        with self._reading() as transaction:
            return codes_of(transaction, face)

    def content(self, faces: Sequence[str] | None = None) -> dict[int, str]:
        """The face that gives the content of each code point: the first that draws it.

        Args:
            faces: the keys of the content faces, in order; the dataset's own where it is None.
        """
        found: dict[int, str] = {}
        for face in reversed(self.record.contents if faces is None else faces):
            found.update(dict.fromkeys(self.codes(face), face))
        return found

    def characters(self) -> list[int]:
        """The code points that were asked for, in their order; of older stores, those that a face draws."""
        with self._reading() as transaction:
            value = transaction.get(CHARACTERS)
            if value is not None:
                return unpack_characters(value)
        return sorted({code for face in self.record.faces for code in self.codes(face.key)})

    def advances(self, face: str) -> dict[int, float]:
        """The horizontal advance of each glyph of a face, in em, by code point."""
        with self._reading() as transaction:
            value = transaction.get(advances_key(face))
            others = {} if value is None else unpack_advances(value)
        usual = self.record.face(face).advance
        return {code: others.get(code, usual) for code in self.codes(face)}

    def glyphs(self, keys: Sequence[tuple[str, int]]) -> np.ndarray:
        """The glyph images of (face, code point), in that order: uint8 (n, size, size).

        Raises:
            FontganError: one of them is not in the store, or is damaged.
        """
        size = self.record.size
        images = np.empty((len(keys), size, size), np.uint8)
        with self._reading() as transaction:
            for image, (face, code) in zip(images, keys, strict=True):
                value = transaction.get(key_of(face, code))
                if value is None:
                    raise FontganError(f"the dataset {self.path} lacks {face} U+{code:04X}")
                image[:] = self._decode(value, f"{face} U+{code:04X}")
        return images

    def sha256(self, faces: Iterable[str]) -> str:
        """A hash of all glyph images of some faces, in hexadecimal: equal where the images are."""
        digest = hashlib.sha256()
        with self._reading() as transaction:
            for face in faces:
                for code in codes_of(transaction, face):
                    digest.update(key_of(face, code))
                    digest.update(transaction.get(key_of(face, code)) or b"")
        return digest.hexdigest()

    def verify(self, watcher: Watcher | None = None) -> list[str]:
        """Read every value; returns all problems, one line each.

        A damaged file can crash the process: `data/verification.py` calls this in one of its own.
        """
        watcher = watcher or Silent()
        watcher.start("verifying", sum(face.count for face in self.record.faces))
        counts = dict.fromkeys((face.key for face in self.record.faces), 0)
        problems = []
        sums = Sums()
        before = b""
        with self._reading() as transaction, transaction.cursor() as cursor:
            for found, value in cursor:
                key, name = bytes(found), bytes(found).decode(errors="replace")
                if key <= before:  # pages in a circle would never end
                    raise DamagedValueError
                before = key
                if key in (RECORD, SUMS):
                    continue
                sums.add(key, value)
                face = face_of(name)
                if key == CHARACTERS:
                    continue
                if face not in counts:
                    problems.append(f"{name} belongs to no face of the record")
                elif is_glyph(name):
                    counts[face] += 1
                    watcher.advance()
                    problems += self._wrong_with(value, name)
            expected = bytes(transaction.get(SUMS) or b"")
            table = json.loads(bytes(transaction.get(RECORD) or b"{}"))
        for record in self.record.faces:
            if counts[record.key] != record.count:
                problems.append(f"{record.key} has {counts[record.key]:,} glyphs, not {record.count:,}")
            problems += self._wrong_advances(record.key)
        try:
            self.characters()
        except FontganError:
            problems.append(f"the list of characters in {self.path} is damaged")
        if expected and not problems:  # older stores have none
            problems += self._differing(expected, {**sums.table, "record": record_sum(table)})
        return problems

    def _differing(self, expected: bytes, found: dict[str, str]) -> list[str]:
        """What is not as it was written."""
        try:
            sums = dict(parse_json(expected, "it"))
        except (FontganError, TypeError, ValueError):
            return [f"the sums in {self.path} are damaged"]
        if any(name.startswith("face ") and name not in sums for name in found):
            sums.pop("record", None)  # a fontgan that knows no sums has added a face
        return [
            f"{name} in {self.path} is not as it was written"
            for name in sums
            if sums[name] != found.get(name)
        ]

    def _wrong_with(self, value: memoryview, name: str) -> list[str]:
        try:
            return [f"{name} is blank"] if self._decode(value, name).min() == 255 else []
        except FontganError as error:
            return [error.problem]

    def _wrong_advances(self, face: str) -> list[str]:
        try:
            self.advances(face)
        except FontganError:
            return [f"the advances of {face} in {self.path} are damaged"]
        return []

    def _decode(self, value: memoryview, name: str) -> np.ndarray:
        try:
            return unpack(value, self.record.size)
        except DamagedValueError as error:
            raise _damaged(f"{name} in the dataset {self.path}") from error

    @contextlib.contextmanager
    def _reading(self) -> Iterator[lmdb.Transaction[memoryview[int]]]:
        if not self._reader.unchanged():
            # The system kills a process that reads where a file was cut short.
            raise FontganError(
                f"the dataset {self.path} was changed while it was read",
                "repeat the command, and move a new dataset to that place rather than copy over the old one",
            )
        try:
            with self._environment.begin(buffers=True) as transaction:
                yield transaction
        except (lmdb.Error, DamagedValueError) as error:
            raise _damaged(f"the dataset {self.path}") from error

    def _check_length(self) -> None:
        """Refuse a file that was cut short: the system kills a process that reads beyond its end."""
        pages: int = self._environment.info()["last_pgno"] + 1
        if self.path.stat().st_size < pages * self._environment.stat()["psize"]:
            raise _damaged(f"the dataset {self.path} was cut short: it")

    def close(self) -> None:
        """Close the file."""
        self._reader.close()

    def __enter__(self) -> GlyphStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _record(self, unfinished: bool) -> StoreRecord:
        try:
            record = read_record(self._environment, self.path)
        except lmdb.Error as error:
            raise not_a_store(self.path) from error
        if not (record.completed or unfinished):
            raise not_a_store(self.path)
        return record


def is_store(path: Path) -> bool:
    """Whether there is an LMDB file at `path`, complete or not, or one is named so."""
    try:
        with open_file(path) as file:
            head = file.read(20)
    except OSError:
        return path.suffix == ".lmdb"
    return head[16:20] == _MAGIC or path.suffix == ".lmdb"


def partial_path(path: Path) -> Path:
    """Where a store lies until it is complete."""
    return path.with_name(f".{path.name}.partial")


def _damaged(what: str) -> UnusableStoreError:
    return UnusableStoreError(f"{what} is damaged", "render it again")


def _missing(path: Path) -> FontganError:
    if partial_path(path).exists():
        return FontganError(
            f"the dataset {path} is not complete",
            "wait until it is rendered, or repeat the {render_dataset} that was interrupted",
        )
    return FontganError(f"there is no dataset {path}", "make it with {render_dataset} first")

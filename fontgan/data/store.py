"""The glyph store: every glyph image once, in one LMDB file, with a record of how it was made.

A key is `face/code point` (`noto-sans-sc/006C38`), a value the zlib-compressed bytes of one glyph
image: uint8, row by row, 0 = ink, 255 = paper. The key `record` holds the `StoreRecord` as JSON. No
pickle is needed to read any of it.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import lmdb
import numpy as np
from isal import isal_zlib
from isal.igzip_lib import IsalError

from fontgan.data.record import RECORD, StoreRecord, UnusableStoreError, not_a_store, read_record
from fontgan.errors import FontganError
from fontgan.progress import Silent, Watcher

_MAGIC = (0xBEEFC0DE).to_bytes(4, "little")  # LMDB's, after the header of the first page


class _DamagedKeyError(Exception):
    """A key that is no code point."""


class GlyphStore:
    """A complete store, open to read; use it in a `with` block.

    Raises:
        FontganError: there is no store at `path`, or what is there is none that can be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            raise _missing(path)
        try:
            self._environment = lmdb.open(
                str(path), subdir=False, readonly=True, lock=False, readahead=False, meminit=False
            )
        except lmdb.Error as error:
            raise not_a_store(path) from error
        try:
            self._check_length()
            self.record = self._complete_record()
        except Exception:
            self.close()
            raise

    def codes(self, face: str) -> list[int]:
        """The code points whose glyph images the face of that key has, ascending."""
        with self._reading():
            return codes_of(self._environment, face)

    def content(self) -> dict[int, str]:
        """The face that gives the content of each code point: the first content font that draws it."""
        found: dict[int, str] = {}
        for face in reversed(self.record.of_role("content")):
            found.update(dict.fromkeys(self.codes(face.key), face.key))
        return found

    def images(self, face: str, codes: Iterable[int]) -> np.ndarray:
        """The glyph images of `codes` in one face, in that order: uint8 (n, size, size).

        Raises:
            FontganError: one of them is not in the store, or is damaged.
        """
        return self.glyphs([(face, code) for code in codes])

    def glyphs(self, keys: Sequence[tuple[str, int]]) -> np.ndarray:
        """The glyph images of (face, code point), in that order: uint8 (n, size, size).

        Raises:
            FontganError: one of them is not in the store, or is damaged.
        """
        size = self.record.size
        images = np.empty((len(keys), size, size), np.uint8)
        with self._reading(), self._environment.begin(buffers=True) as transaction:
            for image, (face, code) in zip(images, keys, strict=True):
                value = transaction.get(key_of(face, code))
                if value is None:
                    raise FontganError(f"the glyph store {self.path} lacks {face} U+{code:04X}")
                image[:] = self._decode(value, f"{face} U+{code:04X}")
        return images

    def sha256(self, faces: Iterable[str]) -> str:
        """A hash of all that the store holds of some faces, in hexadecimal: equal where the pictures are."""
        digest = hashlib.sha256()
        with self._reading(), self._environment.begin(buffers=True) as transaction:
            for face in faces:
                for code in self.codes(face):
                    digest.update(key_of(face, code))
                    digest.update(transaction.get(key_of(face, code)) or b"")
        return digest.hexdigest()

    def verify(self, watcher: Watcher | None = None) -> list[str]:
        """Read every record; what is wrong with the store, a line each, hence none where it is whole."""
        watcher = watcher or Silent()
        watcher.start("verifying", sum(face.count for face in self.record.faces))
        counts = dict.fromkeys((face.key for face in self.record.faces), 0)
        problems = []
        reading, transaction = self._reading(), self._environment.begin(buffers=True)
        with reading, transaction, transaction.cursor() as cursor:
            for key, value in cursor:
                name = bytes(key).decode(errors="replace")
                face = name.rpartition("/")[0]
                if name == RECORD.decode():
                    continue
                if face not in counts:
                    problems.append(f"{name} belongs to no face of the record")
                    continue
                counts[face] += 1
                watcher.advance()
                try:
                    if self._decode(value, name).min() == 255:
                        problems.append(f"{name} is blank")
                except FontganError as error:
                    problems.append(str(error))
        for record in self.record.faces:
            if counts[record.key] != record.count:
                problems.append(f"{record.key} has {counts[record.key]:,} glyphs, not {record.count:,}")
        return problems

    def _decode(self, value: bytes | memoryview, name: str) -> np.ndarray:
        size = self.record.size
        try:
            return np.frombuffer(isal_zlib.decompress(value), np.uint8).reshape(size, size)
        except (IsalError, ValueError) as error:  # type: ignore[misc]  # the stubs have an instance
            raise _damaged(f"{name} in the glyph store {self.path}") from error

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except (lmdb.Error, _DamagedKeyError) as error:
            raise _damaged(f"the glyph store {self.path}") from error

    def _check_length(self) -> None:
        """Refuse a file that was cut short: who reads beyond its end is ended by the system."""
        pages: int = self._environment.info()["last_pgno"] + 1
        if self.path.stat().st_size < pages * self._environment.stat()["psize"]:
            raise _damaged(f"the glyph store {self.path} was cut short: it")

    def close(self) -> None:
        """Let go of the file."""
        self._environment.close()

    def __enter__(self) -> GlyphStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _complete_record(self) -> StoreRecord:
        try:
            record = read_record(self._environment, self.path)
        except lmdb.Error as error:
            raise not_a_store(self.path) from error
        if not record.completed:
            raise not_a_store(self.path)
        return record


def is_store(path: Path) -> bool:
    """Whether there is an LMDB file at `path`, complete or not, or one is named so."""
    try:
        with path.open("rb") as file:
            head = file.read(20)
    except OSError:
        return path.suffix == ".lmdb"
    return head[16:20] == _MAGIC or path.suffix == ".lmdb"


def pack(image: np.ndarray) -> bytes:
    """A glyph image as the store keeps it: zlib, at the least effort, by the fastest that writes it."""
    packed: bytes = isal_zlib.compress(image, 0)
    return packed


def key_of(face: str, code: int) -> bytes:
    """The key of a glyph image."""
    return f"{face}/{code:06X}".encode()


def codes_of(environment: lmdb.Environment, face: str) -> list[int]:
    """The code points of a face in an open store, ascending."""
    prefix = f"{face}/".encode()
    found = []
    with environment.begin() as transaction, transaction.cursor() as cursor:
        if cursor.set_range(prefix):
            for key in cursor.iternext(values=False):
                if not key.startswith(prefix):
                    break
                try:
                    found.append(int(key[len(prefix) :], 16))
                except ValueError as error:
                    raise _DamagedKeyError from error
    return found


def partial_path(path: Path) -> Path:
    """Where a store lies until it is complete."""
    return path.with_name(f".{path.name}.partial")


def _damaged(what: str) -> UnusableStoreError:
    return UnusableStoreError(f"{what} is damaged: render it again")


def _missing(path: Path) -> FontganError:
    if partial_path(path).exists():
        return FontganError(
            f"the glyph store {path} is not complete: wait while it is rendered, "
            "or type the same `fontgan render-dataset` again if that was broken off"
        )
    return FontganError(f"there is no glyph store {path}: type `fontgan render-dataset` first")

"""The glyph store: every glyph image once, in one LMDB file, with a record of how it was made.

A key is `face/code point` (`noto-sans-sc/006C38`), a value the zlib-compressed bytes of one glyph
image: uint8, row by row, 0 = ink, 255 = paper. The key `record` holds the `StoreRecord` as JSON. No
pickle is needed to read any of it.
"""

from __future__ import annotations

import contextlib
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import lmdb
import numpy as np

from fontgan.config import nearest
from fontgan.errors import FontganError
from fontgan.files import replacing

FORMAT = 1
_RECORD = b"record"
_FIRST_MAP_SIZE = 16 << 20
_BATCH = 1024  # glyphs a transaction: one a glyph would be a hundred times slower

Role = Literal["content", "style"]


@dataclass(frozen=True)
class FaceRecord:
    """What was rendered of one face.

    Attributes:
        key: its name in the store, and as `--style`.
        role: whether it gives the content or a style.
        family: the name that the font has.
        path: of the font file, absolute, when it was rendered.
        index: of the face in that file.
        sha256: of that file.
        shift: by which the ink was raised on the canvas, in em; export undoes it.
        count: how many glyph images there are.
        cropped: how many of them have ink at the canvas' edge, where more may have been cut off.
    """

    key: str
    role: Role
    family: str
    path: str
    index: int
    sha256: str
    shift: float
    count: int
    cropped: int


@dataclass(frozen=True)
class StoreRecord:
    """What a store holds, and how and when it was made (`completed`: ISO 8601, UTC)."""

    size: int
    faces: tuple[FaceRecord, ...]
    completed: str
    format: int = FORMAT

    def of_role(self, role: Role) -> list[FaceRecord]:
        """The faces that give the content, or the styles, in the order in which they were given."""
        return [face for face in self.faces if face.role == role]

    def style(self, key: str | None) -> FaceRecord:
        """The style of that key, or the first one.

        Raises:
            FontganError: there is none.
        """
        styles = self.of_role("style")
        for face in styles:
            if key in (face.key, None):
                return face
        keys = [face.key for face in styles]
        raise FontganError(f"the glyph store has no style {key!r}{nearest(key or '', keys)}")


class GlyphStore:
    """A complete store, open to read; use it in a `with` block.

    Raises:
        FontganError: there is no store at `path`, or what is there is none that can be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            raise FontganError(f"there is no glyph store {path}: type `fontgan render-dataset` first")
        try:
            self._environment = lmdb.open(
                str(path), subdir=False, readonly=True, lock=False, readahead=False, meminit=False
            )
        except lmdb.Error as error:
            raise _not_a_store(path) from error
        try:
            self.record = self._read_record()
        except Exception:
            self.close()
            raise

    def codes(self, face: str) -> list[int]:
        """The code points whose glyph images the face of that key has, ascending."""
        prefix = f"{face}/".encode()
        found = []
        with self._environment.begin() as transaction, transaction.cursor() as cursor:
            if cursor.set_range(prefix):
                for key in cursor.iternext(values=False):
                    if not key.startswith(prefix):
                        break
                    found.append(int(key[len(prefix) :], 16))
        return found

    def images(self, face: str, codes: Iterable[int]) -> np.ndarray:
        """The glyph images of `codes`, in that order: uint8 (n, size, size).

        Raises:
            FontganError: one of them is not in the store.
        """
        size = self.record.size
        images = []
        with self._environment.begin() as transaction:
            for code in codes:
                value = transaction.get(_key(face, code))
                if value is None:
                    raise FontganError(f"the glyph store {self.path} lacks {face} U+{code:04X}")
                images.append(np.frombuffer(zlib.decompress(value), np.uint8).reshape(size, size))
        return np.stack(images) if images else np.empty((0, size, size), np.uint8)

    def close(self) -> None:
        """Let go of the file."""
        self._environment.close()

    def __enter__(self) -> GlyphStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read_record(self) -> StoreRecord:
        with self._environment.begin() as transaction:
            value = transaction.get(_RECORD)
        try:
            data: dict[str, Any] = json.loads(value or b"")
            if data["format"] != FORMAT:
                raise FontganError(
                    f"the glyph store {self.path} has format {data['format']}, this fontgan reads "
                    f"format {FORMAT}: render it again with `fontgan render-dataset`"
                )
            data["faces"] = tuple(FaceRecord(**face) for face in data["faces"])
            return StoreRecord(**data)
        except (ValueError, KeyError, TypeError) as error:
            raise _not_a_store(self.path) from error


class StoreWriter:
    """Puts glyph images into a store that is being made; see `new_store`."""

    def __init__(self, environment: lmdb.Environment) -> None:
        self._environment = environment

    def put(self, face: str, images: Iterable[tuple[int, np.ndarray]]) -> None:
        """Keep the glyph images (code point, uint8 (size, size)) of the face of that key."""
        batch: list[tuple[bytes, bytes]] = []
        for code, image in images:
            batch.append((_key(face, code), zlib.compress(image.tobytes(), level=1)))
            if len(batch) == _BATCH:
                self._write(batch)
                batch = []
        self._write(batch)

    def finish(self, record: StoreRecord) -> None:
        """Write the record, which makes the store a complete one."""
        self._write([(_RECORD, json.dumps(asdict(record), ensure_ascii=False).encode())])
        self._environment.sync(True)

    def _write(self, items: list[tuple[bytes, bytes]]) -> None:
        while True:
            try:
                with self._environment.begin(write=True) as transaction:
                    for key, value in items:
                        transaction.put(key, value)
                return
            except lmdb.MapFullError:
                self._environment.set_mapsize(2 * self._environment.info()["map_size"])


@contextlib.contextmanager
def new_store(path: Path) -> Iterator[StoreWriter]:
    """A store to write; it takes the place of the one at `path` when the block ends well.

    Raises:
        FontganError: what is at `path` is no glyph store, or it cannot be written.
    """
    if path.exists():
        GlyphStore(path).close()  # a store may be made anew; any other file is not ours to replace
    with replacing(path) as beside:
        environment = lmdb.open(str(beside), subdir=False, map_size=_FIRST_MAP_SIZE, lock=False, sync=False)
        try:
            yield StoreWriter(environment)
        except lmdb.Error as error:
            raise FontganError(f"{path} cannot be written ({error}): is the disk full?") from error
        finally:
            environment.close()


def _key(face: str, code: int) -> bytes:
    return f"{face}/{code:06X}".encode()


def _not_a_store(path: Path) -> FontganError:
    return FontganError(
        f"{path} is not a glyph store: name another file, or one that `fontgan render-dataset` made"
    )

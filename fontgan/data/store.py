"""The glyph store: every glyph image once, in one LMDB file, with a record of how it was made.

A key is `face/code point` (`noto-sans-sc/006C38`), a value the zlib-compressed bytes of one glyph
image: uint8, row by row, 0 = ink, 255 = paper. The key `record` holds the `StoreRecord` as JSON. No
pickle is needed to read any of it.

A store is made beside its place and moved there when it is complete. Until then each face is one
transaction, which is there whole or not at all whatever happens to the process.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import lmdb
import numpy as np
from filelock import FileLock, Timeout
from isal import isal_zlib
from isal.igzip_lib import IsalError

from fontgan.config import nearest
from fontgan.errors import FontganError
from fontgan.fonts.reference import FontReference
from fontgan.progress import Progress, Silent

FORMAT = 2
_RECORD = b"record"
_MAGIC = (0xBEEFC0DE).to_bytes(4, "little")  # LMDB's, after the header of the first page
_FIRST_MAP_SIZE = 64 << 20

Role = Literal["content", "style"]


@dataclass(frozen=True)
class FaceRecord:
    """What was rendered of one face.

    Attributes:
        key: its name in the store, and as `--style`.
        role: whether it gives the content or a style.
        kind: `font`, or `pictures` for a folder of glyph pictures.
        family: the name that the font has.
        path: of the font file, absolute, when it was rendered.
        index: of the face in that file.
        axes: the place in a variable font, (tag, value).
        sha256: of that file.
        shift: by which the ink was raised on the canvas, in em; export undoes it.
        count: how many glyph images there are.
        cropped: how many of them have ink at the canvas' edge, where more may have been cut off.
    """

    key: str
    role: Role
    kind: str
    family: str
    path: str
    index: int
    axes: tuple[tuple[str, float], ...]
    sha256: str
    shift: float
    count: int
    cropped: int

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> FaceRecord:
        """Out of what `json` makes of `dataclasses.asdict`."""
        axes = tuple((str(tag), float(value)) for tag, value in data["axes"])
        return cls(**{**data, "axes": axes})

    @property
    def reference(self) -> FontReference:
        """The font, to open it again."""
        return FontReference(Path(self.path), self.index, self.axes)


@dataclass(frozen=True)
class StoreRecord:
    """What a store holds, and how it was made.

    Attributes:
        size: of a glyph image, in pixels.
        faces: the content fonts in the order in which they were asked, then the styles.
        plan: what was to be rendered, as one SHA-256: fonts, characters, size.
        completed: when, in ISO 8601 and UTC; empty until then.
    """

    size: int
    faces: tuple[FaceRecord, ...]
    plan: str
    completed: str = ""
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


class _OtherFormatError(FontganError):
    """A store that another version of fontgan wrote."""


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
            raise _not_a_store(path) from error
        try:
            self.record = self._complete_record()
        except Exception:
            self.close()
            raise

    def codes(self, face: str) -> list[int]:
        """The code points whose glyph images the face of that key has, ascending."""
        return _codes(self._environment, face)

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
        with self._environment.begin(buffers=True) as transaction:
            for image, (face, code) in zip(images, keys, strict=True):
                value = transaction.get(_key(face, code))
                if value is None:
                    raise FontganError(f"the glyph store {self.path} lacks {face} U+{code:04X}")
                image[:] = self._decode(value, f"{face} U+{code:04X}")
        return images

    def verify(self, progress: Progress | None = None) -> list[str]:
        """Read every record; what is wrong with the store, a line each, hence none where it is whole."""
        watcher = progress or Silent()
        watcher.start("verifying", sum(face.count for face in self.record.faces))
        counts = dict.fromkeys((face.key for face in self.record.faces), 0)
        problems = []
        with self._environment.begin(buffers=True) as transaction, transaction.cursor() as cursor:
            for key, value in cursor:
                name = bytes(key).decode(errors="replace")
                face = name.rpartition("/")[0]
                if name == _RECORD.decode():
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
            raise FontganError(
                f"{name} in the glyph store {self.path} is damaged: type `fontgan render-dataset` again"
            ) from error

    def close(self) -> None:
        """Let go of the file."""
        self._environment.close()

    def __enter__(self) -> GlyphStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _complete_record(self) -> StoreRecord:
        try:
            record = _read_record(self._environment, self.path)
        except lmdb.Error as error:
            raise _not_a_store(self.path) from error
        if not record.completed:
            raise _not_a_store(self.path)
        return record


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
        self.record = replace(self.record, faces=(*self.record.faces, face))
        items = [(_key(face.key, code), value) for code, value in sorted(glyphs)]
        self._write([*items, (_RECORD, _as_json(self.record))])

    def codes(self, face: str) -> list[int]:
        """The code points that a face has, which an earlier process may have put."""
        return _codes(self._environment, face)

    def finish(self, completed: str) -> None:
        """Write when the store was completed, which makes it a complete one."""
        self.record = replace(self.record, completed=completed)
        self._write([(_RECORD, _as_json(self.record))])
        self._environment.sync(True)

    def close(self) -> None:
        """Let go of the file."""
        self._environment.close()

    def _write(self, items: list[tuple[bytes, bytes]]) -> None:
        while True:
            try:
                with self._environment.begin(write=True) as transaction, transaction.cursor() as cursor:
                    cursor.putmulti(items)
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
    if path.exists():  # a store may be made anew, of any version; any other file is not ours to replace
        with contextlib.suppress(_OtherFormatError):
            GlyphStore(path).close()
    beside = _partial(path)
    lock = beside.with_name(f".{path.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
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


def _codes(environment: lmdb.Environment, face: str) -> list[int]:
    prefix = f"{face}/".encode()
    found = []
    with environment.begin() as transaction, transaction.cursor() as cursor:
        if cursor.set_range(prefix):
            for key in cursor.iternext(values=False):
                if not key.startswith(prefix):
                    break
                found.append(int(key[len(prefix) :], 16))
    return found


def _begin(path: Path, size: int, plan: str) -> StoreWriter:
    """Go on with the unfinished store at `path` if it is of that plan, otherwise begin a new one."""
    if path.exists():
        # A damaged one is as if it were not there.
        with contextlib.suppress(lmdb.Error, FontganError), contextlib.ExitStack() as opened:
            environment = opened.enter_context(contextlib.closing(_open_to_write(path)))
            record = _read_record(environment, path)
            if record.plan == plan:
                opened.pop_all()
                return StoreWriter(environment, record)
        path.unlink()
    return StoreWriter(_open_to_write(path), StoreRecord(size, (), plan))


def _open_to_write(path: Path) -> lmdb.Environment:
    # Not synchronised until it is complete: a killed process loses nothing thereby, the kernel has it all.
    return lmdb.open(str(path), subdir=False, map_size=_FIRST_MAP_SIZE, lock=False, sync=False)


def _read_record(environment: lmdb.Environment, path: Path) -> StoreRecord:
    with environment.begin() as transaction:
        value = transaction.get(_RECORD)
    try:
        data: dict[str, Any] = json.loads(value or b"")
        if data["format"] != FORMAT:
            newer = data["format"] > FORMAT
            raise _OtherFormatError(
                f"the glyph store {path} has format {data['format']}, this fontgan reads format {FORMAT}: "
                + ("update fontgan" if newer else "render it again, with `fontgan render-dataset`")
            )
        faces = tuple(FaceRecord.from_json(face) for face in data["faces"])
        return StoreRecord(**{**data, "faces": faces})
    except (ValueError, KeyError, TypeError) as error:
        raise _not_a_store(path) from error


def _as_json(record: StoreRecord) -> bytes:
    return json.dumps(asdict(record), ensure_ascii=False).encode()


def _key(face: str, code: int) -> bytes:
    return f"{face}/{code:06X}".encode()


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.name}.partial")


def _missing(path: Path) -> FontganError:
    if _partial(path).exists():
        return FontganError(
            f"the glyph store {path} is not complete: wait while it is rendered, "
            "or type the same `fontgan render-dataset` again if that was broken off"
        )
    return FontganError(f"there is no glyph store {path}: type `fontgan render-dataset` first")


def _cannot_write(path: Path, why: str) -> FontganError:
    return FontganError(
        f"{path} cannot be written ({why}): check the path, the permissions and the space on the disk, then "
        "type the same again; faces that are finished are kept"
    )


def _not_a_store(path: Path) -> FontganError:
    return FontganError(
        f"{path} is not a glyph store: name another file, or one that `fontgan render-dataset` made"
    )

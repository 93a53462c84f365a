"""The record of a glyph store: how it was made, as JSON under the key `record`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import lmdb
from msgspec import Meta

from fontgan.bounds import Advance, AxisTag, Count, FaceIndex, FaceKey, Finite, Length, Sha256, Text
from fontgan.config.reading import nearest
from fontgan.data.layout import RECORD
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.location import FontLocation
from fontgan.formats import NoFormatError, UnknownFormatError, to_json
from fontgan.formats import read_record as read_any_record
from fontgan.untrusted import DamagedError

FORMAT = 3
_MOST_KEY = 500  # bytes; LMDB's keys may have 511, and that of a glyph image ends in its code point


@dataclass(frozen=True)
class FaceRecord:
    """How one face was rendered.

    Attributes:
        key: its name in the store, and as `style` or `content`.
        kind: `font`, or `pictures` for a folder of glyph pictures.
        family: the name that the font has.
        path: of the font file when it was rendered, absolute in a store.
        index: of the face in that file.
        axes: the place in a variable font, (tag, value).
        sha256: of that file.
        shift: how far the ink was raised on the canvas, in em; export undoes it.
        count: the number of glyph images.
        cropped: the number of those with ink at the canvas' edge, where more may have been cut off.
        advance: that of most of its glyphs, in em; the store has those of the others.
        extra: values from a newer version of fontgan; kept, and written back.
    """

    key: FaceKey
    kind: Annotated[str, Meta(pattern=r"\A(font|pictures)\Z")]
    family: Text
    path: Text
    index: FaceIndex
    axes: Annotated[tuple[tuple[AxisTag, Finite], ...], Meta(max_length=1000)]
    sha256: Sha256
    shift: Length
    count: Count
    cropped: Count
    advance: Advance
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if len(self.key.encode()) > _MOST_KEY:
            raise ValueError("the key of a face is too long")

    def to_json(self) -> dict[str, Any]:
        """The record as a table of JSON."""
        table: dict[str, Any] = to_json(self)
        return table

    @property
    def location(self) -> FontLocation:
        """The font, to open it again."""
        return FontLocation(Path(self.path), self.index, self.axes)

    @property
    def identity(self) -> tuple[str, int, tuple[tuple[str, float], ...]]:
        """What distinguishes a face from any other, wherever its file is."""
        return self.sha256, self.index, self.axes

    def shared(self) -> FaceRecord:
        """The same without the folder of its file, which is private."""
        return replace(self, path=Path(self.path).name)


Faces = Annotated[tuple[FaceRecord, ...], Meta(max_length=0xFFFF)]


@dataclass(frozen=True)
class StoreRecord:
    """The contents of a store, and how it was made.

    Attributes:
        canvas: what every glyph image shows.
        faces: those of `contents` in their order, then the others.
        contents: the keys of the faces that give the content unless a training run says otherwise.
        plan: what was to be rendered, as one SHA-256: fonts, characters, canvas.
        completed: when, in ISO 8601 and UTC; empty until then.
        extra: values from a newer version of fontgan; kept, and written back.
    """

    canvas: Canvas
    faces: Faces
    contents: tuple[FaceKey, ...]
    plan: Text
    completed: Text = ""
    format: int = FORMAT
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        keys = {face.key for face in self.faces}
        if len(keys) < len(self.faces):
            raise ValueError("two faces have the same key")
        if not keys.issuperset(self.contents):
            raise ValueError("a content face is missing")

    def to_json(self) -> dict[str, Any]:
        """The record as a table of JSON."""
        table: dict[str, Any] = to_json(self)
        return table

    @property
    def size(self) -> int:
        """Of a glyph image, in pixels per side."""
        return self.canvas.size

    @property
    def styles(self) -> tuple[str, ...]:
        """The keys of the other faces: those to learn unless a training run says otherwise."""
        return tuple(face.key for face in self.faces if face.key not in self.contents)

    def face(self, key: str) -> FaceRecord:
        """The face of that key.

        Raises:
            FontganError: there is none.
        """
        for face in self.faces:
            if face.key == key:
                return face
        keys = [face.key for face in self.faces]
        raise FontganError(f"the dataset has no face {key!r}{nearest(key, keys)}")

    def select(self, keys: Iterable[str]) -> tuple[FaceRecord, ...]:
        """The faces of some keys, in that order.

        Raises:
            FontganError: there is no face of one of them.
        """
        return tuple(self.face(key) for key in keys)

    def with_face(self, face: FaceRecord, content: bool) -> StoreRecord:
        """The record with one more face, after the others of its kind."""
        contents = (*self.contents, face.key) if content else self.contents
        givers = (*self.select(self.contents), *([face] if content else []))
        others = (*self.select(self.styles), *([] if content else [face]))
        return replace(self, faces=givers + others, contents=contents)


def families(faces: Sequence[FaceRecord], most: int = 3) -> str:
    """The names of some fonts, or of the first few and how many more."""
    names = [face.family for face in faces]
    more = f" and {len(names) - most + 1} more" if len(names) > most else ""
    return " + ".join(names[: most - 1] if more else names) + more


class UnusableStoreError(FontganError):
    """A store that is damaged, or was written by another version of fontgan."""


def face_from_2_to_3(data: dict[str, Any]) -> dict[str, Any]:
    """A face of a store of format 2: it had a role, and every glyph of it counted as 1 em wide."""
    return {**{name: value for name, value in data.items() if name != "role"}, "advance": 1.0}


def from_2_to_3(data: dict[str, Any]) -> dict[str, Any]:
    """A record of format 2: roles were the faces' own, and the canvas was the em box."""
    faces = data["faces"]
    return {
        **{name: value for name, value in data.items() if name != "size"},
        "canvas": Canvas(data["size"]).to_json(),
        "contents": [face["key"] for face in faces if face["role"] == "content"],
        "faces": [face_from_2_to_3(face) for face in faces],
    }


def read_record(environment: lmdb.Environment, path: Path) -> StoreRecord:
    """The record of an open store, complete or not.

    Raises:
        UnusableStoreError: it is damaged, or of a format that this version does not read.
        FontganError: there is none.
    """
    with environment.begin() as transaction:
        value = transaction.get(RECORD)
    try:
        return read_any_record(StoreRecord, value or b"", FORMAT, {2: from_2_to_3}, f"the dataset {path}")
    except NoFormatError as error:
        raise not_a_store(path) from error
    except UnknownFormatError as error:
        raise UnusableStoreError(*error.args) from error
    except DamagedError as error:
        remedy = "render it again with {render_dataset}, or choose another file"
        raise UnusableStoreError(error.problem, remedy) from error


def not_a_store(path: Path) -> FontganError:
    """The error for a file that is not a glyph store."""
    return FontganError(f"{path} is not a dataset", "choose another file, or one that {render_dataset} made")

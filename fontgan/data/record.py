"""The record of a glyph store: how it was made, as JSON under the key `record`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import lmdb

from fontgan.config.reading import nearest
from fontgan.data.layout import RECORD
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.location import FontLocation
from fontgan.formats import NoFormatError, UnknownFormatError, check_plain, upgraded

FORMAT = 3


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

    key: str
    kind: str
    family: str
    path: str
    index: int
    axes: tuple[tuple[str, float], ...]
    sha256: str
    shift: float
    count: int
    cropped: int
    advance: float
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FaceRecord:
        """Out of what `to_json` wrote; unknown keys become `extra`.

        Raises:
            KeyError, TypeError, ValueError: it is not such a table.
        """
        known, extra = _split(cls, data)
        axes = tuple((str(tag), float(value)) for tag, value in data["axes"])
        return cls(**{**known, "axes": axes, "extra": extra})

    def to_json(self) -> dict[str, Any]:
        """The record as a table of JSON."""
        return _table(self)

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
    faces: tuple[FaceRecord, ...]
    contents: tuple[str, ...]
    plan: str
    completed: str = ""
    format: int = FORMAT
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> StoreRecord:
        """Out of what `to_json` wrote; unknown keys become `extra`.

        Raises:
            FontganError: there is no such canvas.
            KeyError, TypeError, ValueError: it is not such a table.
        """
        known, extra = _split(cls, data)
        faces = tuple(FaceRecord.from_json(face) for face in data["faces"])
        contents = tuple(data["contents"])
        if not set(contents) <= {face.key for face in faces}:
            raise ValueError("a content face is missing")
        canvas = Canvas.from_json(data["canvas"])
        return cls(**{**known, "canvas": canvas, "faces": faces, "contents": contents, "extra": extra})

    def to_json(self) -> dict[str, Any]:
        """The record as a table of JSON."""
        faces = [face.to_json() for face in self.faces]
        return {**_table(self), "canvas": self.canvas.to_json(), "faces": faces}

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
        UnusableStoreError: it is of a format that this version does not read.
        FontganError: there is none.
    """
    with environment.begin() as transaction:
        value = transaction.get(RECORD)
    try:
        data = upgraded(json.loads(value or b""), FORMAT, {2: from_2_to_3}, f"the dataset {path}")
        return StoreRecord.from_json(data)
    except NoFormatError as error:
        raise not_a_store(path) from error
    except UnknownFormatError as error:
        raise UnusableStoreError(error.problem, error.remedy) from error
    except (FontganError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise not_a_store(path) from error


def not_a_store(path: Path) -> FontganError:
    """The error for a file that is not a glyph store."""
    return FontganError(f"{path} is not a dataset", "choose another file, or one that {render_dataset} made")


def _split(kind: type[Any], data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of a record, and the keys that are not among them."""
    names = {item.name for item in fields(kind)} - {"extra"}
    known = {name: value for name, value in data.items() if name in names}
    check_plain(kind, known)
    return known, {name: value for name, value in data.items() if name not in names}


def _table(record: Any) -> dict[str, Any]:
    known = {item.name: getattr(record, item.name) for item in fields(record) if item.name != "extra"}
    return {**record.extra, **known}

"""What a glyph store says of itself: the record, which lies in it as JSON under the key `record`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import lmdb

from fontgan.config.reading import nearest
from fontgan.errors import FontganError
from fontgan.fonts.location import FontLocation

FORMAT = 2
RECORD = b"record"

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
    def location(self) -> FontLocation:
        """The font, to open it again."""
        return FontLocation(Path(self.path), self.index, self.axes)


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


def families(faces: Sequence[FaceRecord], most: int = 3) -> str:
    """The names of some fonts, or of the first few and how many more."""
    names = [face.family for face in faces]
    more = f" and {len(names) - most + 1} more" if len(names) > most else ""
    return " + ".join(names[: most - 1] if more else names) + more


class UnusableStoreError(FontganError):
    """A store that is damaged, or that another version of fontgan wrote."""


def read_record(environment: lmdb.Environment, path: Path) -> StoreRecord:
    """The record of an open store, complete or not.

    Raises:
        FontganError: there is none, or one of another format.
    """
    with environment.begin() as transaction:
        value = transaction.get(RECORD)
    try:
        data: dict[str, Any] = json.loads(value or b"")
        if data["format"] != FORMAT:
            newer = data["format"] > FORMAT
            raise UnusableStoreError(
                f"the glyph store {path} has format {data['format']}, this fontgan reads format {FORMAT}: "
                + ("update fontgan" if newer else "render it again, with `fontgan render-dataset`")
            )
        faces = tuple(FaceRecord.from_json(face) for face in data["faces"])
        return StoreRecord(**{**data, "faces": faces})
    except (ValueError, KeyError, TypeError) as error:
        raise not_a_store(path) from error


def not_a_store(path: Path) -> FontganError:
    """What is said of a file that is none."""
    return FontganError(
        f"{path} is not a glyph store: name another file, or one that `fontgan render-dataset` made"
    )

"""The note of a run's dataset in its folder: the faces, the paths of their fonts, a hash of their images.

The note stays on the machine. Checkpoints, which may be shared, name their fonts without the folders.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fontgan.bounds import Sha256, Text
from fontgan.data.record import FaceRecord, Faces, face_from_2_to_3
from fontgan.data.store import GlyphStore
from fontgan.errors import FontganError
from fontgan.files import write_text
from fontgan.fonts.canvas import Canvas
from fontgan.formats import as_record, to_json, to_text, upgraded
from fontgan.runs.folder import Run
from fontgan.untrusted import MOST_RECORD, cured_by, parse_json, read_file, unreadable

FORMAT = 2
_NOT_COMPARED = ("path", "advance")  # a font may move; format 1 had no advances


@dataclass(frozen=True)
class DatasetNote:
    """What a run learns from.

    Attributes:
        path: of the dataset.
        canvas: of its glyph images.
        sha256: of the glyph images of the faces.
        faces: the contents and styles of the run.
        extra: values from a newer version of fontgan.
    """

    path: Text
    canvas: Canvas
    sha256: Sha256
    faces: Faces
    format: int = FORMAT
    extra: Mapping[str, Any] = field(default_factory=dict)


def write_dataset(run: Run, store: GlyphStore, faces: Iterable[FaceRecord]) -> None:
    """Write the note of what the run learns from."""
    text = to_text(to_json(_note(store, faces)), indent=1) + "\n"
    write_text(run.dataset_path, text, durable=True)


def check_dataset(run: Run, store: GlyphStore, faces: Iterable[FaceRecord]) -> None:
    """Make sure that the run would continue to learn from what it started with.

    Raises:
        FontganError: the dataset has changed; the message lists what differs.
    """
    before, now = _read(run), _note(store, faces)
    if now.sha256 == before.sha256 and now.canvas == before.canvas:
        return
    differing = "; ".join(_differences(before, now)) or "some of its glyph images"
    raise FontganError(
        f"{store.path} has changed since {run} began ({differing})",
        "pass the old one with {data}, or start a new run without {resume}",
    )


def font_paths(run: Run) -> dict[str, Path]:
    """Where the fonts of a run lay when it began, by their SHA-256; empty where there is no note."""
    if not run.dataset_path.is_file():
        return {}
    return {face.sha256: Path(face.path) for face in _read(run).faces}


def from_1_to_2(data: dict[str, Any]) -> dict[str, Any]:
    """Format 2 has the canvas instead of its size, and faces as stores of format 3 have them."""
    faces = [face_from_2_to_3(face) for face in data["faces"]]
    return {**data, "canvas": to_json(Canvas(data.pop("size"))), "faces": faces}


def _read(run: Run) -> DatasetNote:
    """The note.

    Raises:
        FontganError: it is missing, damaged, or of a newer format.
    """
    path = run.dataset_path
    remedy = "start a new run without {resume}"
    try:
        with cured_by(remedy):
            data = parse_json(read_file(path, MOST_RECORD, "the note of a dataset"), str(path))
            data = {"format": 1, **data} if isinstance(data, dict) else data
            return as_record(DatasetNote, upgraded(data, FORMAT, {1: from_1_to_2}, str(path)), str(path))
    except OSError as error:
        raise unreadable(path, error, remedy) from error


def _note(store: GlyphStore, faces: Iterable[FaceRecord]) -> DatasetNote:
    faces = tuple(faces)
    sha256 = store.sha256(face.key for face in faces)
    return DatasetNote(str(store.path), store.record.canvas, sha256, faces)


def _differences(before: DatasetNote, now: DatasetNote) -> Iterator[str]:
    yield from _changes(before.canvas, now.canvas, "the canvas")
    faces = {face.key: face for face in now.faces}
    for face in before.faces:
        if face.key in faces:
            yield from _changes(face, faces.pop(face.key), face.key)
        else:
            yield f"{face.key} is no longer in it"
    yield from (f"{key} is new in it" for key in faces)


def _changes(before: Any, now: Any, what: str) -> Iterator[str]:
    """Values of two records that differ, but for what only one of them has."""
    new = to_json(now)
    for name, value in to_json(before).items():
        if name in new and new[name] != value and name not in _NOT_COMPARED:
            yield f"{name} of {what} {value}, now {new[name]}"

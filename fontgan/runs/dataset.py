"""The note of a run's dataset in its folder: the faces, the paths of their fonts, a hash of their images.

The note stays on the machine. Checkpoints, which may be shared, name their fonts without the folders.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fontgan.data.record import FaceRecord
from fontgan.data.store import GlyphStore
from fontgan.errors import FontganError
from fontgan.files import write_text
from fontgan.fonts.canvas import Canvas
from fontgan.formats import UnknownFormatError, check_plain, upgraded
from fontgan.runs.folder import Run

FORMAT = 2
_NOT_COMPARED = ("path", "role")  # a font may move; format 1 had roles


def write_dataset(run: Run, store: GlyphStore, faces: Iterable[FaceRecord]) -> None:
    """Write the note of what the run learns from."""
    text = json.dumps(_note(store, faces), ensure_ascii=False, indent=1) + "\n"
    write_text(run.dataset_path, text, durable=True)


def check_dataset(run: Run, store: GlyphStore, faces: Iterable[FaceRecord]) -> None:
    """Make sure that the run would continue to learn from what it started with.

    Raises:
        FontganError: the dataset has changed; the message lists what differs.
    """
    before, now = _read(run), json.loads(json.dumps(_note(store, faces)))
    if now["sha256"] == before["sha256"] and now["canvas"] == before["canvas"]:
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
    return {face["sha256"]: Path(face["path"]) for face in _read(run)["faces"]}


def from_1_to_2(data: dict[str, Any]) -> dict[str, Any]:
    """Format 2 has the canvas instead of its size."""
    return {"canvas": Canvas(data.pop("size")).to_json(), **data}


def _read(run: Run) -> dict[str, Any]:
    """The note, as today's format has it.

    Raises:
        FontganError: it is missing, damaged, or of a newer format.
    """
    path = run.dataset_path
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        data = upgraded({"format": 1, **data}, FORMAT, {1: from_1_to_2}, str(path))
        Canvas.from_json(data["canvas"])
        for face in data["faces"]:
            check_plain(FaceRecord, face)
            _ = face["key"], face["sha256"], face["path"]
        return {name: data[name] for name in ("canvas", "sha256", "faces")}
    except UnknownFormatError:
        raise
    except (FontganError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FontganError(f"{path} is missing or damaged", "start a new run without {resume}") from error


def _note(store: GlyphStore, faces: Iterable[FaceRecord]) -> dict[str, Any]:
    faces = list(faces)
    return {
        "format": FORMAT,
        "path": str(store.path),
        "canvas": store.record.canvas.to_json(),
        "sha256": store.sha256(face.key for face in faces),
        "faces": [face.to_json() for face in faces],
    }


def _differences(before: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    for name, value in before["canvas"].items():
        if now["canvas"].get(name) != value:
            yield f"{name} of the canvas {value}, now {now['canvas'].get(name)}"
    faces = {face["key"]: face for face in now["faces"]}
    for face in before["faces"]:
        other = faces.pop(face["key"], None)
        if other is None:
            yield f"{face['key']} is no longer in it"
            continue
        for name, value in face.items():
            if name in other and other[name] != value and name not in _NOT_COMPARED:
                yield f"{name} of {face['key']} {value}, now {other[name]}"
    yield from (f"{key} is new in it" for key in faces)

"""The folder of a run: made for a new one, found for one to go on with, held by one process at a time.

runs/NAME/
    config.toml                     all that was decided
    dataset.json                    what it learns from: the faces, and a hash of their pictures
    log.jsonl                       one line a report
    samples/step-0000000.png        the same held-out characters each time
    checkpoints/step-0001000/       generator.safetensors: the weights to use and to share
                                    state.pt: what the training goes on from
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from fontgan.data.record import FaceRecord
from fontgan.data.store import GlyphStore
from fontgan.errors import FontganError
from fontgan.files import write_text

CONFIG = "config.toml"
_DATASET = "dataset.json"


def make_run(wanted: Path | None, model: str) -> Path:
    """The folder of a new run, made now; two trainings that start together get two.

    Raises:
        FontganError: it cannot be made, or holds something already.
    """
    if wanted is not None:
        if wanted.exists() and (not wanted.is_dir() or any(wanted.iterdir())):
            mend = "name another --run, remove it, or --resume it"
            if not (wanted / CONFIG).is_file():
                mend = "it is no run: name another --run"
            raise FontganError(f"{wanted} exists already: {mend}")
        candidates: Iterable[Path] = [wanted]
    else:
        candidates = (Path("runs") / f"{model}-{number}" for number in itertools.count(1))
    for folder in candidates:
        try:
            folder.mkdir(parents=True, exist_ok=wanted is not None)
        except FileExistsError:
            continue
        except OSError as error:
            raise FontganError(f"the run {folder} cannot be made: name another --run") from error
        break
    return folder


def newest_run(runs: Path, model: str | None) -> Path:
    """The run that was begun last, of that model if one is named.

    Raises:
        FontganError: there is none.
    """
    found = [path.parent for path in runs.glob(f"{model or ''}*/{CONFIG}")]
    if model:
        found = [run for run in found if run.name.removeprefix(f"{model}-").isdecimal()]
    if not found:
        of = f" of {model}" if model else ""
        raise FontganError(
            f"there is no run{of} in {runs}/ to go on with: name one by --run, or leave --resume out"
        )
    return max(found, key=lambda run: (run / CONFIG).stat().st_mtime_ns)


@contextmanager
def locked(run: Path) -> Iterator[None]:
    """While this block runs, no other process may train in the same folder.

    Raises:
        FontganError: another one does.
    """
    lock = FileLock(run / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise FontganError(
            f"{run} is being trained by another process: wait for it, or name another --run"
        ) from error
    except OSError as error:
        raise FontganError(
            f"{run} cannot be written: check its permissions, or name another --run"
        ) from error
    try:
        yield
    finally:
        lock.release()


def write_dataset(run: Path, store: GlyphStore, faces: Iterable[FaceRecord]) -> None:
    """Note what the run learns from."""
    write_text(run / _DATASET, json.dumps(_dataset(store, faces), ensure_ascii=False, indent=1) + "\n")


def check_dataset(run: Path, store: GlyphStore, faces: Iterable[FaceRecord]) -> None:
    """Make sure that the run would go on learning from what it began with.

    Raises:
        FontganError: the dataset has changed; what differs is told.
    """
    try:
        before = json.loads((run / _DATASET).read_text(encoding="utf-8"))
        before = {name: before[name] for name in ("sha256", "size", "faces")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FontganError(
            f"{run / _DATASET} is missing or damaged: begin a new run without --resume"
        ) from error
    now = json.loads(json.dumps(_dataset(store, faces)))
    if now["sha256"] == before["sha256"] and now["size"] == before["size"]:
        return
    differing = list(_differences(before, now)) or ["some of its glyph images"]
    raise FontganError(
        f"{store.path} has changed since {run} began ({'; '.join(differing)}): name the old one by --data, "
        "or begin a new run without --resume"
    )


def _dataset(store: GlyphStore, faces: Iterable[FaceRecord]) -> dict[str, Any]:
    faces = list(faces)
    return {
        "path": str(store.path),
        "size": store.record.size,
        "sha256": store.sha256(face.key for face in faces),
        "faces": [face.to_json() for face in faces],
    }


def _differences(before: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    if before["size"] != now["size"]:
        yield f"pictures of {before['size']} px, now {now['size']}"
    faces = {face["key"]: face for face in now["faces"]}
    for face in before["faces"]:
        other = faces.pop(face["key"], None)
        if other is None:
            yield f"{face['key']} is no longer in it"
            continue
        for name, value in face.items():
            if other.get(name) != value and name != "path":
                yield f"{name} of {face['key']} {value}, now {other.get(name)}"
    yield from (f"{key} is new in it" for key in faces)

"""A trained generator as one file to use and to share: its weights, and all that is needed with them.

The file is safetensors, which holds no code. Under the key `fontgan` of its metadata lies JSON: the
model, its settings, the size of the pictures, and which faces they were rendered from and how.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from fontgan.config import ModelSettings, from_record
from fontgan.data.record import FaceRecord
from fontgan.errors import FontganError
from fontgan.files import replacing
from fontgan.models import find_model

FORMAT = 2
_WEIGHTS = "generator.safetensors"


@dataclass(frozen=True)
class CheckpointRecord:
    """What a generator is and what it was trained on.

    Attributes:
        model: the name under which `find_model` finds it.
        settings: all of the model's.
        size: of its pictures, in pixels.
        step: after which step of the training.
        contents: the content faces that it was trained on, the first that draws a character first.
        style: the face that it learnt.
    """

    model: str
    settings: ModelSettings
    size: int
    step: int
    contents: tuple[FaceRecord, ...]
    style: FaceRecord


def save_checkpoint(run: Path, generator: nn.Module, record: CheckpointRecord) -> Path:
    """Write the generator of a run as of `record.step`; the run's older ones are then removed."""
    folder = run / "checkpoints"
    path = folder / f"step-{record.step:07}" / _WEIGHTS
    metadata = {"fontgan": json.dumps({"format": FORMAT, **asdict(record)}, ensure_ascii=False)}
    weights = {name: value.cpu().contiguous() for name, value in generator.state_dict().items()}
    with replacing(path) as beside:
        save_file(weights, beside, metadata)
    for older in _checkpoints(run):
        if older != path:
            older.unlink()
            older.parent.rmdir()
    return path


def load_checkpoint(path: Path) -> tuple[nn.Module, CheckpointRecord]:
    """The generator in evaluation mode, on the CPU, and its record.

    Raises:
        FontganError: the file is none, is damaged, or was written by a newer version.
    """
    try:
        with safe_open(path, framework="pt") as file:
            record = _read_record(path, (file.metadata() or {}).get("fontgan", ""))
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise _not_a_checkpoint(path) from error
    generator = find_model(record.model).build_generator(record.settings, record.size)
    try:
        generator.load_state_dict(weights)
    except RuntimeError as error:
        raise _not_a_checkpoint(path) from error
    return generator.eval().requires_grad_(False), record


def find_checkpoint(given: Path | None, runs: Path) -> Path:
    """The weights in a file or a run that the user named, or of the newest run in the folder `runs`.

    Raises:
        FontganError: there are none; the message names the command that makes some.
    """
    if given is None:
        found = [path for run in runs.glob("*") for path in _checkpoints(run)]
        if not found:
            raise FontganError(
                f"there is no trained run in {runs}/: type `fontgan train --model pix2pix` first"
            )
        return max(found, key=lambda path: path.stat().st_mtime_ns)
    if given.is_dir():
        found = _checkpoints(given)
        if not found:
            raise FontganError(
                f"{given} is no run, or one that has learnt nothing yet: name a folder of {runs}/"
            )
        return found[-1]
    if not given.is_file():
        raise FontganError(f"there is no run or checkpoint {given}: name a folder of {runs}/, or none")
    return given


def run_name(path: Path) -> str:
    """The name of the run that a checkpoint lies in, or the file's own where it lies in none."""
    in_run = path.name == _WEIGHTS and path.parent.parent.name == "checkpoints"
    return path.parents[2].name if in_run else path.stem


def _checkpoints(run: Path) -> list[Path]:
    return sorted(run.glob(f"checkpoints/step-*/{_WEIGHTS}"))


def _read_record(path: Path, text: str) -> CheckpointRecord:
    try:
        data: dict[str, Any] = json.loads(text)
        if data["format"] != FORMAT:
            raise FontganError(
                f"{path} has format {data['format']}, this fontgan reads format {FORMAT}: "
                + ("update fontgan" if data["format"] > FORMAT else "train again")
            )
        kind = type(find_model(data["model"]).preset("default"))
        return CheckpointRecord(
            model=data["model"],
            settings=from_record(kind, data["settings"]),
            size=data["size"],
            step=data["step"],
            contents=tuple(FaceRecord.from_json(content) for content in data["contents"]),
            style=FaceRecord.from_json(data["style"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise _not_a_checkpoint(path) from error


def _not_a_checkpoint(path: Path) -> FontganError:
    return FontganError(f"{path} is no checkpoint of fontgan, or a damaged one: name another --checkpoint")

"""A trained generator as one file: its weights and its record.

The file is safetensors, which holds no code. The record lies as JSON under the key `fontgan` of its metadata.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from fontgan.errors import FontganError
from fontgan.formats import to_text
from fontgan.runs.folder import WEIGHTS, name_of
from fontgan.runs.record import CheckpointRecord, Origin
from fontgan.untrusted import cured_by


def save_weights(folder: Path, generator: nn.Module, record: CheckpointRecord) -> Path:
    """Write the generator, with all that is needed to use it, to one file in a folder; returns the file.

    Raises:
        OSError: it cannot be written.
    """
    metadata = {"fontgan": to_text(record.to_json())}
    weights = {name: value.cpu().contiguous() for name, value in generator.state_dict().items()}
    path = folder / WEIGHTS
    try:
        save_file(weights, path, metadata)
    except SafetensorError as error:
        raise OSError(str(error)) from error  # as everything else reports a full disk
    return path


def read_record(path: Path) -> CheckpointRecord:
    """The record of a file of weights.

    Raises:
        FontganError: the file is damaged, foreign, or of a newer format.
    """
    with _opened(path) as file:
        text = (file.metadata() or {}).get("fontgan", "")
    if not text:
        raise _not_a_checkpoint(path)
    with cured_by("choose another run"):
        return CheckpointRecord.from_text(text, f"the checkpoint {path}")


def load_checkpoint(path: Path) -> tuple[nn.Module, CheckpointRecord]:
    """The generator in evaluation mode, on the CPU, and its record.

    Raises:
        FontganError: the file is damaged, foreign, or of a newer format.
    """
    record = read_record(path)
    with _opened(path) as file:
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    generator = record.build()
    try:
        generator.load_state_dict(weights)
    except RuntimeError as error:
        unknown = [*record.extra.get("settings", {}), *record.extra.get("first", {})]
        newer = f", perhaps because of {', '.join(unknown)}" if unknown else ""
        raise FontganError(
            f"the weights in {path} do not fit the network that its settings build{newer}",
            "update fontgan" if unknown else "choose another run",
        ) from error
    return generator.eval().requires_grad_(False), record


def origin_of(path: Path) -> Origin:
    """The origin that a record notes when another run starts from these weights."""
    return Origin(name_of(path), hashlib.sha256(path.read_bytes()).hexdigest())


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except (SafetensorError, OSError) as error:
        raise _not_a_checkpoint(path) from error


def _not_a_checkpoint(path: Path) -> FontganError:
    return FontganError(f"{path} is damaged, or is not a checkpoint of fontgan", "choose another run")

"""A trained generator as one file: its weights and its record.

The file is safetensors, which holds no code. The record lies as JSON under the key `fontgan` of its metadata.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from fontgan.errors import FontganError
from fontgan.runs.folder import (
    RUNS,
    WEIGHTS,
    GoneError,
    Run,
    find_weights,
    looked_up,
    name_of,
    naming_another,
)
from fontgan.runs.record import CheckpointRecord, Origin
from fontgan.untrusted import open_file

_MOST_BYTES = 8 << 30
_MOST_HEADER = 32 << 20  # bytes; that of the largest network here has a few kilobytes


def save_weights(folder: Path, generator: nn.Module, record: CheckpointRecord) -> Path:
    """Write the generator, with all that is needed to use it, to one file in a folder; returns the file.

    Raises:
        OSError: it cannot be written.
    """
    metadata = {"fontgan": json.dumps(record.to_json(), ensure_ascii=False, default=str)}
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
        FontganError: the file is missing, damaged, foreign, or of a newer format.
    """
    with _opened(path) as file:
        return _record(file, path)


def load_checkpoint(path: Path) -> tuple[nn.Module, CheckpointRecord]:
    """The generator in evaluation mode, on the CPU, and its record.

    No memory is taken for a network before it is known that the file has the weights of such a one.

    Raises:
        FontganError: the file is missing, damaged, foreign, or of a newer format.
    """
    with _opened(path) as file:
        record = _record(file, path)
        with torch.device("meta"):  # shapes without numbers
            generator = record.build()
        expected = generator.state_dict()
        shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
        if shapes != {name: tuple(value.shape) for name, value in expected.items()}:
            raise _other_network(path, record)
        # Copied, since what is read from the file is the file itself, which may be cut short meanwhile.
        weights = {name: file.get_tensor(name).to(value.dtype, copy=True) for name, value in expected.items()}
    if not all(value.isfinite().all() for value in weights.values()):
        raise FontganError(f"the weights in {path} are not finite", "choose another run or checkpoint")
    generator.load_state_dict(weights, assign=True)
    return generator.eval().requires_grad_(False), record


def load_best(
    given: Run | Path | str | None = None, runs: Path = RUNS
) -> tuple[Path, nn.Module, CheckpointRecord]:
    """What `find_weights` finds, loaded; it may be of a run that is being trained.

    Returns the file, and the generator and its record as `load_checkpoint`.

    Raises:
        FontganError: there are no weights, or damaged ones.
    """

    def look() -> tuple[Path, nn.Module, CheckpointRecord]:
        path = find_weights(given, runs)
        run = Run.of(path) if given is None else None
        with naming_another(run) if run else nullcontext():
            return path, *load_checkpoint(path)

    return looked_up(look)


def origin_of(path: Path) -> Origin:
    """The origin that a record notes when another run starts from these weights.

    Raises:
        FontganError: the file is missing or cannot be read.
    """
    try:
        with open_file(path) as file:
            return Origin(name_of(path), hashlib.file_digest(file, "sha256").hexdigest())  # type: ignore[arg-type]
    except OSError as error:
        raise _unreadable(path, error) from error


def _record(file: Any, path: Path) -> CheckpointRecord:
    text = (file.metadata() or {}).get("fontgan", "")
    try:
        return CheckpointRecord.from_json(json.loads(text), f"the checkpoint {path}")
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise _not_a_checkpoint(path) from error


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The file, opened once: what is read from it belongs together, whatever takes its place meanwhile."""
    try:
        _check_size(path)
        with safe_open(path, framework="pt") as file:
            yield file
    except OSError as error:
        raise _unreadable(path, error) from error
    except SafetensorError as error:
        raise _not_a_checkpoint(path) from error


def _check_size(path: Path) -> None:
    """Refuse what no network of fontgan's is: safetensors would read all of its header into memory."""
    with open_file(path) as file:
        header = int.from_bytes(file.read(8), "little")
        if os.fstat(file.fileno()).st_size > _MOST_BYTES or header > _MOST_HEADER:
            raise _not_a_checkpoint(path)


def _other_network(path: Path, record: CheckpointRecord) -> FontganError:
    unknown = [*record.extra.get("settings", {}), *record.extra.get("first", {})]
    newer = f", perhaps because of {', '.join(unknown)}" if unknown else ""
    return FontganError(
        f"the weights in {path} do not fit the network that its settings build{newer}",
        "update fontgan" if unknown else "choose another run",
    )


def _unreadable(path: Path, error: OSError) -> FontganError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return GoneError(f"there is no checkpoint {path}", "choose another run")
    return _not_a_checkpoint(path)


def _not_a_checkpoint(path: Path) -> FontganError:
    remedy = "remove {folder}, or choose another run" if Run.of(path) else "choose another run"
    return FontganError(f"{path} is damaged, or is not a checkpoint of fontgan", remedy, folder=path.parent)

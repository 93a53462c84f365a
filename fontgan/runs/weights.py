"""A trained generator as one file: its weights and its record.

The file is safetensors, which holds no code. The record lies as JSON under the key `fontgan` of its metadata.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save_file
from torch import Tensor, nn

from fontgan.errors import FontganError
from fontgan.formats import to_text
from fontgan.runs.finding import find_weights, naming_another
from fontgan.runs.folder import RUNS, WEIGHTS, GoneError, Run, looked_up, name_of
from fontgan.runs.record import CheckpointRecord, Origin
from fontgan.untrusted import DamagedError, cured_by, open_file, parse_json

_MOST_HEADER = 32 << 20  # bytes; that of the largest network here has some ten thousand
# What a table of other values than a checkpoint's leads to.
_DAMAGE = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RuntimeError)


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
        FontganError: the file is missing, damaged, foreign, or of a newer format.
    """
    with _opened(path) as file:
        return _Header(file).record(path)


def load_checkpoint(path: Path) -> tuple[nn.Module, CheckpointRecord]:
    """The generator in evaluation mode, on the CPU, and its record.

    No memory is taken for a network before it is known that the file has the weights of such a one.

    Raises:
        FontganError: the file is missing, damaged, foreign, or of a newer format.
    """
    with _opened(path) as file:
        header = _Header(file)
        record = header.record(path)
        with torch.device("meta"):  # shapes without numbers
            generator = record.build()
        expected = generator.state_dict()
        if not header.fits(expected):
            raise _other_network(path, record)
        file.seek(0)
        weights = load(file.read())
    if not all(value.isfinite().all() for value in weights.values()):
        raise FontganError(f"the weights in {path} are not finite", "choose another run or checkpoint")
    weights = {name: value.to(expected[name].dtype) for name, value in weights.items()}
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
            return Origin(name_of(path), hashlib.file_digest(file, "sha256").hexdigest())
    except OSError as error:
        raise _unreadable(path, error) from error


class _Header:
    """The first part of a file of safetensors: what it says of itself, and the shapes of its tensors.

    Raises:
        ValueError: it is longer than that of any network of fontgan, or is not JSON.
    """

    def __init__(self, file: BinaryIO) -> None:
        length = int.from_bytes(file.read(8), "little")
        if length > _MOST_HEADER:
            raise ValueError(length)
        self._table = dict(_parsed(file.read(length)))
        self._data = os.fstat(file.fileno()).st_size - 8 - length

    def record(self, path: Path) -> CheckpointRecord:
        """What is said of the network."""
        text = self._table["__metadata__"]["fontgan"]
        with cured_by("choose another run"):
            return CheckpointRecord.from_text(text, f"the checkpoint {path}")

    def fits(self, expected: Mapping[str, Tensor]) -> bool:
        """Whether the file has tensors of these names and shapes, and no more data than they need."""
        shapes = {name: entry["shape"] for name, entry in self._table.items() if name != "__metadata__"}
        most = sum(8 * value.numel() for value in expected.values())
        return shapes == {name: list(value.shape) for name, value in expected.items()} and self._data <= most


def _parsed(text: bytes) -> Any:
    try:
        return parse_json(text, "")
    except DamagedError as error:
        raise ValueError from error


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file, opened once: what is read from it belongs together, whatever takes its place meanwhile."""
    try:
        with open_file(path) as file:
            yield file
    except OSError as error:
        raise _unreadable(path, error) from error
    except (SafetensorError, *_DAMAGE) as error:
        raise _not_a_checkpoint(path) from error


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

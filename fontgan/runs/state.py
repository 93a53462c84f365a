"""The state that training continues from: checkpoints, each a folder that is complete or absent."""

from __future__ import annotations

import os
import pickle
import warnings
import zipfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import torch

from fontgan.bounds import Amount, Count
from fontgan.config.legacy import grid_before
from fontgan.errors import FontganError
from fontgan.files import remove_folder, replacing_folder
from fontgan.formats import UnknownFormatError, as_record, upgraded
from fontgan.models.base import Model
from fontgan.runs.folder import Run
from fontgan.runs.record import CheckpointRecord
from fontgan.runs.weights import read_record, save_weights
from fontgan.untrusted import cured_by, open_file, parse_json

FORMAT = 3
_STATE = "state.pt"


@dataclass(frozen=True)
class Reached:
    """The progress of a run.

    Attributes:
        step, images: steps made and characters learnt from so far.
        seconds: of training.
        progress: the share of the run that is done.
        decided: all settings that the weights depend on, by name, as JSON has them.
    """

    step: Count
    images: Count
    seconds: Amount
    progress: Amount
    decided: dict[str, Any]


def save(run: Run, model: Model[Any], record: CheckpointRecord, reached: Reached, keep: int) -> None:
    """Save a checkpoint with all that training continues from, and remove older ones but the best and newest.

    Args:
        run: which one.
        model: what is trained.
        record: of its generator.
        reached: how far the run is.
        keep: how many of the newest are kept.
    """
    with replacing_folder(run.checkpoint_folder(record.step)) as folder:
        save_weights(folder, model.average.network, record)
        data = {"format": FORMAT, "reached": vars(reached), "model": model.state()}
        with (folder / _STATE).open("wb") as file:
            _save(data, file)
    best = run.best
    for path in run.checkpoints[:-keep]:
        if path != best:
            remove_folder(path.parent)


def _save(data: object, file: BinaryIO) -> None:
    """`torch.save`, but a disk that is full is an OSError, as everywhere else.

    Raises:
        OSError: it cannot be written.
    """
    kept = _ErrorKeepingFile(file)
    try:
        torch.save(data, kept)  # type: ignore[arg-type]  # torch calls `write`, and `flush`
    except RuntimeError as error:
        raise (kept.error or error) from error


class _ErrorKeepingFile:
    """A file that keeps the error of writing to it, of which torch makes another one."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.error: OSError | None = None

    def write(self, content: bytes) -> int:
        try:
            return self._file.write(content)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        self._file.flush()


def restore(run: Run, model: Model[Any]) -> Reached | None:
    """Restore a model from the newest checkpoint of a run.

    Returns how far the run was, or None where nothing was kept yet.

    Raises:
        FontganError: the checkpoint is damaged, holds code, or is of other networks.
    """
    found = run.checkpoints
    if not found:
        return None
    for weights in found:
        try:
            record = read_record(weights)
        except UnknownFormatError:
            raise
        except FontganError as error:
            raise FontganError(
                f"{weights} is damaged", "remove {folder} and use {resume} again", folder=weights.parent
            ) from error
    path = found[-1].parent / _STATE
    data, reached = _load(path, record.size, older=[weights.parent for weights in found[:-1]])
    if reached.step != record.step:
        raise FontganError(
            f"{path} belongs to another step or another run",
            "remove {folder} and use {resume} again",
            folder=path.parent,
        )
    try:
        model.restore(data["model"])
        return reached
    except (RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FontganError(
            f"{path} does not fit this model and its settings ({_first_line(error)})",
            "resume with the settings of that run, or start a new run without {resume}",
        ) from error


def _load(path: Path, size: int, older: list[Path]) -> tuple[dict[str, Any], Reached]:
    """What a state file holds; never code, which torch's restricted loader refuses."""
    where = f"continue from {older[-1].name}" if older else "start over"
    remedy = "remove {folder}, and {resume} will " + where
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of files that are not its own
            with open_file(path) as file:
                _check_stored(file)
                data: Any = torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise FontganError(
            f"{path} holds more than weights, possibly code, and was not loaded", remedy, folder=path.parent
        ) from error
    except (RuntimeError, OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise FontganError(f"{path} is damaged", remedy, folder=path.parent) from error
    with cured_by(remedy, folder=path.parent):
        data = upgraded(data, FORMAT, {1: from_1_to_2, 2: partial(from_2_to_3, size)}, str(path))
        return data, as_record(Reached, data.get("reached"), str(path))


def _check_stored(file: BinaryIO) -> None:
    """Make sure that a state takes no more memory than it has bytes: torch packs none of its entries.

    Raises:
        ValueError, zipfile.BadZipFile: it is not as torch writes it.
    """
    size = os.fstat(file.fileno()).st_size
    with zipfile.ZipFile(file) as entries:
        found = entries.infolist()
    if any(entry.compress_type for entry in found) or sum(entry.file_size for entry in found) > size:
        raise ValueError(size)
    file.seek(0)


def from_1_to_2(data: dict[str, Any]) -> dict[str, Any]:
    """Format 2 has the settings as they are, where format 1 had them as a JSON text."""
    reached = data["reached"]
    return {**data, "reached": {**reached, "decided": parse_json(reached["decided"], "it")}}


def from_2_to_3(size: int, data: dict[str, Any]) -> dict[str, Any]:
    """Format 3 has the grid of generators that begin with `unshuffle`; `size` is that of the images."""
    reached = data["reached"]
    decided = reached["decided"]
    return {**data, "reached": {**reached, "decided": {**decided, **grid_before(decided, size)}}}


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[1] if len(lines) > 1 else (lines or ["unknown"])[0]

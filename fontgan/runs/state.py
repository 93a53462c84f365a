"""What a training goes on from: checkpoints, each a folder that is whole or not there."""

from __future__ import annotations

import pickle
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from fontgan.errors import FontganError
from fontgan.files import replacing_folder
from fontgan.models.base import Model
from fontgan.runs.checkpoint import (
    CheckpointRecord,
    best_weights,
    checkpoint_folder,
    read_record,
    save_weights,
    weights_of,
)

FORMAT = 1
_STATE = "state.pt"


def save(
    run: Path, model: Model[Any], record: CheckpointRecord, reached: Mapping[str, Any], keep: int
) -> None:
    """Keep the weights and all that the training goes on from; older ones go, but the best and the newest.

    Args:
        run: its folder.
        model: what was trained.
        record: of its generator.
        reached: how far the training is, as plain data.
        keep: how many of the newest are kept.
    """
    with replacing_folder(checkpoint_folder(run, record.step)) as folder:
        save_weights(folder, model.average.network, record)
        torch.save({"format": FORMAT, "reached": dict(reached), "model": model.state()}, folder / _STATE)
    found = weights_of(run)
    best = best_weights(run)
    for path in found[:-keep]:
        if path != best:
            shutil.rmtree(path.parent)


def restore(run: Path, model: Model[Any]) -> dict[str, Any] | None:
    """Bring a model to where the newest checkpoint of a run left it.

    Returns how far the training was, or None where nothing was kept yet.

    Raises:
        FontganError: the checkpoint is damaged, holds code, or is of other networks.
    """
    found = weights_of(run)
    if not found:
        return None
    for weights in found:
        try:
            record = read_record(weights)
        except FontganError as error:
            raise FontganError(f"{weights} is damaged: remove {weights.parent}, and --resume") from error
    path = found[-1].parent / _STATE
    data = _load(path, older=[weights.parent for weights in found[:-1]])
    if data["reached"].get("step") != record.step:
        raise FontganError(f"{path} is of another step or another run: remove {path.parent}, and --resume")
    try:
        model.restore(data["model"])
    except (RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FontganError(
            f"{path} has weights of another size or another model ({_first_line(error)}): "
            "resume with the settings of that run"
        ) from error
    reached: dict[str, Any] = data["reached"]
    return reached


def _load(path: Path, older: list[Path]) -> dict[str, Any]:
    """What a state file holds; never code, which torch's restricted loader refuses."""
    mend = f"remove {path.parent}, and --resume " + (
        f"goes on from {older[-1].name}" if older else "begins anew"
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of torch, on what is no file of torch's
            data: Any = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise FontganError(
            f"{path} holds other things than weights, which may be code and was not run: {mend}"
        ) from error
    except (RuntimeError, OSError, EOFError, ValueError, KeyError) as error:
        raise FontganError(f"{path} is damaged: {mend}") from error
    if (
        not isinstance(data, dict)
        or data.get("format") != FORMAT
        or not isinstance(data.get("reached"), dict)
    ):
        raise FontganError(f"{path} was written by another version of fontgan: {mend}")
    return data


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[1] if len(lines) > 1 else (lines or ["unknown"])[0]

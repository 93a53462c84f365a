"""The largest batch that fits into the memory of a GPU."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import torch

from fontgan.data.views import Batch
from fontgan.errors import FontganError
from fontgan.models.base import Model


def out_of_memory(model: Model[Any], batch: Batch, batch_size: int) -> FontganError:
    """The error that names the largest of batch_size/2, /4, … that fits, found by trial.

    Args:
        model: it cannot be used afterwards.
        batch: on its device, any that the view gives.
        batch_size: that was too large.
    """
    size = len(batch) // 2
    while size and not _fits(model, batch, size):
        size //= 2
    device = model.engine.device.type
    if not size:
        return FontganError(
            f"the memory of {device} is too small for this model, even with the smallest batch",
            "train a smaller model, or train on the CPU with {device}",
        )
    return FontganError(
        f"the memory of {device} is too small for batch_size={batch_size}",
        "{set} batch_size={whole} fits, or {set} accumulation={parts}, which computes the same batch "
        "in parts",
        whole=size * model.engine.ranks.count,
        parts=model.settings.optimisation.accumulation * len(batch) // size,
    )


def _fits(model: Model[Any], batch: Batch, size: int) -> bool:
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    part = Batch(*(getattr(batch, field.name)[:size] for field in fields(batch)))
    try:
        model.step(part, number=1, progress=0.99)
    except torch.OutOfMemoryError:
        return False
    return True

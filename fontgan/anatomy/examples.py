"""Tasks, inputs and batches of the right shapes, of noise, to try networks with."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from fontgan.config.settings import ModelSettings
from fontgan.data.views import Batch
from fontgan.models import find_model
from fontgan.models.base import FirstStage, Model, Task

_CHARACTERS = 100  # as few as are enough for a training
_FIRST = "pix2pix"  # what a second stage cleans, where nothing else is said


def example_task(kind: type[Model[Any]], size: int) -> Task:
    """Two styles, and a first stage where the model goes on from one."""
    first = FirstStage(_FIRST, find_model(_FIRST).preset("default")) if kind.two_stages else None
    return Task(size, 2 if kind.many_styles else 1, _CHARACTERS, first)


def example_inputs(
    kind: type[Model[Any]],
    settings: ModelSettings,
    size: int,
    count: int = 1,
    device: torch.device | str = "cpu",
) -> list[Tensor]:
    """What a generator of that kind is called with: `count` pictures and its conditions.

    Returns:
        Pictures, float (count, 1, size, size), and of each condition in its order: the numbers of styles,
        int64 (count,), or as many references as it learns with, float (count, references, 1, size, size).
    """
    given = {
        "styles": torch.zeros(count, dtype=torch.int64, device=device),
        "references": torch.rand(count, references_of(settings), 1, size, size, device=device),
    }
    pictures = torch.rand(count, 1, size, size, device=device)
    return [pictures, *(given[condition] for condition in kind.conditions)]


def example_batch(settings: ModelSettings, task: Task, device: torch.device) -> Batch:
    """As many glyphs of noise as a training step of these settings takes."""
    count, size = settings.batch_size, task.size
    return Batch(
        torch.rand(count, 1, size, size, device=device),
        torch.rand(count, 1, size, size, device=device),
        torch.arange(count, device=device) % task.styles,
        torch.arange(count, device=device) % task.characters,
        torch.rand(count, references_of(settings), 1, size, size, device=device),
    )


def references_of(settings: ModelSettings) -> int:
    """How many references each picture is drawn from; 0 where a model knows none."""
    return int(getattr(settings, "references", 0))

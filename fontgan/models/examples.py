"""Specs, inputs and batches of the right shapes, of noise, to try networks with."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from fontgan.config.settings import ModelSettings
from fontgan.data.views import Batch
from fontgan.models import find_model
from fontgan.models.base import FirstStage, GeneratorSpec, Model

_CHARACTERS = 100  # as few as are enough for a run
_FIRST = "pix2pix"  # what a second stage cleans, where nothing else is said


def example_spec(kind: type[Model[Any]], size: int) -> GeneratorSpec:
    """Two styles where a model learns many, and a first stage where it continues from one."""
    first = FirstStage(_FIRST, find_model(_FIRST).preset("default")) if kind.two_stages else None
    return GeneratorSpec(size, 2 if kind.many_styles else 1, _CHARACTERS, first=first)


def example_inputs(
    kind: type[Model[Any]],
    settings: ModelSettings,
    size: int,
    count: int = 1,
    device: torch.device | str = "cpu",
    contents: int = 1,
) -> list[Tensor]:
    """What a generator of that kind is called with: `count` images and its conditions.

    Returns:
        Images, float (count, contents, size, size), and each condition in its order: the numbers of styles,
        int64 (count,), or as many references as it learns with, float (count, references, 1, size, size).
    """
    given = {
        "styles": torch.zeros(count, dtype=torch.int64, device=device),
        "references": torch.rand(count, references_of(settings), 1, size, size, device=device),
    }
    images = torch.rand(count, contents, size, size, device=device)
    return [images, *(given[condition] for condition in kind.conditions)]


def example_batch(settings: ModelSettings, spec: GeneratorSpec, device: torch.device) -> Batch:
    """As many glyphs of noise as a training step of these settings takes."""
    count, size = settings.optimisation.batch_size, spec.size
    return Batch(
        torch.rand(count, spec.contents, size, size, device=device),
        torch.rand(count, 1, size, size, device=device),
        torch.arange(count, device=device) % spec.styles,
        torch.arange(count, device=device) % spec.characters,
        torch.rand(count, references_of(settings), 1, size, size, device=device),
    )


def references_of(settings: ModelSettings) -> int:
    """How many references each image is drawn from; 0 where a model takes none."""
    return int(getattr(settings, "references", 0))

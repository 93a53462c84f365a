"""Pictures through a generator."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from fontgan.compute.ranks import Ranks
from fontgan.data.images import as_bytes, as_floats
from fontgan.progress import Silent, Watcher

_BATCH = 64


def as_inputs(part: Tensor) -> Tensor:
    """What a generator takes: glyph images as floats, numbers of styles as they are."""
    return as_floats(part) if part.dtype == torch.uint8 else part


def translate(
    generator: nn.Module,
    pictures: Tensor,
    conditions: Sequence[Tensor] = (),
    watcher: Watcher | None = None,
) -> Tensor:
    """Content glyph images, uint8 (n, 1, size, size), to those of the style, on the same device.

    In float32 throughout, in batches that fit any memory, and rounded to bytes: what is measured is what
    is saved.

    Args:
        generator: in evaluation mode.
        pictures: of the content.
        conditions: what it is told beside them, (n, …) each, or (1, …) for all.
        watcher: told of each character.
    """
    return torch.cat(_translated(generator, _batches(pictures, conditions), watcher or Silent()))


def translate_together(
    generator: nn.Module, pictures: Tensor, conditions: Sequence[Tensor], ranks: Ranks, watcher: Watcher
) -> Tensor:
    """The same with the batches dealt out to all processes; the result is whole in all, on the CPU.

    Each batch is that which one process would make, so that its pictures are the same to the last bit.
    """
    mine = _batches(pictures, conditions)[ranks.number :: ranks.count]
    found = ranks.gather([part.cpu() for part in _translated(generator, mine, watcher)])
    return torch.cat([part for turn in itertools.zip_longest(*found) for part in turn if part is not None])


def _batches(pictures: Tensor, conditions: Sequence[Tensor]) -> list[tuple[Tensor, ...]]:
    turns = len(pictures.split(_BATCH))
    parts = ([part] * turns if len(part) == 1 else part.split(_BATCH) for part in (pictures, *conditions))
    return list(zip(*parts, strict=True))


@torch.no_grad()
def _translated(
    generator: nn.Module, batches: Sequence[tuple[Tensor, ...]], watcher: Watcher
) -> list[Tensor]:
    made = []
    for batch in batches:
        made.append(as_bytes(generator(*map(as_inputs, batch))))
        watcher.advance(len(batch[0]))
    return made

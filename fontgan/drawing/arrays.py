"""Glyph images through a generator: all drawing is done here."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from fontgan.compute.ranks import Ranks
from fontgan.data.images import as_floats

_PIXELS = 64 * 64**2  # of the images that go through a network together


def batch_of(size: int) -> int:
    """How many images of that size go through a network together: their maps take the same memory."""
    return max(1, _PIXELS // size**2)


@torch.no_grad()
def draw_arrays(
    network: nn.Module,
    content: Tensor,
    conditions: Sequence[Tensor] = (),
    device: torch.device | None = None,
    ranks: Ranks | None = None,
) -> Tensor:
    """Content images to images in a style: float32 (n, 1, size, size) in [0, 1], on the CPU.

    Computed in float32, in batches that fit any memory. Several processes share the batches, each of which
    is the one that a single process would make: the images are the same to the last bit, in all of them.

    Args:
        network: a generator in evaluation mode.
        content: uint8 (n, channels, size, size), 0 = ink, on any device.
        conditions: the generator's further inputs, (n, …) each, or (1, …) for all.
        device: where the network is; the CPU if it is None.
        ranks: the processes that share the work; this one alone if it is None.
    """
    ranks = ranks or Ranks()
    batches = itertools.islice(network_inputs(content, conditions, device), ranks.number, None, ranks.count)
    drawn = [network(*batch).float().cpu() for batch in batches]
    turns = itertools.zip_longest(*ranks.gather(drawn))
    return torch.cat([part for turn in turns for part in turn if part is not None])


def network_inputs(
    content: Tensor, conditions: Sequence[Tensor] = (), device: torch.device | None = None
) -> Iterator[tuple[Tensor, ...]]:
    """What a generator takes, batch by batch: images as floats, numbers of styles as they are."""
    batch = batch_of(content.shape[-1])
    turns = len(content.split(batch))
    parts = ([part] * turns if len(part) == 1 else part.split(batch) for part in (content, *conditions))
    for inputs in zip(*parts, strict=True):
        placed = (part.to(device or torch.device("cpu")) for part in inputs)
        yield tuple(as_floats(part) if part.dtype == torch.uint8 else part for part in placed)

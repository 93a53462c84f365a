"""Views of the store as batches: a content face and a style face, character by character."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from fontgan.data.store import GlyphStore
from fontgan.errors import FontganError

Split = Literal["train", "validation", "test"]

_HELD_OUT_PERCENT = 5  # of the characters for validation, and as many for test


@dataclass(frozen=True)
class Batch:
    """The same characters in the content font and in the style: two float (n, 1, size, size).

    Both are in [0, 1], 1 = paper.
    """

    real_a: Tensor
    real_b: Tensor


@dataclass(frozen=True)
class Pairs:
    """The characters that both faces draw, held in memory.

    Attributes:
        codes: their code points, ascending.
        content: uint8 (n, 1, size, size), 0 = ink.
        style: the same shape, in the style.
    """

    codes: list[int]
    content: Tensor
    style: Tensor

    def __len__(self) -> int:
        return len(self.codes)

    def to(self, device: torch.device) -> Pairs:
        """The same pairs on a device."""
        return Pairs(self.codes, self.content.to(device), self.style.to(device))

    def batch(self, start: int, stop: int) -> Batch:
        """The pairs from `start` up to `stop`, as they are."""
        return Batch(as_floats(self.content[start:stop]), as_floats(self.style[start:stop]))


def split_of(code: int) -> Split:
    """The split of a character: 90 % train, 5 % validation, 5 % test.

    Decided by a hash of the code point alone, so that a character stays where it is when fonts or
    characters are added, and is held out of every style alike.
    """
    digest = hashlib.sha256(code.to_bytes(4, "big")).digest()
    share = int.from_bytes(digest[:4], "big") % 100
    if share < _HELD_OUT_PERCENT:
        return "test"
    return "validation" if share < 2 * _HELD_OUT_PERCENT else "train"


def load_pairs(store: GlyphStore, content: str, style: str, split: Split) -> Pairs:
    """The pairs of two faces of the store, by their keys, in one split.

    Raises:
        FontganError: there is no such pair.
    """
    in_style = set(store.codes(style))
    codes = [code for code in store.codes(content) if code in in_style and split_of(code) == split]
    if not codes:
        raise FontganError(
            f"{style} has too few characters in {store.path}: of {len(in_style)} none falls to {split}. "
            "A hundred are enough: draw more, or render more with `fontgan render-dataset --charset`"
        )
    pictures = (torch.from_numpy(store.images(face, codes)).unsqueeze(1) for face in (content, style))
    return Pairs(codes, *pictures)


def as_floats(pictures: Tensor) -> Tensor:
    """uint8 glyph images to floats in [0, 1]."""
    return pictures.float() / 255


def as_bytes(pictures: Tensor) -> Tensor:
    """Floats in [0, 1] to uint8 glyph images."""
    return (pictures * 255).round().to(torch.uint8)


def training_batches(
    pairs: Pairs, batch_size: int, shift: int, generator: torch.Generator
) -> Iterator[Batch]:
    """Batches without end: every character once in each epoch, in a new random order.

    Args:
        pairs: on the device where the batches are to be.
        batch_size: characters a batch; fewer where there are not so many.
        shift: each pair is moved by up to so many pixels, both sides alike; paper comes in.
        generator: of random numbers, on the CPU.
    """
    size = min(batch_size, len(pairs))
    while True:
        order = torch.randperm(len(pairs), generator=generator)
        for start in range(0, len(pairs) - size + 1, size):
            chosen = order[start : start + size].to(pairs.content.device)
            content, style = pairs.content[chosen], pairs.style[chosen]
            if shift:
                offsets = torch.randint(0, 2 * shift + 1, (2, size), generator=generator)
                content, style = (_shifted(side, offsets, shift) for side in (content, style))
            yield Batch(as_floats(content), as_floats(style))


def _shifted(pictures: Tensor, offsets: Tensor, most: int) -> Tensor:
    """Move each of (n, 1, size, size) down and right by its offsets (2, n) in 0..2·most, less most."""
    size = pictures.shape[-1]
    padded = torch.nn.functional.pad(pictures, [most] * 4, value=255)
    window = torch.arange(size)
    down, right = ((2 * most - axis).unsqueeze(1) + window for axis in offsets)
    each = torch.arange(len(pictures))
    moved = padded[each[:, None, None], 0, down[:, :, None], right[:, None, :]]
    return moved.unsqueeze(1)

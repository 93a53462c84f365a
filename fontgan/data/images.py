"""Glyph images by number: all in memory where they fit, otherwise read from the store when needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from fontgan.data.store import GlyphStore

GlyphKey = tuple[str, int]  # a face and a code point


class Images(Protocol):
    """Glyph images that can be taken by their numbers."""

    def take(self, rows: Tensor) -> Tensor:
        """The images of these numbers, int64 (n,): uint8 (n, 1, size, size), on the images' device."""

    def to(self, device: torch.device) -> Images:
        """The same images, on another device."""


class InMemory:
    """Images held as one tensor, uint8 (n, 1, size, size)."""

    def __init__(self, pixels: Tensor) -> None:
        self._pixels = pixels

    def take(self, rows: Tensor) -> Tensor:
        """See `Images`."""
        return self._pixels[rows.to(self._pixels.device)]

    def to(self, device: torch.device) -> InMemory:
        """See `Images`."""
        return InMemory(self._pixels.to(device))


class FromStore:
    """Images that stay in the store, which must be open as long as they are used."""

    def __init__(self, store: GlyphStore, keys: Sequence[GlyphKey], device: torch.device) -> None:
        self._store, self._keys, self._device = store, keys, device

    def take(self, rows: Tensor) -> Tensor:
        """See `Images`."""
        found = self._store.glyphs([self._keys[row] for row in rows.tolist()])
        return torch.from_numpy(found).unsqueeze(1).to(self._device)

    def to(self, device: torch.device) -> FromStore:
        """See `Images`."""
        return FromStore(self._store, self._keys, device)


def load_images(store: GlyphStore, keys: Sequence[GlyphKey], room: int | None = None) -> Images:
    """The images of `keys`, numbered from 0 in that order; in memory if they take at most `room` bytes."""
    needed = len(keys) * store.record.size**2
    if room is not None and needed > room:
        return FromStore(store, keys, torch.device("cpu"))
    return InMemory(torch.from_numpy(store.glyphs(keys)).unsqueeze(1))


def as_floats(images: Tensor) -> Tensor:
    """uint8 glyph images to floats in [0, 1]."""
    return images.float() / 255


def as_bytes(images: Tensor) -> Tensor:
    """Floats in [0, 1] to uint8 glyph images."""
    return (images * 255).round().to(torch.uint8)

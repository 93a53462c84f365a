"""Views of the store as batches: paired or unpaired, one style or many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from fontgan.data.augmentation import Augmentation
from fontgan.data.images import GlyphKey, Images, as_floats, load_images
from fontgan.data.splits import Split, split_of
from fontgan.data.store import GlyphStore
from fontgan.errors import FontganError


@dataclass(frozen=True)
class Batch:
    """Glyphs of the content and of a style: two float (n, 1, size, size) in [0, 1], 1 = paper.

    Attributes:
        real_a: of the content.
        real_b: in a style: of the same characters in a paired view, never so in an unpaired one.
        styles: which style each of `real_b` is in, int64 (n,), by its number in the view.
    """

    real_a: Tensor
    real_b: Tensor
    styles: Tensor


@dataclass(frozen=True)
class View:
    """Characters of the content and glyphs of one or more styles.

    Attributes:
        images: where the pictures come from.
        codes_a, rows_a: code points of the content side, and their numbers in `images`, int64 (n,).
        codes_b, rows_b: the same of the style side, int64 (m,).
        styles: which style each of the style side is in, int64 (m,).
        paired: whether row i of both sides is one character; n = m then.
    """

    images: Images
    codes_a: Tensor
    rows_a: Tensor
    codes_b: Tensor
    rows_b: Tensor
    styles: Tensor
    paired: bool

    def __len__(self) -> int:
        return len(self.rows_b)

    def to(self, device: torch.device) -> View:
        """The same view of images on a device."""
        return replace(self, images=self.images.to(device))

    def training_batches(
        self, batch_size: int, augmentation: Augmentation, generator: torch.Generator
    ) -> Iterator[Batch]:
        """Batches without end: every glyph once in each epoch, in a new random order.

        Args:
            batch_size: glyphs a batch; fewer where there are not so many.
            augmentation: what is done to both sides of each pair.
            generator: of random numbers, on the CPU.
        """
        for chosen_a, chosen_b in self._choices(batch_size, generator):
            content = self.images.take(self.rows_a[chosen_a])
            style = self.images.take(self.rows_b[chosen_b])
            real_a, real_b = augmentation.apply((as_floats(content), as_floats(style)), generator)
            yield Batch(real_a, real_b, self.styles[chosen_b].to(real_b.device))

    def _choices(self, batch_size: int, generator: torch.Generator) -> Iterator[tuple[Tensor, Tensor]]:
        size = min(batch_size, len(self.rows_a), len(self.rows_b))
        if self.paired:
            for chosen in _epochs(len(self), size, generator):
                yield chosen, chosen
        sides = (_epochs(len(rows), size, generator) for rows in (self.rows_a, self.rows_b))
        for chosen_a, chosen_b in zip(*sides, strict=True):
            yield chosen_a, self._apart(chosen_a, chosen_b, generator)

    def _apart(self, chosen_a: Tensor, chosen_b: Tensor, generator: torch.Generator) -> Tensor:
        """`chosen_b` with another glyph wherever it meets its own character in `chosen_a`."""
        while (meeting := self.codes_a[chosen_a] == self.codes_b[chosen_b]).any():
            drawn = torch.randint(len(self.rows_b), chosen_b.shape, generator=generator)
            chosen_b = torch.where(meeting, drawn, chosen_b)
        return chosen_b


def load_view(
    store: GlyphStore,
    styles: Sequence[str],
    split: Split,
    paired: bool = True,
    room: int | None = None,
) -> View:
    """The characters of one split in the content and in some styles, by their keys in the store.

    Paired, each glyph of a style stands beside the same character of the content. Unpaired, the content side
    has all its characters of the split, and no batch has a character beside itself.

    Args:
        store: which must stay open where the images do not fit into memory.
        styles: the keys of the faces; their order numbers the styles.
        split: which characters.
        paired: whether the two sides show the same characters.
        room: bytes that the images may take in memory; any number where it is None.

    Raises:
        FontganError: a style has no character in that split that the content has too.
    """
    contents = {code: face for code, face in store.content().items() if split_of(code) == split}
    side_a: list[GlyphKey] = []
    side_b: list[GlyphKey] = []
    numbers: list[int] = []
    for number, style in enumerate(styles):
        drawn = store.codes(style)
        codes = [code for code in drawn if code in contents]
        if not codes:
            raise FontganError(
                f"{style} has too few characters in {store.path}: of {len(drawn)} none falls to {split}. "
                "A hundred are enough: draw more, or render more with `fontgan render-dataset --charset`"
            )
        side_b += [(style, code) for code in codes]
        numbers += [number] * len(codes)
    if paired:
        side_a = [(contents[code], code) for _, code in side_b]
    else:
        side_a = [(face, code) for code, face in sorted(contents.items())]
        if len({code for _, code in side_b}) == 1:  # no other could stand in where it meets itself
            raise FontganError(f"{store.path} has one character in {split}: unpaired batches need two")
    keys = list(dict.fromkeys(side_a + side_b))
    rows = {key: row for row, key in enumerate(keys)}
    codes_a, codes_b = (torch.tensor([code for _, code in side]) for side in (side_a, side_b))
    rows_a, rows_b = (torch.tensor([rows[key] for key in side]) for side in (side_a, side_b))
    images = load_images(store, keys, room)
    return View(images, codes_a, rows_a, codes_b, rows_b, torch.tensor(numbers), paired)


def _epochs(count: int, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Numbers below `count`, `size` at a time, each once an epoch; what does not fill a batch waits."""
    while True:
        order = torch.randperm(count, generator=generator)
        for start in range(0, count - size + 1, size):
            yield order[start : start + size]

"""Views of the store as batches: paired or unpaired, one style or many."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Literal

import torch
from torch import Tensor

from fontgan.data.augmentation import Augmentation
from fontgan.data.images import GlyphKey, Images, as_floats, load_images
from fontgan.data.seeds import generator_at
from fontgan.data.splits import Split, split_of
from fontgan.data.store import GlyphStore
from fontgan.errors import FontganError

# Which random numbers: those of one kind must not follow those of another.
_ORDER_A, _ORDER_B, _APART, _CHANGES, _REFERENCES = range(5)

Condition = Literal["styles", "references"]


@dataclass(frozen=True)
class Batch:
    """Glyphs of the content and of a style: two float (n, 1, size, size) in [0, 1], 1 = paper.

    Attributes:
        real_a: of the content.
        real_b: in a style: of the same characters in a paired view, never so in an unpaired one.
        styles: which style each of `real_b` is in, int64 (n,), by its number in the view.
        characters: which character each of `real_a` shows, int64 (n,), by its number among those of the view.
        references: other glyphs in the style of each of `real_b`, (n, count, 1, size, size); count may be 0.
    """

    real_a: Tensor
    real_b: Tensor
    styles: Tensor
    characters: Tensor
    references: Tensor

    def __len__(self) -> int:
        return len(self.real_a)

    def parts(self, count: int) -> list[Batch]:
        """The batch in so many equal parts; itself where it is one."""
        if count == 1:
            return [self]
        sides = (getattr(self, field.name).chunk(count) for field in fields(self))
        return [Batch(*part) for part in zip(*sides, strict=True)]

    def conditions(self, names: Sequence[Condition]) -> list[Tensor]:
        """What a generator is told beside the content."""
        return [getattr(self, name) for name in names]


@dataclass(frozen=True)
class View:
    """Characters of the content and glyphs of one or more styles.

    Attributes:
        images: where the pictures come from.
        codes_a, rows_a: code points of the content side, and their numbers in `images`, int64 (n,).
        codes_b, rows_b: the same of the style side, int64 (m,).
        styles: which style each of the style side is in, int64 (m,), ascending.
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
        self,
        batch_size: int,
        augmentation: Augmentation,
        seed: int,
        first: int = 0,
        share: Callable[[Tensor], Tensor] = lambda rows: rows,
        multiple: int = 1,
        references: int = 0,
    ) -> Iterator[Batch]:
        """Batches without end: every glyph once in each epoch, in a new random order.

        What a batch holds depends on the seed and on its number alone.

        Args:
            batch_size: glyphs a batch; fewer where there are not so many.
            augmentation: what is done to both sides of each pair.
            seed: of the random numbers.
            first: the number of the first batch, from 0.
            share: the rows of a batch that this process computes.
            multiple: a batch can be divided by this.
            references: how many other glyphs of its style stand beside each.

        Raises:
            FontganError: there are fewer glyphs than that.
        """
        size = min(batch_size, len(self.rows_a), len(self.rows_b)) // multiple * multiple
        if not size:
            raise FontganError(f"{len(self)} characters to learn from cannot be divided by {multiple}")
        for number, (chosen_a, chosen_b) in enumerate(self._choices(size, seed, first), first):
            others = self._others(chosen_b, references, generator_at(seed, number, _REFERENCES))
            change = augmentation.draw(size, generator_at(seed, number, _CHANGES)).of(share)
            rows_a, rows_b = share(chosen_a), share(chosen_b)
            real_a = change.apply(as_floats(self.images.take(self.rows_a[rows_a])))
            real_b = change.apply(as_floats(self.images.take(self.rows_b[rows_b])))
            yield Batch(
                real_a,
                real_b,
                self.styles[rows_b].to(real_b.device),
                self.characters[rows_a].to(real_b.device),
                as_floats(self._take(share(others))),
            )

    @cached_property
    def characters(self) -> Tensor:
        """The number of each character of the content side among all that it has, int64 (n,)."""
        numbers: Tensor = torch.unique(self.codes_a, return_inverse=True)[1]
        return numbers

    def references(self, count: int) -> Tensor:
        """The same few glyphs of each style each time, uint8 (styles, count, 1, size, size)."""
        drawn = []
        for style in range(int(self.styles.max()) + 1):
            rows = (self.styles == style).nonzero().flatten()
            order = torch.randperm(len(rows), generator=generator_at(0, style, _REFERENCES))
            drawn.append(rows[order.repeat(-(-count // len(rows)))[:count]])
        return self._take(torch.stack(drawn))

    def _take(self, rows: Tensor) -> Tensor:
        """The style side's glyphs of these numbers, int64 (n, count): uint8 (n, count, 1, size, size)."""
        return torch.unflatten(self.images.take(self.rows_b[rows.flatten()]), 0, rows.shape)

    def _others(self, chosen: Tensor, count: int, generator: torch.Generator) -> Tensor:
        """So many random glyphs in the style of each that was chosen, never itself if there is another."""
        sizes = torch.bincount(self.styles)
        starts, size = (sizes.cumsum(0) - sizes)[self.styles[chosen]], sizes[self.styles[chosen]]
        steps = torch.rand(len(chosen), count, generator=generator) * (size - 1).unsqueeze(1)
        places = (chosen - starts).unsqueeze(1) + 1 + steps.long()
        return starts.unsqueeze(1) + places % size.unsqueeze(1)

    def _choices(self, size: int, seed: int, first: int) -> Iterator[tuple[Tensor, Tensor]]:
        side_b = _epochs(len(self.rows_b), size, seed, first, _ORDER_B)
        if self.paired:
            for chosen in side_b:
                yield chosen, chosen
        side_a = _epochs(len(self.rows_a), size, seed, first, _ORDER_A)
        for number, (chosen_a, chosen_b) in enumerate(zip(side_a, side_b, strict=True), first):
            yield chosen_a, self._apart(chosen_a, chosen_b, generator_at(seed, number, _APART))

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


def _epochs(count: int, size: int, seed: int, first: int, side: int) -> Iterator[Tensor]:
    """Numbers below `count`, `size` at a time, each once an epoch; what does not fill a batch waits."""
    begun = -1
    order = torch.empty(0, dtype=torch.int64)
    for number in itertools.count(first):
        epoch, place = divmod(number, count // size)
        if epoch != begun:
            order, begun = torch.randperm(count, generator=generator_at(seed, epoch, side)), epoch
        yield order[place * size : (place + 1) * size]

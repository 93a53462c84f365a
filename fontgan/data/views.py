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
from fontgan.data.images import Images, as_floats
from fontgan.data.seeds import generator_at
from fontgan.errors import FontganError

# Kinds of random numbers, which must be independent of each other.
_ORDER_A, _ORDER_B, _APART, _CHANGES, _REFERENCES = range(5)

_PAPER = 255

Condition = Literal["styles", "references"]


@dataclass(frozen=True)
class Batch:
    """Glyphs of the content and of a style: floats in [0, 1], 1 = paper.

    Attributes:
        real_a: of the content, (n, channels, size, size): one channel, or one for each content face.
        real_b: in a style, (n, 1, size, size): of the same characters in a paired view, never so in an
            unpaired one.
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
        """The batch in `count` equal parts; itself where that is one."""
        if count == 1:
            return [self]
        sides = (getattr(self, field.name).chunk(count) for field in fields(self))
        return [Batch(*part) for part in zip(*sides, strict=True)]

    def conditions(self, names: Sequence[Condition]) -> list[Tensor]:
        """The inputs of a generator beside the content."""
        return [getattr(self, name) for name in names]


@dataclass(frozen=True)
class View:
    """Characters of the content and glyphs of one or more styles.

    Attributes:
        images: where the glyph images come from.
        codes_a: code points of the content side, int64 (n,).
        rows_a: numbers of their images in `images`, int64 (n, channels), -1 where a face lacks a character.
        codes_b, rows_b: the same of the style side, both int64 (m,).
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
        """Endless batches: every glyph once in each epoch, in a new random order.

        What a batch holds depends on the seed and on its number alone.

        Args:
            batch_size: glyphs per batch; fewer where there are fewer.
            augmentation: random changes, the same to both sides of each pair.
            seed: the random seed.
            first: the number of the first batch, from 0.
            share: the rows of a batch that this process computes.
            multiple: a batch can be divided by this.
            references: the number of other glyphs of its style beside each.

        Raises:
            FontganError: there are fewer glyphs than `multiple`.
        """
        size = min(batch_size, len(self.rows_a), len(self.rows_b)) // multiple * multiple
        if not size:
            raise FontganError(
                f"{len(self)} training characters cannot be divided into {multiple} equal parts"
            )
        for number, (chosen_a, chosen_b) in enumerate(self._choices(size, seed, first), first):
            others = self._others(chosen_b, references, generator_at(seed, number, _REFERENCES))
            change = augmentation.draw(size, generator_at(seed, number, _CHANGES)).of(share)
            rows_a, rows_b = share(chosen_a), share(chosen_b)
            real_a = change.apply(as_floats(self.content(rows_a)))
            real_b = change.apply(as_floats(self.targets(rows_b)))
            yield Batch(
                real_a,
                real_b,
                self.styles[rows_b].to(real_b.device),
                self.characters[rows_a].to(real_b.device),
                as_floats(self._take(share(others))),
            )

    def content(self, rows: Tensor | None = None) -> Tensor:
        """The content side's images, uint8 (n, channels, size, size); paper where a face lacks a character.

        Args:
            rows: which of them, int64 (n,); all where it is None.
        """
        numbers = self.rows_a if rows is None else self.rows_a[rows]
        found = self.images.take(numbers.clamp(min=0).flatten()).squeeze(1).unflatten(0, numbers.shape)
        lacking = (numbers < 0).to(found.device)
        filled: Tensor = found.masked_fill(lacking[..., None, None], _PAPER)
        return filled

    def targets(self, rows: Tensor | None = None) -> Tensor:
        """The style side's images, uint8 (n, 1, size, size); of these rows, or all."""
        return self.images.take(self.rows_b if rows is None else self.rows_b[rows])

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
        """`count` random glyphs in the style of each that was chosen, never itself if there is another."""
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


def _epochs(count: int, size: int, seed: int, first: int, side: int) -> Iterator[Tensor]:
    """Numbers below `count`, `size` at a time, each once per epoch; an incomplete batch is omitted."""
    begun = -1
    order = torch.empty(0, dtype=torch.int64)
    for number in itertools.count(first):
        epoch, place = divmod(number, count // size)
        if epoch != begun:
            order, begun = torch.randperm(count, generator=generator_at(seed, epoch, side)), epoch
        yield order[place * size : (place + 1) * size]

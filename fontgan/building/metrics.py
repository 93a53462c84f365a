"""Advances and extents: appended to the tables of a font, byte by byte, so that the old ones stay."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Extents:
    """How far glyphs reach along a line: what `hhea` and `vhea` say of all of them.

    Attributes:
        advance: the largest one.
        before, after: the smallest distances of the ink from where its advance begins and ends.
        reach: the farthest that ink reaches from there.
    """

    advance: int
    before: int
    after: int
    reach: int

    def joined(self, other: Extents) -> Extents:
        """Of both."""
        return Extents(
            max(self.advance, other.advance),
            min(self.before, other.before),
            min(self.after, other.after),
            max(self.reach, other.reach),
        )


def extents(metrics: Sequence[tuple[int, int]], lengths: Sequence[int]) -> Extents:
    """Of glyphs with ink, at least one.

    Args:
        metrics: the advance of each, and where its ink begins.
        lengths: of the ink.
    """
    placed = [(advance, before, length) for (advance, before), length in zip(metrics, lengths, strict=True)]
    return Extents(
        max(advance for advance, _, _ in placed),
        min(before for _, before, _ in placed),
        min(advance - before - length for advance, before, length in placed),
        max(before + length for _, before, length in placed),
    )


def read_advances(content: bytes, entries: int, count: int) -> list[tuple[int, int]]:
    """(Advance, bearing) of `count` glyphs from `hmtx` or `vmtx`.

    Args:
        content: the table.
        entries: how many have an advance of their own (`numberOfHMetrics`); the others have that of the last.
        count: of glyphs.

    Raises:
        struct.error: the table is cut short.
    """
    long = list(struct.iter_unpack(">Hh", content[: 4 * entries]))
    rest = struct.unpack_from(f">{count - entries}h", content, 4 * entries) if count > entries else ()
    if len(long) < entries or not long:
        raise struct.error("hmtx is cut short")
    return [*long[:count], *((long[-1][0], bearing) for bearing in rest)]


def append_advances(
    content: bytes, entries: int, count: int, new: Sequence[tuple[int, int]]
) -> tuple[bytes, int]:
    """`hmtx` or `vmtx` with the (advance, bearing) of further glyphs, and its new number of entries.

    The old bytes stay where they are, unless advances that were shared have to be written out.
    """
    old = read_advances(content, entries, count)
    if entries < count and all(advance == old[-1][0] for advance, _ in new):
        return content[: 2 * (entries + count)] + struct.pack(
            f">{len(new)}h", *(bearing for _, bearing in new)
        ), entries
    pairs = [*old, *new]
    return b"".join(struct.pack(">Hh", *pair) for pair in pairs), len(pairs)


def extended_header(content: bytes, new: Extents, entries: int) -> bytes:
    """`hhea` or `vhea`, whose fields have the same places, with the extents of further glyphs."""
    old = Extents(*struct.unpack_from(">Hhhh", content, 10))
    both = old.joined(new)
    fields = struct.pack(">Hhhh", both.advance, both.before, both.after, both.reach)
    return content[:10] + fields + content[18:34] + struct.pack(">H", entries) + content[36:]

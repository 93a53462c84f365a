"""The «cmap» table: read within bounds, and written with further characters in it.

OpenType specification, «cmap». fontTools expands whatever a damaged table claims, four thousand million
characters too; it only packs here.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

_LAST = 0x10FFFF
# (Platform, encoding) of Unicode: those of 16 bits, and those of all characters.
_SHORT = {(0, 0), (0, 1), (0, 2), (0, 3), (3, 1)}
_LONG = {(0, 4), (0, 6), (3, 10)}


@dataclass(frozen=True)
class Subtable:
    """One encoding of a font: its platform, its encoding, and its bytes."""

    platform: int
    encoding: int
    content: bytes

    @property
    def format(self) -> int:
        """The number of its format."""
        return int.from_bytes(self.content[:2], "big")

    def mapping(self) -> dict[int, int] | None:
        """Code point to glyph, where it is a Unicode one of format 4 or 12."""
        key = (self.platform, self.encoding)
        if self.format == 4 and key in _SHORT | _LONG:
            return _read_4(self.content)
        if self.format == 12 and key in _SHORT | _LONG:
            return _read_12(self.content)
        return None


class DamagedCmapError(ValueError):
    """A cmap that cannot be read."""


def read_subtables(content: bytes) -> list[Subtable]:
    """The encodings of a font.

    Raises:
        DamagedCmapError: it is cut short.
    """
    try:
        (count,) = struct.unpack_from(">H", content, 2)
        heads = [struct.unpack_from(">HHI", content, 4 + 8 * number) for number in range(count)]
        return [
            Subtable(platform, encoding, content[offset : offset + _length(content, offset)])
            for platform, encoding, offset in heads
        ]
    except struct.error as error:
        raise DamagedCmapError from error


def write_subtables(subtables: list[Subtable]) -> bytes:
    """The `cmap` table of encodings; equal ones are written once."""
    ordered = sorted(subtables, key=lambda one: (one.platform, one.encoding))
    heads, contents, places = b"", b"", dict[bytes, int]()
    for one in ordered:
        if one.content not in places:
            places[one.content] = 4 + 8 * len(ordered) + len(contents)
            contents += one.content
        heads += struct.pack(">HHI", one.platform, one.encoding, places[one.content])
    return struct.pack(">HH", 0, len(ordered)) + heads + contents


def with_characters(content: bytes, new: Mapping[int, int]) -> tuple[bytes, list[str]]:
    """A `cmap` with further characters in each of its Unicode encodings; others stay the same bytes.

    Where characters beyond 16 bits come in, or the 64 KB of format 4 do not suffice, there is a format 12
    with all characters.

    Args:
        content: the table.
        new: code point to glyph; one that is there already is replaced.

    Returns the table, and a line for each thing that is worth knowing.

    Raises:
        DamagedCmapError: it cannot be read, or has no Unicode encoding of format 4 or 12.
    """
    subtables, notes = read_subtables(content), list[str]()
    maps = {index: one.mapping() for index, one in enumerate(subtables)}
    known = {index: mapping for index, mapping in maps.items() if mapping is not None}
    if not known:
        raise DamagedCmapError
    short = {code: glyph for code, glyph in new.items() if code <= 0xFFFF}
    complete, overflown = False, False
    for index, mapping in known.items():
        one = subtables[index]
        if one.format == 12:
            subtables[index] = Subtable(one.platform, one.encoding, _packed(12, {**mapping, **new}))
            complete = True
        elif (replacement := _fitting({**mapping, **short})) is not None:
            subtables[index] = Subtable(one.platform, one.encoding, replacement)
        else:
            overflown = True
    if not complete and (overflown or len(short) < len(new)):
        whole = {code: glyph for mapping in known.values() for code, glyph in mapping.items()}
        subtables = [one for one in subtables if (one.platform, one.encoding) != (3, 10)]
        subtables.append(Subtable(3, 10, _packed(12, {**whole, **new})))
        notes.append("cmap: a format 12 was added, since format 4 cannot have all of the characters")
    if overflown:
        notes.append(
            f"cmap: format 4 is full (64 KB), so it has none of the {len(short):,} new characters; "
            "format 12, which current systems read, has all"
        )
    return write_subtables(subtables), notes


def characters_of(content: bytes) -> dict[int, int]:
    """Code point to glyph, over all Unicode encodings of formats 4 and 12 of a `cmap`.

    Raises:
        DamagedCmapError: it cannot be read.
    """
    found: dict[int, int] = {}
    for one in read_subtables(content):
        found.update(one.mapping() or {})
    return found


class _Numbers:
    """What fontTools asks of a font when it packs a cmap; here a glyph's name is its number."""

    def getReverseGlyphMap(self, rebuild: bool = False) -> dict[int, int]:  # noqa: N802, ARG002
        return {number: number for number in range(0x10000)}

    def getGlyphID(self, name: int) -> int:  # noqa: N802
        return name


def _packed(number: int, mapping: Mapping[int, int]) -> bytes:
    table: Any = CmapSubtable.newSubtable(number)
    table.platformID, table.platEncID, table.language = 3, 1 if number == 4 else 10, 0
    table.format, table.reserved, table.length, table.nGroups = number, 0, 0, 0
    table.cmap = dict(sorted(mapping.items()))
    content: bytes = table.compile(_Numbers())
    return content


def _fitting(mapping: Mapping[int, int]) -> bytes | None:
    """Format 4, or None where the characters do not fit into it."""
    try:
        return _packed(4, mapping)
    except (struct.error, OverflowError):
        return None


def _length(content: bytes, offset: int) -> int:
    (number,) = struct.unpack_from(">H", content, offset)
    if number in (8, 10, 12, 13):
        return int(struct.unpack_from(">I", content, offset + 4)[0])
    return int(struct.unpack_from(">I" if number == 14 else ">H", content, offset + 2)[0])


def _read_4(content: bytes) -> dict[int, int]:
    if len(content) < 14:
        raise DamagedCmapError
    segments = int.from_bytes(content[6:8], "big") // 2
    words = np.frombuffer(content[14 : len(content) // 2 * 2], ">u2").astype(np.int64)
    if len(words) < 4 * segments + 1:
        raise DamagedCmapError
    ends, starts = words[:segments], words[segments + 1 : 2 * segments + 1]
    deltas, offsets = words[2 * segments + 1 : 3 * segments + 1], words[3 * segments + 1 : 4 * segments + 1]
    if np.maximum(ends - starts + 1, 0).sum() > 2 * 0x10000:  # a damaged one, without end
        raise DamagedCmapError
    found: dict[int, int] = {}
    for index in reversed(range(segments)):  # where segments overlap, the first one counts
        codes = np.arange(starts[index], ends[index] + 1)
        glyphs = codes
        if offsets[index]:
            # An offset in bytes from where it is written itself.
            places = 3 * segments + 1 + index + offsets[index] // 2 + codes - starts[index]
            codes, places = codes[places < len(words)], places[places < len(words)]
            glyphs = words[places]
        numbers = np.where((offsets[index] > 0) & (glyphs == 0), 0, (glyphs + deltas[index]) & 0xFFFF)
        found.update(zip(codes[numbers > 0].tolist(), numbers[numbers > 0].tolist(), strict=True))
    found.pop(0xFFFF, None)  # no character; every table ends with it
    return found


def _read_12(content: bytes) -> dict[int, int]:
    if len(content) < 16:
        raise DamagedCmapError
    count = int.from_bytes(content[12:16], "big")
    if 16 + 12 * count > len(content):
        raise DamagedCmapError
    found: dict[int, int] = {}
    previous = -1
    for first, last, glyph in struct.iter_unpack(">III", content[16 : 16 + 12 * count]):
        if not previous < first <= last <= _LAST:
            raise DamagedCmapError
        previous = last
        found.update((code, glyph + code - first) for code in range(first, last + 1))
    return {code: glyph for code, glyph in found.items() if 0 < glyph <= 0xFFFF}

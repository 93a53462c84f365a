"""The tables that speak of a whole font (`head`, `OS/2`, `post`), brought up to date field by field.

OpenType specification, the tables of these names: the offsets below are theirs.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Sequence

from fontgan.building.coverage import bits_of, words_of
from fontgan.building.glyphs import Box, joined


def extend_head(content: bytes, boxes: Sequence[Box], revision: float, modified: int) -> bytes:
    """`head` with the box around further glyphs, a revision (0: as it was), a time in seconds since 1904."""
    old: Box = struct.unpack_from(">4h", content, 36)
    box = joined([old, *boxes])
    number = struct.pack(">i", round(revision * 65536)) if revision else content[4:8]
    return (
        content[:4] + number + content[8:28] + struct.pack(">q", modified) + struct.pack(">4h", *box)
    ) + content[44:]


def extend_os2(
    content: bytes,
    codes: Collection[int],
    ranges: Collection[int],
    pages: Collection[int],
    average: int,
    box: Box,
) -> tuple[bytes, list[str]]:
    """`OS/2` for further characters, and a line for what changed that shows.

    Args:
        content: the table.
        codes: the new characters.
        ranges: bits of the Unicode ranges, set beside those that are.
        pages: bits of the code pages, likewise.
        average: width of the glyphs, kept by versions that mean something else by it.
        box: around the new glyphs.
    """
    table, notes = bytearray(content), list[str]()
    (version,) = struct.unpack_from(">H", table)
    if version >= 3:
        struct.pack_into(">h", table, 2, average)
    _set_bits(table, 42, 4, ranges)
    if version >= 1 and len(table) >= 86:
        _set_bits(table, 78, 2, pages)
    first, last = struct.unpack_from(">HH", table, 64)
    lowest, highest = (min(0xFFFF, code) for code in (min(codes), max(codes)))
    struct.pack_into(">HH", table, 64, min(first, lowest), max(last, highest))
    for name, offset, reach in (("usWinAscent", 74, box[3]), ("usWinDescent", 76, -box[1])):
        (old,) = struct.unpack_from(">H", table, offset)
        if reach > old:
            struct.pack_into(">H", table, offset, reach)
            notes.append(f"{name}: {old} became {reach}, or Windows would cut off new characters")
    return bytes(table), notes


def extend_post(content: bytes, names: Sequence[str]) -> tuple[bytes, str]:
    """`post` with the names of further glyphs, if it has names, and a note where these had to go."""
    (version,) = struct.unpack_from(">I", content)
    if version == 0x30000:
        return content, ""
    if version != 0x20000:  # 1.0 has 258 names and no others, 2.5 is withdrawn
        return struct.pack(">I", 0x30000) + content[
            4:32
        ], "names of glyphs dropped: its format cannot have more"
    (count,) = struct.unpack_from(">H", content, 32)
    strings = content[34 + 2 * count :]
    taken: list[bytes] = []
    place = 0
    while place < len(strings):
        taken.append(strings[place + 1 : place + 1 + strings[place]])
        place += 1 + strings[place]
    known = set(taken)
    new = [name.encode() for name in names]
    new = [name + b".new" if name in known else name for name in new]
    first = 258 + len(taken)
    return (
        content[:32]
        + struct.pack(">H", count + len(new))
        + content[34 : 34 + 2 * count]
        + struct.pack(f">{len(new)}H", *range(first, first + len(new)))
        + strings
        + b"".join(bytes([len(name)]) + name for name in new)
    ), ""


def _set_bits(table: bytearray, offset: int, words: int, bits: Collection[int]) -> None:
    old = struct.unpack_from(f">{words}I", table, offset)
    struct.pack_into(f">{words}I", table, offset, *words_of(bits_of(old) | set(bits), words))

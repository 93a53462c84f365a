"""What the tables of a font say in words and numbers: its names, and the axes of a variable font."""

from __future__ import annotations

import struct
from typing import NamedTuple

from fontgan.untrusted import shortened

# OpenType specification, «name»: the identifiers of the texts that are shown.
_NAMES = {
    "copyright": 0,
    "family": 1,
    "style": 2,
    "full_name": 4,
    "version": 5,
    "designer": 9,
    "licence": 13,
    "licence_url": 14,
}
_ENGLISH = 0x409
# A font has some hundreds of records at most; the longest, a whole licence, has some 10,000 bytes.
_MOST_RECORDS = 1024
_MOST_BYTES = 1 << 14
_MOST_LETTERS = 120  # of a family's name


class Axis(NamedTuple):
    """An axis of a variable font."""

    tag: str
    minimum: float
    default: float
    maximum: float


def variation_axes(fvar: memoryview) -> list[Axis]:
    """The axes of a variable font; none where it is not one, or where they are damaged."""
    try:
        start, _, count, size = struct.unpack_from(">4H", fvar, 4)
        read = [struct.unpack_from(">4s3i", fvar, start + size * number) for number in range(count)]
    except struct.error:
        return []
    scaled = ((tag, [value / 65536 for value in values]) for tag, *values in read)
    return [Axis(tag.decode("latin-1").strip(), *values) for tag, values in scaled]


def shown_names(table: memoryview) -> dict[str, str]:
    """The texts of «name» that are shown, in English where they are there in English."""
    texts: dict[int, str] = {}
    english: set[int] = set()
    for platform, language, number, content in _records(table):
        is_english = platform == 3 and language == _ENGLISH
        if number in _NAMES.values() and (number not in texts or (is_english and number not in english)):
            codec = "mac_roman" if platform == 1 else "utf-16-be"
            if text := tidy(bytes(content).decode(codec, errors="replace").replace("\0", "")):
                texts[number] = text
                english |= {number} if is_english else set()
    return {name: texts[number] for name, number in _NAMES.items() if number in texts}


def tidy(text: str) -> str:
    """A name in one line: white space collapsed, what a terminal would obey removed."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def family_name(text: str) -> str:
    """The name of a family as it is shown and recorded: tidy, and of a length that fits a table."""
    return shortened(tidy(text), _MOST_LETTERS)


def _records(table: memoryview) -> list[tuple[int, int, int, memoryview]]:
    """(Platform, language, number, text) of the records of «name» that lie in it."""
    try:
        count, start = struct.unpack_from(">HH", table, 2)
    except struct.error:
        return []
    records = []
    for at in range(6, min(6 + 12 * min(count, _MOST_RECORDS), len(table) - 11), 12):
        platform, _, language, number, length, offset = struct.unpack_from(">6H", table, at)
        content = table[start + offset : start + offset + length]
        if len(content) == length:
            records.append((platform, language, number, content[:_MOST_BYTES]))
    return records

"""What the tables of a font say in words and numbers: its names, and the axes of a variable font."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import islice
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
_MAC, _WINDOWS = 1, 3  # platforms
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


class NameRecord(NamedTuple):
    """A text of «name», by the numbers of the specification."""

    platform: int
    encoding: int
    language: int
    number: int
    content: memoryview


def name_records(table: memoryview) -> Iterator[NameRecord]:
    """The records of «name» whose texts lie in it; a damaged table may lay all of them over one another."""
    try:
        count, start = struct.unpack_from(">HH", table, 2)
    except struct.error:
        return
    for at in range(6, min(6 + 12 * count, len(table) - 11), 12):
        platform, encoding, language, number, length, offset = struct.unpack_from(">6H", table, at)
        content = table[start + offset : start + offset + length]
        if len(content) == length:
            yield NameRecord(platform, encoding, language, number, content)


def name_codec(platform: int) -> str:
    """How the texts of a platform are encoded."""
    return "mac_roman" if platform == _MAC else "utf-16-be"


def shown_names(table: memoryview) -> dict[str, str]:
    """The texts of «name» that are shown, in English where they are there in English."""
    texts: dict[int, str] = {}
    english: set[int] = set()
    for platform, _, language, number, content in islice(name_records(table), _MOST_RECORDS):
        is_english = platform == _WINDOWS and language == _ENGLISH
        if number in _NAMES.values() and (number not in texts or (is_english and number not in english)):
            read = bytes(content[:_MOST_BYTES]).decode(name_codec(platform), errors="replace")
            if text := tidy(read.replace("\0", "")):
                texts[number] = text
                english |= {number} if is_english else set()
    return {name: texts[number] for name, number in _NAMES.items() if number in texts}


def tidy(text: str) -> str:
    """A name in one line: white space collapsed, what a terminal would obey removed."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def family_name(text: str) -> str:
    """The name of a family as it is shown and recorded: tidy, and of a length that fits a table."""
    return shortened(tidy(text), _MOST_LETTERS)

"""What a font says of the characters that it has: Unicode ranges and code pages, by true coverage.

OpenType specification, «OS/2», ulUnicodeRange and ulCodePageRange. fontTools decides on a Chinese code page
by a single character (bopomofo ㄅ for Simplified, 央 for Traditional), so that it calls a font of GB2312
Traditional, and Word then draws another font.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from fontTools.ttLib.tables.O_S_2f_2 import calcCodePageRanges, intersectUnicodeRanges

from fontgan.fonts.charset import NAMED, is_han

# Bit of ulCodePageRange to the set that a font must have whole to set it.
_EAST_ASIAN = {17: "jis-x-0208-1", 18: "gb2312-1", 19: "ks-x-1001", 20: "big5-1"}
_JOHAB = 21  # Korean as nothing encodes it any longer; fontTools decides on it by one syllable


def code_pages(codes: Collection[int]) -> set[int]:
    """The bits of ulCodePageRange: an East Asian one only where all of its first level is covered."""
    held = set(codes)
    bits = {int(bit) for bit in calcCodePageRanges(held)} - {*_EAST_ASIAN, _JOHAB}
    return bits | {bit for bit, name in _EAST_ASIAN.items() if held.issuperset(NAMED[name]())}


def code_pages_of_new(codes: Collection[int]) -> set[int]:
    """The bits for a font that has no others: at least one, since Windows and checkers ask for one.

    Where nothing is covered whole, the East Asian set of which the most is covered; Latin 1 without Han.
    """
    held = set(codes)
    bits = code_pages(held)
    if bits & set(_EAST_ASIAN) or not any(is_han(code) for code in held):
        return bits or {0}

    def share(bit: int) -> tuple[float, bool]:
        wanted = NAMED[_EAST_ASIAN[bit]]()
        return len(held.intersection(wanted)) / len(wanted), bit == 18

    return bits | {max(_EAST_ASIAN, key=share)}


def unicode_ranges(codes: Collection[int]) -> set[int]:
    """The bits of ulUnicodeRange: the blocks of which there is a character."""
    bits: Any = intersectUnicodeRanges(codes)
    return {int(bit) for bit in bits}


def bits_of(words: Collection[int]) -> set[int]:
    """The bits that are set in 32-bit words, the first word's lowest bit being 0."""
    return {32 * place + bit for place, word in enumerate(words) for bit in range(32) if word >> bit & 1}


def words_of(bits: Collection[int], count: int) -> list[int]:
    """Bits as `count` 32-bit words; the inverse of `bits_of`."""
    return [sum(1 << bit for bit in range(32) if 32 * place + bit in bits) for place in range(count)]

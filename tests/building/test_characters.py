"""The «cmap» table: read as fontTools reads it, extended, and never larger in memory than it may be."""

from __future__ import annotations

import random
import struct
import tracemalloc
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from fontgan.building.characters import (
    DamagedCmapError,
    Subtable,
    characters_of,
    read_subtables,
    with_characters,
    write_subtables,
)
from tests.building.outlines import ASSETS, kerned_font


def cmap(mapping: dict[int, int]) -> bytes:
    """A table with a format 4 for these characters."""
    empty = struct.pack(">8H", 4, 24, 0, 2, 2, 0, 0, 0xFFFF) + struct.pack(">4H", 0, 0xFFFF, 1, 0)
    return with_characters(write_subtables([Subtable(3, 1, empty)]), mapping)[0]


@pytest.mark.parametrize("name", ["fontgan-kai.ttf", "noto-sans-sc.otf", "ma-shan-zheng.ttf"])
def test_it_is_read_as_fonttools_reads_it(name: str) -> None:
    font = TTFont(ASSETS / name)
    expected = {code: font.getGlyphID(glyph) for code, glyph in font.getBestCmap().items()}
    assert characters_of(font.reader["cmap"]) == expected


@pytest.mark.parametrize("seed", range(5))
def test_any_characters_come_back(seed: int) -> None:
    numbers = random.Random(seed)
    short = {numbers.randrange(1, 0xFFFF): numbers.randrange(1, 0xFFFF) for _ in range(2000)}
    assert characters_of(cmap(short)) == short
    long = {
        **short,
        **{numbers.randrange(0x10000, 0x110000): numbers.randrange(1, 0xFFFF) for _ in range(2000)},
    }
    content, notes = with_characters(cmap(short), long)
    assert characters_of(content) == long
    assert len(notes) == 1


def test_other_encodings_stay_the_same_bytes(tmp_path: Path) -> None:
    content = TTFont(kerned_font(tmp_path / "own.ttf")).reader["cmap"]
    old = [*read_subtables(content), Subtable(1, 0, struct.pack(">HHH256B", 0, 262, 0, *range(256)))]
    new = read_subtables(with_characters(write_subtables(old), {0x5000: 70})[0])
    assert {(one.platform, one.encoding) for one in new} == {(one.platform, one.encoding) for one in old}
    for before in old:
        (after,) = (one for one in new if (one.platform, one.encoding) == (before.platform, before.encoding))
        assert (before.content == after.content) == (before.format not in (4, 12))


def test_where_format_4_overflows_format_12_has_all() -> None:
    own = {code: code // 2 for code in range(0x3000, 0x4000)}
    scattered = {code: code * 7919 % 60000 + 1 for code in range(0x4E00, 0xFF00, 2)}
    content, notes = with_characters(cmap(own), scattered)
    tables = {one.format: one.mapping() for one in read_subtables(content)}
    assert tables[4] == own
    assert tables[12] == {**own, **scattered}
    assert any("format 4 is full" in note for note in notes)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        struct.pack(">HHHHI", 0, 1, 3, 1, 12),
        struct.pack(">HHHHI", 0, 1, 3, 1, 0xFFFFFFFF),
        write_subtables([Subtable(3, 10, struct.pack(">HHIIIIII", 12, 0, 28, 0, 1, 0, 0xFFFFFFFF, 0))]),
        write_subtables([Subtable(3, 10, struct.pack(">HHIII", 12, 0, 16, 0, 0xFFFFFFFF))]),
        write_subtables([Subtable(3, 1, struct.pack(">HHHH", 4, 8, 0, 0xFFFE))]),
    ],
)
def test_a_damaged_one_is_refused_at_once(content: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(DamagedCmapError):
        with_characters(content, {0x5000: 1})
    assert tracemalloc.get_traced_memory()[1] < 10 << 20
    tracemalloc.stop()


def test_segments_that_lie_over_one_another_are_refused() -> None:
    count = 2000
    words = [*[0xFFFF] * count, 0, *[0] * count, *[1] * count, *[0] * count]
    content = struct.pack(">7H", 4, 14 + 2 * len(words), 0, 2 * count, 0, 0, 0) + struct.pack(
        f">{len(words)}H", *words
    )
    with pytest.raises(DamagedCmapError):
        characters_of(write_subtables([Subtable(3, 1, content)]))

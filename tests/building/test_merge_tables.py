"""What a font says of itself once new characters are in it, table by table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont, newTable

from fontgan.building.font import build_font
from fontgan.building.glyphs import NewGlyph
from fontgan.building.names import Names
from fontgan.building.tables import save_font
from fontgan.fonts.charset import gb2312_level
from tests.building.keeping import kept, merged
from tests.building.outlines import (
    box,
    kerned_font,
    opened,
    ring,
    rings,
)
from tests.toy_fonts import CHARACTERS
from tests.toy_fonts import build_font as build_toy


def test_each_table_is_accounted_for(tmp_path: Path) -> None:
    path = kerned_font(tmp_path / "own.ttf")
    font = merged(path, [box(0x5000, 0, -0.5, 1, 1.2)])
    states = {change.tag: change.state for change in font.tables}
    old, new = TTFont(path), opened(font.content)
    assert set(states) == {str(tag) for tag in old.reader.tables}
    for tag, state in states.items():
        assert state == (
            "dropped" if tag not in new else "same" if old.reader[tag] == new.reader[tag] else "changed"
        )
    assert [tag for tag, state in states.items() if state == "dropped"] == ["DSIG", "VDMX"]
    assert states["GSUB"] == states["GPOS"] == states["PfEd"] == "same"
    assert "GPOS: same bytes" in map(str, font.tables)
    assert all(change.why for change in font.tables if change.state != "same")
    assert [note.split(":")[0] for note in font.notes] == ["usWinAscent", "usWinDescent"]
    assert (new["OS/2"].usWinAscent, new["OS/2"].usWinDescent) == (1200, 500)


def test_what_fonttools_computes_of_all_glyphs_is_what_is_there(tmp_path: Path) -> None:
    for cff in (False, True):
        read = opened(
            merged(kerned_font(tmp_path / "own.ttf", cff), [box(0x5000, -0.1, -0.5, 1.2, 1.2, 1.1)]).content
        )
        before = {tag: dict(vars(read[tag])) for tag in ("head", "hhea", "maxp")}
        read.recalcBBoxes = True
        average = read["OS/2"].xAvgCharWidth
        assert read["OS/2"].recalcAvgCharWidth(read) == average
        for tag in ("head", "hhea", "maxp", "CFF "):
            if tag in read:
                read[tag].compile(read)
        for tag, values in before.items():
            assert {**values, "checkSumAdjustment": 0} == {**vars(read[tag]), "checkSumAdjustment": 0}


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("Version 2.100; of mine", "Version 2.101; of mine"),
        ("Version 5.3.0 ", "Version 5.301"),
        ("2.0", "2.001"),
        ("none", "none"),
    ],
)
def test_an_installed_copy_is_another_font(version: str, expected: str, tmp_path: Path) -> None:
    path = build_toy(tmp_path / "own.ttf")
    font = TTFont(path)
    font["name"].setName(version, 5, 3, 1, 0x409)
    font["head"].fontRevision = 2.1
    font.save(path)
    read = opened(merged(path).content)
    assert read["name"].getDebugName(5) == expected
    number = re.search(r"\d\.\d+", expected)
    assert read["head"].fontRevision == pytest.approx(float(number[0]) if number else 2.1, abs=1e-4)
    assert read["name"].getDebugName(3) != font["name"].getDebugName(3)
    assert [read["name"].getDebugName(number) for number in (1, 2, 4)] == [
        font["name"].getDebugName(number) for number in (1, 2, 4)
    ]


@pytest.mark.slow
def test_a_short_loca_becomes_a_long_one_where_it_has_to(tmp_path: Path) -> None:
    path = kerned_font(tmp_path / "own.ttf")
    assert TTFont(path)["head"].indexToLocFormat == 0
    few, many = (merged(path, rings(range(0x5000, 0x5000 + count))) for count in (16, 2048))
    assert opened(few.content)["head"].indexToLocFormat == 0
    assert opened(many.content)["head"].indexToLocFormat == 1
    kept(path, few.content)
    kept(path, many.content)


def test_vertical_metrics_follow_those_of_the_font(tmp_path: Path) -> None:
    path = tmp_path / "own.ttf"
    save_font(path, build_font([box(code, 0, 0, 1, 0.7) for code in CHARACTERS], Names("Own")).content)
    read = opened(merged(path, [box(0x5000, 0, 0, 1, 0.5)]).content)
    assert read["vmtx"][read.getBestCmap()[0x5000]] == (1000, 880 - 500)
    assert read["vhea"].numberOfVMetrics == read["maxp"].numGlyphs or read["vhea"].numberOfVMetrics == 1


def test_device_tables_cover_the_new_glyphs(tmp_path: Path) -> None:
    path = build_toy(tmp_path / "own.ttf")
    font = TTFont(path)
    order = font.getGlyphOrder()
    for tag in ("hdmx", "LTSH"):
        font[tag] = newTable(tag)
    font["hdmx"].version, font["hdmx"].recordSize = 0, 0
    font["hdmx"].hdmx = {12: dict.fromkeys(order, 12), 16: dict.fromkeys(order, 16)}
    font["hdmx"].numRecords = 2
    font["LTSH"].version, font["LTSH"].yPels = 0, dict.fromkeys(order, 50)
    font.save(path)
    read = opened(merged(path, [box(0x5000, 0, 0, 1, 0.5, 0.5)]).content)
    new = read.getBestCmap()[0x5000]
    assert read["hdmx"].hdmx[12][new] == 6
    assert read["hdmx"].hdmx[16][order[5]] == 16
    assert read["LTSH"].yPels[new] == 1
    assert read["LTSH"].yPels[order[5]] == 50


@pytest.mark.slow
def test_a_full_code_page_is_declared_beside_those_of_the_font(tmp_path: Path) -> None:
    codes, path = gb2312_level(1), tmp_path / "own.ttf"
    own = [
        box(code, 0, 0, 0.2 + place % 700 / 1000, 0.2 + place // 700)
        for place, code in enumerate(codes[:2000])
    ]
    save_font(path, build_font(own, Names("Own")).content)
    font = TTFont(path)
    font["OS/2"].setCodePageRanges({1, 20})
    font["OS/2"].setUnicodeRanges({9})
    font.save(path)
    square = box(0, 0, 0, 0.5, 0.5).outline
    read = opened(merged(path, [NewGlyph(code, 1, square) for code in codes[2000:]]).content)
    assert read["OS/2"].getCodePageRanges() == {1, 18, 20}
    assert read["OS/2"].getUnicodeRanges() == {9, 59}
    few = opened(merged(path, [NewGlyph(code, 1, square) for code in codes[2000:2010]]).content)
    assert few["OS/2"].getCodePageRanges() == {1, 20}


def test_characters_beyond_16_bits_bring_a_long_cmap(tmp_path: Path) -> None:
    font = merged(build_toy(tmp_path / "own.ttf"), [ring(0x5000), ring(0x20000)])
    read = opened(font.content)
    tables = {table.format: table.cmap for table in read["cmap"].tables}
    assert set(tables[12]) == {*CHARACTERS, 0x5000, 0x20000}
    assert set(tables[4]) == {*CHARACTERS, 0x5000}
    assert any("format 12" in note for note in font.notes)

"""A person's font with new characters in it: what was there is the same, what came is right."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from fontTools.ttLib import TTCollection, TTFont

from fontgan.building.copying import copied_glyphs
from fontgan.building.font import build_font
from fontgan.building.merge import merge_font
from fontgan.building.names import Names
from fontgan.building.tables import packed, save_font
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from tests.building.keeping import drawn, kept, merged, shaped
from tests.building.outlines import (
    ASSETS,
    NEW,
    blank,
    box,
    kerned_font,
    opened,
    overlap,
    ring,
    rings,
    sanitized,
)
from tests.toy_fonts import CHARACTERS
from tests.toy_fonts import build_font as build_toy


@pytest.mark.parametrize("cff", [False, True])
def test_nothing_that_was_there_changes(cff: bool, tmp_path: Path) -> None:
    path = kerned_font(tmp_path / "own.ttf", cff)
    font = merged(path)
    kept(path, font.content)
    assert font.added == tuple(NEW)
    assert font.suffix == (".otf" if cff else ".ttf")
    old, new = TTFont(path), opened(font.content)
    first, second = (next(t for t in read["cmap"].tables if t.format == 14) for read in (old, new))
    assert first.compile(old) == second.compile(new)
    for field in ("ascent", "descent", "lineGap"):
        assert getattr(old["hhea"], field) == getattr(new["hhea"], field)
    for field in ("sTypoAscender", "sTypoDescender", "sTypoLineGap", "fsSelection", "fsType"):
        assert getattr(old["OS/2"], field) == getattr(new["OS/2"], field)
    assert old["head"].unitsPerEm == new["head"].unitsPerEm


@pytest.mark.parametrize("cff", [False, True])
def test_texts_are_shaped_as_before(cff: bool, tmp_path: Path) -> None:
    pytest.importorskip("uharfbuzz", reason="uharfbuzz is not installed")
    path = kerned_font(tmp_path / "own.ttf", cff)
    font = merged(path).content
    for text in ("AV", "丁七", "一丁丂", "丄丅", "七\ufe00丁\ufe00", "AV" + "".join(map(chr, CHARACTERS))):
        for direction in ("ltr", "ttb"):
            assert shaped(path.read_bytes(), text, direction) == shaped(font, text, direction)
    added = shaped(font, chr(NEW[0]), "ltr")
    assert added[0][0] == opened(font).getGlyphID(opened(font).getBestCmap()[NEW[0]])
    assert added[0][2] == round(rings()[0].advance * 1000)


@pytest.mark.parametrize("cff", [False, True])
def test_new_characters_are_drawn_as_they_came(cff: bool, tmp_path: Path) -> None:
    path = kerned_font(tmp_path / "own.ttf", cff)
    save_font(tmp_path / "merged", merged(path).content)
    save_font(tmp_path / "alone", build_font(rings(), Names("Alone")).content)
    face = Face(FontLocation(tmp_path / "merged"))
    assert {code for code in face.mapped() if face.draws(code)} == {0x41, 0x56, *CHARACTERS, *NEW}
    assert min(overlap(tmp_path / "merged", tmp_path / "alone", code) for code in NEW) > 0.99
    for glyph in rings():
        assert face.advance(glyph.code) == pytest.approx(glyph.advance, abs=0.0006)


@pytest.mark.parametrize("cff", [False, True])
def test_browsers_would_load_it(cff: bool, tmp_path: Path) -> None:
    font = merged(kerned_font(tmp_path / "own.ttf", cff), [*rings(), ring(0x20000)])
    save_font(tmp_path / "merged", font.content)
    sanitized(tmp_path / "merged")


def test_new_glyphs_come_last_in_the_order_of_their_characters(tmp_path: Path) -> None:
    path = kerned_font(tmp_path / "own.ttf")
    count = TTFont(path)["maxp"].numGlyphs
    read = opened(merged(path, rings()[::-1]).content)
    assert [read.getGlyphID(read.getBestCmap()[code]) for code in NEW] == [*range(count, count + len(NEW))]
    assert [read.getGlyphName(count + place) for place in range(2)] == ["uni5000", "uni5001"]


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    path = kerned_font(tmp_path / "own.ttf")
    digests = {hashlib.sha256(merged(path).content).hexdigest() for _ in range(2)}
    assert len(digests) == 1


def test_another_em_is_filled_in_its_units(tmp_path: Path) -> None:
    path = build_toy(tmp_path / "own.ttf")
    font = TTFont(path)
    font["head"].unitsPerEm = 2048
    font.save(path)
    read = opened(merged(path, [box(0x5000, 0.25, 0, 0.75, 0.5, 0.9)]).content)
    glyph = read["glyf"][read.getBestCmap()[0x5000]]
    assert (glyph.xMin, glyph.yMin, glyph.xMax, glyph.yMax) == (512, 0, 1536, 1024)
    assert read["hmtx"][read.getBestCmap()[0x5000]] == (1843, 512)


def test_characters_that_it_draws_are_kept_or_replaced(tmp_path: Path) -> None:
    path = kerned_font(tmp_path / "own.ttf")
    given = [ring(0x4E00), ring(0x5000), blank(0x5001)]
    font = merged(path, given)
    assert (font.added, font.kept, font.blank, font.replaced) == ((0x5000,), (0x4E00,), (0x5001,), ())
    assert 0x5001 not in opened(font.content).getBestCmap()
    font = merged(path, given, replace=True)
    kept_glyphs = opened(font.content)
    assert (font.added, font.kept, font.replaced) == ((0x4E00, 0x5000), (), (0x4E00,))
    count = TTFont(path)["maxp"].numGlyphs
    assert kept_glyphs.getGlyphID(kept_glyphs.getBestCmap()[0x4E00]) == count
    assert drawn(kept_glyphs, kept_glyphs.getGlyphName(3)) == drawn(
        TTFont(path), TTFont(path).getGlyphName(3)
    )
    assert any("一 U+4E00" in note for note in font.notes)


def test_a_character_that_is_mapped_and_not_drawn_is_missing(tmp_path: Path) -> None:
    path = build_toy(tmp_path / "own.ttf", blank=[0x4E00], placeholder=[0x4E01])
    assert merged(path, [ring(0x4E00), ring(0x4E01)]).added == (0x4E00, 0x4E01)


def test_one_face_of_a_collection_becomes_a_font(tmp_path: Path) -> None:
    collection = TTCollection()
    paths = [
        build_toy(tmp_path / f"{name}.ttf", family=name, raised=10 * len(name)) for name in ("One", "Three")
    ]
    collection.fonts = [TTFont(path) for path in paths]
    collection.save(tmp_path / "both.ttc")
    font = merge_font(FontLocation(tmp_path / "both.ttc", 1), rings())
    kept(tmp_path / "both.ttc", font.content, 1)
    assert opened(font.content)["name"].getDebugName(1) == "Three"


@pytest.mark.parametrize("flavour", ["woff", "woff2"])
def test_a_web_font_is_unpacked(flavour: str, tmp_path: Path) -> None:
    path = kerned_font(tmp_path / "own.ttf")
    (tmp_path / "web").write_bytes(packed(path.read_bytes(), flavour))
    font = merged(tmp_path / "web")
    assert font.content[:4] == b"\0\1\0\0"
    kept(path, font.content, same_bytes=flavour != "woff2")  # WOFF2 has the coordinates, not their bytes


@pytest.mark.slow
def test_a_font_keyed_by_cid_keeps_its_charstrings(tmp_path: Path) -> None:
    path = ASSETS / "noto-sans-sc.otf"
    font = merged(path, rings(range(0x9F80, 0x9F90)))
    codes = font.added
    assert len(codes) > 10
    old, new = TTFont(path)["CFF "].cff[0], opened(font.content)["CFF "].cff[0]
    count = len(old.charset)
    assert new.charset[:count] == old.charset
    before, after = old.CharStrings.charStringsIndex, new.CharStrings.charStringsIndex
    assert all(before[number].bytecode == after[number].bytecode for number in range(count))
    assert new.FDSelect.gidArray[:count] == old.FDSelect.gidArray
    assert len(new.FDSelect.gidArray) == len(new.charset) == len(set(new.charset)) == count + len(codes)
    save_font(tmp_path / "merged.otf", font.content)
    save_font(tmp_path / "alone.otf", build_font(rings(codes), Names("Alone"), "otf").content)
    assert min(overlap(tmp_path / "merged.otf", tmp_path / "alone.otf", code) for code in codes) > 0.99
    face = Face(FontLocation(tmp_path / "merged.otf"))
    assert all(face.advance(glyph.code) == pytest.approx(glyph.advance, abs=0.0006) for glyph in rings(codes))


@pytest.mark.slow
def test_another_fonts_glyphs_merge_into_a_real_one(tmp_path: Path) -> None:
    source, target = (ASSETS / name for name in ("noto-sans-sc.otf", "fontgan-kai.ttf"))
    codes = [ord(char) for char in "一丁七万三"]
    font = merge_font(FontLocation(target), copied_glyphs(FontLocation(source), codes))
    save_font(tmp_path / "merged.ttf", font.content)
    assert min(overlap(tmp_path / "merged.ttf", source, code) for code in font.added) > 0.99

"""A new font: what systems, browsers and checkers ask of it, and that it draws what went in."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from fontTools.pens.areaPen import AreaPen

from fontgan.building.copying import copied_glyphs
from fontgan.building.font import BuiltFont, build_font
from fontgan.building.glyphs import NewGlyph
from fontgan.building.names import Names
from fontgan.building.tables import MOST_GLYPHS, save_font
from fontgan.errors import FontganError
from fontgan.fonts.charset import gb2312_level
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from tests.building.outlines import ASSETS, NEW, blank, box, opened, overlap, ring, rings, sanitized

NAMES = Names("My Hand", "我的字", copyright="Copyright 2026 Me")
KINDS = ("ttf", "otf", "woff", "woff2")


def made(kind: str, glyphs: list[NewGlyph] | None = None) -> tuple[BuiltFont, Any]:
    """A font of rings, and fontTools' view of it."""
    font = build_font(glyphs or rings(), NAMES, kind)
    return font, opened(font.content)


@pytest.mark.parametrize("kind", KINDS)
def test_it_draws_the_characters_and_nothing_else(kind: str, tmp_path: Path) -> None:
    font, read = made(kind)
    path = tmp_path / f"font{font.suffix}"
    save_font(path, font.content)
    face = Face(FontLocation(path))
    assert [code for code in face.mapped() if face.draws(code)] == list(font.codes) == NEW
    assert set(face.mapped()) - set(NEW) == {0x20, 0xA0, 0x2002, 0x2003, 0x3000}
    assert face.family == "My Hand"
    for glyph in rings():
        assert face.advance(glyph.code) == pytest.approx(glyph.advance, abs=0.0006)
    assert read["maxp"].numGlyphs == len(NEW) + 4


@pytest.mark.parametrize("kind", KINDS)
def test_browsers_would_load_it(kind: str, tmp_path: Path) -> None:
    codes = [0x4E0B, 0x4E0E]
    glyphs = [*rings(), *copied_glyphs(FontLocation(ASSETS / "ma-shan-zheng.ttf"), codes), ring(0x20000)]
    font = build_font(glyphs, NAMES, kind)
    save_font(tmp_path / f"font{font.suffix}", font.content)
    sanitized(tmp_path / f"font{font.suffix}")


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_input_gives_the_same_bytes(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def digest() -> str:
        return hashlib.sha256(made(kind)[0].content).hexdigest()

    first = digest()
    assert digest() == first
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    assert digest() != first
    assert opened(made(kind)[0].content)["head"].created == 1000000000 + 2082844800
    for nonsense in ("", "today", "9" * 30):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", nonsense)
        assert digest() == first


@pytest.mark.parametrize("kind", ["ttf", "otf"])
def test_contours_run_as_the_format_fills_them(kind: str) -> None:
    _, read = made(kind, [ring(0x4E00)])
    pen = AreaPen()
    read.getGlyphSet()[read.getBestCmap()[0x4E00]].draw(pen)
    assert (pen.value > 0) == (kind == "otf")  # positive is counter-clockwise
    assert abs(pen.value) == pytest.approx(3.1416 * (300**2 - 150**2), rel=0.005)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ttf", "otf"])
def test_real_outlines_come_back(kind: str, tmp_path: Path) -> None:
    codes = [ord(char) for char in "丈下与丑"]
    for name in ("fontgan-kai.ttf", "noto-sans-sc.otf", "ma-shan-zheng.ttf"):
        source = ASSETS / name
        font = build_font(copied_glyphs(FontLocation(source), codes), NAMES, kind)
        path = tmp_path / f"{name}{font.suffix}"
        save_font(path, font.content)
        assert len(font.codes) == 4
        assert min(overlap(source, path, code) for code in font.codes) > 0.99


def test_lines_are_as_high_as_chinese_text_asks() -> None:
    _, read = made("ttf", [box(0x4E00, 0, -0.15, 1, 0.9), box(0x4E01, 0.1, 0, 0.9, 0.8)])
    os2, hhea, vhea = read["OS/2"], read["hhea"], read["vhea"]
    assert (os2.sTypoAscender, os2.sTypoDescender, os2.sTypoLineGap) == (970, -210, 0)
    assert (hhea.ascent, hhea.descent, hhea.lineGap) == (970, -210, 0)
    assert (os2.usWinAscent, os2.usWinDescent) == (900, 150)
    assert os2.fsSelection & 0x80
    assert os2.fsType == 0
    assert (vhea.ascent, vhea.descent, vhea.lineGap) == (500, -500, 0)
    assert read["vmtx"]["uni4E00"] == (1000, 880 - 900)
    assert read["vmtx"]["uni4E01"] == (1000, 880 - 800)
    box_of_all = read["head"].xMin, read["head"].yMin, read["head"].xMax, read["head"].yMax
    assert box_of_all == (0, -150, 1000, 900)


def test_baselines_are_those_of_the_em_box_and_of_the_mean_ink() -> None:
    _, read = made(
        "otf", [box(0x4E00, 0, -0.1, 1, 0.9), box(0x4E01, 0.1, 0, 0.9, 0.8), box(0x21, 0, 0, 1, 0.1)]
    )
    base = read["BASE"].table
    found = []
    for axis in (base.HorizAxis, base.VertAxis):
        tags = axis.BaseTagList.BaselineTag
        values = axis.BaseScriptList.BaseScriptRecord[0].BaseScript.BaseValues
        found.append(dict(zip(tags, (place.Coordinate for place in values.BaseCoord), strict=True)))
    assert found[0] == {"icfb": -50, "icft": 850, "ideo": -120, "romn": 0}
    assert found[1] == {"icfb": 50, "icft": 950, "ideo": 0, "romn": 120}
    assert read["VORG"].defaultVertOriginY == 880


def test_an_unhinted_font_says_so() -> None:
    _, read = made("ttf")
    assert read["prep"].program.getBytecode() == bytes((0xB8, 0x01, 0xFF, 0x85, 0xB0, 0x04, 0x8D))
    assert read["gasp"].gaspRange == {0xFFFF: 0x000F}
    assert read["maxp"].maxStackElements == 1
    assert read["post"].formatType == 3.0


@pytest.mark.parametrize("kind", ["ttf", "otf"])
def test_what_all_glyphs_have_in_common_is_what_fonttools_finds(kind: str) -> None:
    """Boxes and bearings are not computed by fontTools here, so it checks them."""
    _, read = made(kind)
    tables = ("head", "hhea", "vhea", "maxp")
    before = {tag: dict(vars(read[tag])) for tag in tables}
    read.recalcBBoxes = True
    for tag in (*tables, "CFF "):
        if tag in read:
            read[tag].compile(read)
    for tag in tables:
        assert {**before[tag], "checkSumAdjustment": 0} == {**vars(read[tag]), "checkSumAdjustment": 0}


def test_names_are_there_in_both_languages() -> None:
    _, read = made("ttf")
    texts = {(name.nameID, name.langID): name.toUnicode() for name in read["name"].names}
    assert all(name.platformID == 3 for name in read["name"].names)
    assert [texts[number, 0x409] for number in (1, 2, 4, 5, 6)] == [
        "My Hand",
        "Regular",
        "My Hand Regular",
        "Version 1.000",
        "MyHand-Regular",
    ]
    assert [texts[number, 0x804] for number in (1, 2, 4)] == ["我的字", "Regular", "我的字"]
    other = opened(build_font(rings(NEW[1:]), NAMES).content)
    assert texts[3, 0x409] != other["name"].getDebugName(3)
    assert read["head"].fontRevision == 1.0


def test_only_characters_beyond_16_bits_bring_a_long_cmap() -> None:
    formats = {table.format for table in made("ttf")[1]["cmap"].tables}
    assert formats == {4}
    font, read = made("otf", [ring(0x4E00), ring(0x20000)])
    assert {table.format for table in read["cmap"].tables} == {4, 12}
    assert read.getBestCmap()[0x20000] == "u20000"
    assert read["OS/2"].getUnicodeRanges() >= {57, 59}
    assert font.codes == (0x4E00, 0x20000)


def test_a_blank_glyph_gets_no_character_and_a_space_its_width() -> None:
    font, read = made("ttf", [ring(0x4E00), blank(0x4E01), blank(0x20, 0.31)])
    assert font.blank == (0x4E01,)
    assert 0x4E01 not in read.getBestCmap()
    assert read["hmtx"]["space"][0] == 310
    assert read.getBestCmap()[0xA0] == read.getBestCmap()[0x20]
    assert read["hmtx"][read.getBestCmap()[0x3000]][0] == 1000


@pytest.mark.parametrize("kind", ["ttf", "otf"])
def test_a_font_of_chinese_characters_alone_is_not_of_fixed_pitch(kind: str) -> None:
    """A space is not as wide as a character, and no program is to be told so."""
    _, read = made(kind, [ring(code) for code in NEW])
    advances = {read["hmtx"][name][0] for name in read.getBestCmap().values()}
    assert advances == {250, 500, 1000}  # checkers take a font of up to two for one of fixed pitch
    assert read["post"].isFixedPitch == 0
    assert read["OS/2"].panose.bProportion == 0
    assert read["hmtx"][read.getBestCmap()[0x2003]][0] == 1000


@pytest.mark.slow
def test_a_font_of_gb2312_says_simplified_and_not_traditional() -> None:
    _, read = made("ttf", [box(code, 0, 0, 0.5, 0.5) for code in gb2312_level(1)])
    pages = read["OS/2"].getCodePageRanges()
    assert 18 in pages
    assert not pages & {17, 19, 20, 21}


def test_a_font_of_a_few_characters_names_the_code_page_that_it_has_most_of() -> None:
    assert made("ttf", [ring(ord(char)) for char in "这们"])[1]["OS/2"].getCodePageRanges() == {18}
    assert made("ttf", [ring(ord(char)) for char in "這們"])[1]["OS/2"].getCodePageRanges() == {20}
    assert made("ttf", [ring(0x41)])[1]["OS/2"].getCodePageRanges() == {0}


def test_the_blocks_of_the_characters_are_declared() -> None:
    ranges = made("ttf")[1]["OS/2"].getUnicodeRanges()
    assert ranges == {0, 1, 31, 48, 59}  # space, no-break space, en space, ideographic space, Han


@pytest.mark.parametrize(
    ("glyphs", "problem"),
    [
        ([], "no character has an outline"),
        ([blank(0x4E00)], "no character has an outline"),
        ([ring(0x4E00), ring(0x4E00)], "two glyphs for U\\+4E00"),
        ([box(0x4E00, 0, 0, 40, 1)], "too large"),
        ([ring(0xFFFF)], r"U\+FFFF is not a character"),
        ([ring(0xD800)], r"U\+D800 is not a character"),
        ([ring(0x110000)], "not a character"),
    ],
)
def test_what_cannot_be_a_font_is_refused_in_a_line(glyphs: list[NewGlyph], problem: str) -> None:
    with pytest.raises(FontganError, match=problem) as refused:
        build_font(glyphs, NAMES)
    assert "\n" not in str(refused.value)


@pytest.mark.slow
def test_more_glyphs_than_a_font_can_have_are_refused() -> None:
    square = box(0, 0, 0, 0.5, 0.5)
    many = [NewGlyph(0x10000 + number, 1, square.outline) for number in range(MOST_GLYPHS - 3)]
    with pytest.raises(FontganError, match=r"65,531 characters do not fit .* up to 65,530"):
        build_font(many, NAMES)


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(FontganError, match="format 'svg'"):
        build_font(rings(), NAMES, "svg")


def test_a_font_never_replaces_a_folder(tmp_path: Path) -> None:
    (tmp_path / "font.ttf").mkdir()
    with pytest.raises(FontganError, match="is a folder"):
        save_font(tmp_path / "font.ttf", b"font")
    assert list(tmp_path.iterdir()) == [tmp_path / "font.ttf"]

"""A person's font with new characters in it: what was there is the same, what came is right."""

from __future__ import annotations

import hashlib
import io
import random
import re
import struct
from pathlib import Path
from typing import Any

import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTCollection, TTFont, newTable

from fontgan.building.characters import characters_of
from fontgan.building.copying import copied_glyphs
from fontgan.building.font import build_font
from fontgan.building.glyphs import NewGlyph
from fontgan.building.merge import MergedFont, merge_font
from fontgan.building.names import Names
from fontgan.building.tables import packed, save_font, write_tables
from fontgan.errors import FontganError
from fontgan.fonts.charset import gb2312_level
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
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
from tests.toy_fonts import CHARACTERS, build_variable_font
from tests.toy_fonts import build_font as build_toy

BYTES = ("GSUB", "GPOS", "GDEF", "PfEd")  # tables that glyphs' numbers hold together


def merged(path: Path, glyphs: list[NewGlyph] | None = None, **options: Any) -> MergedFont:
    """Rings merged into a font."""
    return merge_font(FontLocation(path), glyphs or rings(), **options)


def kept(path: Path, content: bytes, index: int = -1, same_bytes: bool = True) -> None:
    """Assert that every glyph, advance and feature of a font is in another as it was."""
    old, new = TTFont(path, fontNumber=index), opened(content)
    count = old["maxp"].numGlyphs
    assert new["maxp"].numGlyphs > count
    for tag in BYTES:
        assert (tag in old) == (tag in new)
        assert tag not in old or old.reader[tag] == new.reader[tag]
    for number in range(count):
        was, now = old.getGlyphName(number), new.getGlyphName(number)
        assert old["hmtx"][was] == new["hmtx"][now]
        assert drawn(old, was, same_bytes) == drawn(new, now, same_bytes)
    before, after = (characters_of(font.reader["cmap"]) for font in (old, new))
    assert before.items() <= after.items()


def drawn(font: Any, name: str, same_bytes: bool = True) -> Any:
    """The bytes of a glyph, or what it draws where they are not apart or do not count."""
    if "glyf" in font and same_bytes:
        number = font.getGlyphID(name)
        return font.reader["glyf"][font["loca"][number] : font["loca"][number + 1]]
    pen = RecordingPen()
    font.getGlyphSet()[name].draw(pen)
    return pen.value


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
    harfbuzz = pytest.importorskip("uharfbuzz", reason="uharfbuzz is not installed")

    def shaped(content: bytes, text: str, direction: str) -> list[tuple[int, ...]]:
        font = harfbuzz.Font(harfbuzz.Face(content))
        buffer = harfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.direction = direction
        harfbuzz.shape(font, buffer)
        return [
            (one.codepoint, one.cluster, where.x_advance, where.y_advance, where.x_offset, where.y_offset)
            for one, where in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
        ]

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


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    path = kerned_font(tmp_path / "own.ttf")
    digests = {hashlib.sha256(merged(path).content).hexdigest() for _ in range(2)}
    assert len(digests) == 1


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


def test_another_em_is_filled_in_its_units(tmp_path: Path) -> None:
    path = build_toy(tmp_path / "own.ttf")
    font = TTFont(path)
    font["head"].unitsPerEm = 2048
    font.save(path)
    read = opened(merged(path, [box(0x5000, 0.25, 0, 0.75, 0.5, 0.9)]).content)
    glyph = read["glyf"][read.getBestCmap()[0x5000]]
    assert (glyph.xMin, glyph.yMin, glyph.xMax, glyph.yMax) == (512, 0, 1536, 1024)
    assert read["hmtx"][read.getBestCmap()[0x5000]] == (1843, 512)


@pytest.mark.slow
def test_a_short_loca_becomes_a_long_one_where_it_has_to(tmp_path: Path) -> None:
    path = kerned_font(tmp_path / "own.ttf")
    assert TTFont(path)["head"].indexToLocFormat == 0
    few, many = (merged(path, rings(range(0x5000, 0x5000 + count))) for count in (16, 2048))
    assert opened(few.content)["head"].indexToLocFormat == 0
    assert opened(many.content)["head"].indexToLocFormat == 1
    kept(path, few.content)
    kept(path, many.content)


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


def broken(path: Path, tag: str, change: Any) -> Path:
    """The font with the bytes of a table changed, as a damaged disk would."""
    font = TTFont(path)
    content = change(font.reader[tag])
    start, length = font.reader.tables[tag].offset, font.reader.tables[tag].length
    data = path.read_bytes()
    path.write_bytes(data[:start] + content[:length].ljust(length, b"\0") + data[start + length :])
    return path


@pytest.mark.parametrize(
    ("tag", "change"),
    [
        ("loca", lambda content: content[:8] + b"\xff" * (len(content) - 8)),
        ("hhea", lambda content: content[:34] + b"\xff\xff"),
        ("name", lambda content: content[:6] + b"\xff" * (len(content) - 6)),
        ("post", lambda content: content[:32] + b"\xff\xff" + content[34:]),
    ],
)
def test_a_damaged_font_is_refused_in_a_line_or_extended(tag: str, change: Any, tmp_path: Path) -> None:
    path = broken(build_toy(tmp_path / "own.ttf"), tag, change)
    try:
        font = merged(path)
    except FontganError as error:
        assert "\n" not in str(error)
        assert str(path) in str(error)
    else:
        assert font.added == tuple(NEW)


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9])
def test_a_font_that_was_cut_short_is_refused(cut: float, tmp_path: Path) -> None:
    path = build_toy(tmp_path / "own.ttf")
    path.write_bytes(path.read_bytes()[: int(cut * path.stat().st_size)])
    with pytest.raises(FontganError):
        merged(path)


def test_a_complete_font_is_refused(tmp_path: Path) -> None:
    path = build_toy(tmp_path / "own.ttf")
    with pytest.raises(FontganError, match="already draws all of these 2 characters"):
        merged(path, [ring(0x4E00), ring(0x4E01)])
    with pytest.raises(FontganError, match="nothing to add"):
        merged(path, [blank(0x5000)])


def test_a_variable_font_is_refused_with_the_command_that_makes_an_instance(tmp_path: Path) -> None:
    path = build_variable_font(tmp_path / "own.ttf")
    with pytest.raises(FontganError, match=r"fonttools varLib.instancer .*own.ttf wght=") as refused:
        merged(path)
    assert "\n" not in str(refused.value)


def test_a_folder_and_a_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FontganError, match="is a folder"):
        merged(tmp_path)
    (tmp_path / "text.ttf").write_text("text")
    with pytest.raises(FontganError, match="not a font"):
        merged(tmp_path / "text.ttf")


@pytest.mark.slow
def test_a_full_font_is_refused(tmp_path: Path) -> None:
    """65,000 glyphs, of which most are empty."""
    path = build_toy(tmp_path / "own.ttf")
    font = TTFont(path)
    tables = {tag: font.reader[tag] for tag in font.reader.keys()}  # noqa: SIM118 - a reader, not a dict
    count = font["maxp"].numGlyphs
    extra = 65000 - count
    tables["maxp"] = tables["maxp"][:4] + struct.pack(">H", 65000) + tables["maxp"][6:]
    tables["loca"] += tables["loca"][-(4 if font["head"].indexToLocFormat else 2) :] * extra
    tables["hmtx"] += struct.pack(">h", 0) * extra
    tables["post"] = struct.pack(">I", 0x30000) + tables["post"][4:32]
    path.write_bytes(write_tables(tables))
    square = box(0, 0, 0, 0.5, 0.5).outline
    with pytest.raises(FontganError, match=r"has 65,000 glyphs, so 600 more do not fit.*up to 534"):
        merged(path, [NewGlyph(0x10000 + number, 1, square) for number in range(600)])
    font_534 = merged(path, [NewGlyph(0x10000 + number, 1, square) for number in range(534)])
    assert TTFont(io.BytesIO(font_534.content))["maxp"].numGlyphs == 65534


@pytest.mark.slow
@pytest.mark.parametrize("cff", [False, True])
def test_any_damage_ends_in_a_line_or_in_a_font(
    cff: bool, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = kerned_font(tmp_path / "own.ttf", cff)
    whole, refused = path.read_bytes(), 0
    tables = TTFont(path).reader.tables.values()
    for seed in range(60):
        numbers = random.Random(seed)
        data, table = bytearray(whole), numbers.choice(list(tables))
        for _ in range(numbers.randrange(1, 10)):
            data[table.offset + numbers.randrange(min(table.length, 60))] = numbers.choice((0, 127, 128, 255))
        path.write_bytes(data)
        try:
            font = merged(path)
        except FontganError as error:
            assert "\n" not in str(error)
            refused += 1
        else:
            assert font.added == tuple(NEW)
    assert 0 < refused < 60
    assert capfd.readouterr() == ("", "")  # fontTools' own remarks would be lines that nobody can act on

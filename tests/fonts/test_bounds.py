"""Fonts made to do harm, by their names, their kind of file or their tables: one line, and no waiting."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from fontgan.data.plan import Plan
from fontgan.errors import FontganError
from fontgan.fonts.charset import parse_charset
from fontgan.fonts.container import FontFile
from fontgan.fonts.description import describe
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.fonts.source import find_sources, open_source
from tests.crafted import entries_of, sfnt
from tests.toy_fonts import CHARACTERS, build_font


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_only_regular_files_are_fonts_and_sets(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    for path in (str(pipe), "/dev/zero"):
        for read in (lambda text: find_sources(FontLocation.parse(text)), parse_charset):
            with pytest.raises(FontganError, match="is not a regular file: save it as a file first"):
                read(path)


@pytest.mark.parametrize(
    "name", ["a" * 300, "x/" * 3000, "a\0b", "\udcff", "\udcff@wght=3", "永" * 100 + "#2"]
)
def test_any_name_of_a_file_that_is_not_there_is_one_line(name: str) -> None:
    with pytest.raises(FontganError, match=r"there is no font|File name too long"):
        find_sources(FontLocation.parse(name))
    with pytest.raises(FontganError, match=r"cannot be read|not in UTF-8"):
        parse_charset(f"{name}.txt")


def test_characters_in_another_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FontganError, match="not in UTF-8"):
        parse_charset(os.fsdecode("永和".encode("gb18030")))
    path = os.fsencode(tmp_path) + b"/\xff"
    Path(os.fsdecode(path)).write_text("永")
    assert parse_charset(os.fsdecode(path)) == [ord("永")]


def test_a_family_of_any_name_is_short_in_one_line_and_has_a_key_of_its_own(tmp_path: Path) -> None:
    name = "Long\nna\x1bme " + "x" * 10000
    for number in (1, 2):
        font = TTFont(build_font(tmp_path / f"{number}.ttf", width=500 + number))
        font["name"].setName(name, 1, 3, 1, 0x409)
        font.save(tmp_path / f"{number}.ttf")
    plan = Plan(CHARACTERS)
    plan.add([FontLocation(tmp_path / "1.ttf"), FontLocation(tmp_path / "2.ttf")], content=True)
    keys = [face.key for face in plan.faces]
    assert keys[0] == "long-na-me-" + "x" * 49
    assert keys[1] == f"{keys[0]}-2"
    family = plan.faces[0].source.family
    assert len(family) == 120
    assert family.isprintable()
    described, _ = describe(plan.faces[0].source)
    assert described.names["family"].isprintable()


@pytest.mark.parametrize("content", [b"%!PS-AdobeFont-1.0", b"STARTFONT 2.1", b"%!PS-TrueTypeFont"])
def test_formats_that_are_not_documented_are_not_opened(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.ttf").write_bytes(content + bytes(100))
    with pytest.raises(FontganError, match="is not a font that FreeType can read"):
        open_source(FontLocation(tmp_path / "a.ttf"))


def test_tables_that_overlap_are_not_summed_for_ever(tmp_path: Path) -> None:
    plain = build_font(tmp_path / "toy.ttf").read_bytes()
    padded = sfnt({f"x{number:03}": b"" for number in range(999)})
    entries = [(tag, 0, start + len(padded), length) for tag, _, start, length in entries_of(plain)]
    directory = b"".join(struct.pack(">4s3I", *entry) for entry in entries)
    others = range(999 - len(entries))
    claims = b"".join(struct.pack(">4s3I", f"x{number:03}".encode(), 0, 0, 9000) for number in others)
    content = padded[:12] + directory + claims + plain
    with pytest.raises(FontganError, match="has tables that overlap"):
        FontFile(tmp_path / "toy.ttf", content).check(0)


def test_a_cmap_that_is_searched_from_its_start_is_not_used(tmp_path: Path) -> None:
    font = TTFont(build_font(tmp_path / "toy.ttf"))
    groups = b"".join(struct.pack(">3I", code, code, 1 + code % 60) for code in range(0x4E00, 0x9FFF))
    count = len(groups) // 12
    header = struct.pack(">HHII", 8, 0, 8208 + len(groups), 0) + bytes(8192) + struct.pack(">I", count)
    tables = {tag: font.getTableData(tag) for tag in font.keys() if tag not in ("GlyphOrder", "post")}  # noqa: SIM118 (it has no iterator)
    tables["cmap"] = struct.pack(">HHHHI", 0, 1, 3, 10, 12) + header + groups
    (tmp_path / "toy.ttf").write_bytes(sfnt(tables))
    with pytest.raises(FontganError, match="maps no Unicode characters"):
        Face(FontLocation(tmp_path / "toy.ttf"))

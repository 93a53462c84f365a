"""Fonts that cannot be extended: one line, or a whole font, whatever is wrong with them."""

from __future__ import annotations

import io
import random
import struct
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont

from fontgan.building.glyphs import NewGlyph
from fontgan.building.tables import write_tables
from fontgan.errors import FontganError
from tests.building.keeping import merged
from tests.building.outlines import (
    NEW,
    blank,
    box,
    kerned_font,
    ring,
)
from tests.toy_fonts import build_font as build_toy
from tests.toy_fonts import build_variable_font


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
    with pytest.raises(FontganError, match=r"has 65,000 glyphs, which leaves no room for 600 .*up to 534"):
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

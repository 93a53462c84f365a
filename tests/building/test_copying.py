"""Outlines out of fonts, exactly."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.pens.areaPen import AreaPen
from fontTools.ttLib import TTFont

from fontgan.building.copying import copied_glyphs
from fontgan.building.glyphs import in_units
from fontgan.errors import FontganError
from fontgan.fonts.location import FontLocation
from tests.building.outlines import ASSETS
from tests.toy_fonts import build_font as build_toy
from tests.toy_fonts import build_variable_font, rectangle_of


@pytest.mark.parametrize("cff", ["", "CFF"])
def test_a_rectangle_comes_with_its_advance(cff: str, tmp_path: Path) -> None:
    path = build_toy(tmp_path / "toy.ttf", cff=cff)  # type: ignore[arg-type]
    (glyph,) = in_units(copied_glyphs(FontLocation(path), [0x4E05, 0x5000]), 1000)
    assert (glyph.code, glyph.advance, glyph.box()) == (0x4E05, 1000, rectangle_of(0x4E05))


@pytest.mark.parametrize("name", ["noto-sans-sc.otf", "ma-shan-zheng.ttf"])
def test_ink_is_to_the_left_as_in_postscript(name: str) -> None:
    for glyph in in_units(copied_glyphs(FontLocation(ASSETS / name), [0x4E0B, 0x4E11]), 1000):
        pen = AreaPen()
        glyph.draw(pen)
        assert pen.value > 0


def test_a_place_of_a_variable_font_is_copied(tmp_path: Path) -> None:
    path = build_variable_font(tmp_path / "variable.ttf")
    widths = []
    for weight in (100, 900):
        (glyph,) = in_units(copied_glyphs(FontLocation(path, 0, (("wght", weight),)), [0x4E00]), 1000)
        left, _, right, _ = glyph.box()
        widths.append(right - left)
    assert widths == [600, 900]


def test_spaces_come_without_an_outline_and_the_rest_in_order(tmp_path: Path) -> None:
    path = build_toy(tmp_path / "toy.ttf", [0x20, 0x4E00, 0x4E01], blank=[0x20])
    glyphs = list(copied_glyphs(FontLocation(path), [0x4E01, 0x20, 0x4E01, 0x4E00, 0xA0]))
    assert [glyph.code for glyph in glyphs] == [0x4E01, 0x20, 0x4E00]
    assert in_units(glyphs, 1000)[0].contours == ()


def test_a_damaged_font_is_refused(tmp_path: Path) -> None:
    path = build_toy(tmp_path / "toy.ttf")
    font = TTFont(path)
    entry = font.reader.tables["glyf"]
    data = path.read_bytes()
    path.write_bytes(
        data[: entry.offset] + b"\x7f\xff" * (entry.length // 2) + data[entry.offset + entry.length :]
    )
    with pytest.raises(FontganError):
        list(copied_glyphs(FontLocation(tmp_path / "none.ttf"), [0x4E00]))
    assert list(copied_glyphs(FontLocation(path), [0x4E00])) == []  # FreeType draws none of it

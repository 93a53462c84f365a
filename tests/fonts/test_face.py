"""Faces: which characters they draw, and exact pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont
from fontTools.ttLib.tables._g_l_y_f import GlyphCoordinates

from fontgan.assets import CONTENT_FONT, STYLE_FONTS, bundled_font
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas, font_shift
from fontgan.fonts.charset import gb2312_level
from fontgan.fonts.description import describe
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from tests.toy_fonts import CHARACTERS, EM, build_font, build_variable_font, rectangle_of


def drawn(face: Face, code: int, size: int = 64, shift: float = 0.0) -> np.ndarray:
    image = face.draw(code, Canvas(size), shift)
    assert image is not None
    return image


def test_a_character_is_drawn_if_mapped_with_ink_and_no_placeholder(tmp_path: Path) -> None:
    path = build_font(tmp_path / "toy.ttf", CHARACTERS, blank=[0x4E00], placeholder=[0x4E01])
    face = Face(FontLocation(path))
    asked = (0x4E00, 0x4E01, 0x4E02, 0x5000)
    assert [face.draws(code) for code in asked] == [False, False, True, False]
    assert [face.draw(code, Canvas(64)) is not None for code in asked] == [False, False, True, False]
    assert list(face.mapped()) == CHARACTERS


@pytest.mark.parametrize(("count", "placeholder"), [(8, False), (9, True), (30, True)])
def test_an_outline_that_many_characters_share_is_a_placeholder(
    tmp_path: Path, count: int, placeholder: bool
) -> None:
    path = build_font(tmp_path / "toy.ttf", shared=CHARACTERS[:count])
    face = Face(FontLocation(path))
    assert [face.draws(code) for code in CHARACTERS[:count]] == [not placeholder] * count
    assert all(face.draws(code) for code in CHARACTERS[count:])


def test_compatibility_characters_may_share_an_outline(tmp_path: Path) -> None:
    alike = [0x6A02, 0xF914, 0xF95C, 0xF9BF, *range(0x1D400, 0x1D41A)]  # 樂 in four places, and bold A to Z
    face = Face(FontLocation(build_font(tmp_path / "toy.ttf", alike, shared=alike[:4])))
    assert all(face.draws(code) for code in alike)


def test_characters_above_u_ffff_are_found(tmp_path: Path) -> None:
    codes = [0x4E00, 0x20000, 0x2A6D6, 0x3134A]
    face = Face(FontLocation(build_font(tmp_path / "toy.ttf", codes)))
    assert list(face.mapped()) == codes
    assert all(face.draws(code) for code in codes)


@pytest.mark.slow
@pytest.mark.parametrize("flavour", ["woff", "woff2"])
@pytest.mark.parametrize("name", [CONTENT_FONT, STYLE_FONTS[0]], ids=["cff", "truetype"])
def test_a_web_font_has_the_pixels_of_the_font_in_it(tmp_path: Path, name: str, flavour: str) -> None:
    font = TTFont(bundled_font(name))
    font.flavor = flavour
    font.save(tmp_path / f"web.{flavour}")
    plain, web = Face(FontLocation(bundled_font(name))), Face(FontLocation(tmp_path / f"web.{flavour}"))
    codes = list(plain.mapped())[::100]
    assert list(web.mapped())[::100] == codes
    for code in codes:
        assert np.array_equal(drawn(web, code), drawn(plain, code))


def test_a_variable_font_is_drawn_at_its_place(tmp_path: Path) -> None:
    path = build_variable_font(tmp_path / "toy.ttf")
    light, bold = (Face(FontLocation.parse(f"{path}@wght={weight}")) for weight in (100, 900))
    usual, middle = Face(FontLocation(path)), Face(FontLocation.parse(f"{path}@wght=500"))
    ink = [int((255 - drawn(face, 0x4E00, 128).astype(int)).sum()) for face in (light, middle, bold)]
    assert ink[1] / ink[0] == pytest.approx(1.25, abs=0.01)
    assert ink[2] / ink[0] == pytest.approx(1.5, abs=0.01)
    assert np.array_equal(drawn(usual, 0x4E00), drawn(light, 0x4E00))
    assert np.array_equal(drawn(bold.another(), 0x4E00), drawn(bold, 0x4E00))
    for place, words in {
        "wght=1000": "must be from 100 to 900",
        "wdth=80": "no axis 'wdth'",
        "wght=x": "write",
    }.items():
        with pytest.raises(FontganError, match=words):
            Face(FontLocation.parse(f"{path}@{place}"))
    with pytest.raises(FontganError, match="is not a variable font"):
        Face(FontLocation.parse(f"{build_font(tmp_path / 'plain.ttf')}@wght=400"))


def test_a_reference_is_read_as_it_is_written(tmp_path: Path) -> None:
    for text in ("a.ttf", "a.ttc#2", "a.ttf@wght=700", "a.ttc#3@wdth=87.5,wght=300"):
        assert str(FontLocation.parse(text)) == text
    (tmp_path / "a#1@b=2").touch()
    assert FontLocation.parse(f"{tmp_path}/a#1@b=2").path == tmp_path / "a#1@b=2"


def test_overlapping_contours_are_filled_evenly(tmp_path: Path) -> None:
    path = build_font(tmp_path / "toy.ttf", [0x4E00])
    plain = drawn(Face(FontLocation(path)), 0x4E00, 128)
    font = TTFont(path)
    glyph = font["glyf"]["u04E00"]
    twice = GlyphCoordinates([*glyph.coordinates, *glyph.coordinates])
    glyph.coordinates, glyph.flags = twice, bytearray([*glyph.flags, *glyph.flags])
    glyph.endPtsOfContours, glyph.numberOfContours = [3, 7], 2
    glyph.flags[0] |= 0x40  # OVERLAP_SIMPLE
    font.save(tmp_path / "twice.ttf")
    twofold = drawn(Face(FontLocation(tmp_path / "twice.ttf")), 0x4E00, 128)
    assert np.abs(twofold.astype(int) - plain).max() <= 255 / 4  # four samples a pixel, not doubled edges


@pytest.mark.parametrize("cff", ["", "CFF"])
@pytest.mark.parametrize("size", [64, 128, 256])
def test_pixels_are_the_exact_coverage_of_the_outline(
    tmp_path: Path, size: int, cff: Literal["", "CFF"]
) -> None:
    path = build_font(tmp_path / "toy.font", cff=cff)
    image = drawn(Face(FontLocation(path)), 0x4E0B, size)
    left, bottom, right, top = (value / EM * size for value in rectangle_of(0x4E0B))
    edges = np.arange(size + 1, dtype=float)
    across = np.diff(np.clip(edges, left, right))
    baseline = 0.88 * size
    down = np.diff(np.clip(edges, baseline - top, baseline - bottom))
    ink = np.outer(down, across)
    # FreeType computes in 1/64 pixel and rounds each coordinate, the em's scale and the placement.
    assert np.abs(ink - (255 - image.astype(float)) / 255).max() < 3 / 64


def test_the_shift_moves_the_ink_up_and_nothing_else(tmp_path: Path) -> None:
    face = Face(FontLocation(build_font(tmp_path / "toy.ttf")))
    still, raised = drawn(face, 0x4E0B), drawn(face, 0x4E0B, shift=8 / 64)
    assert np.array_equal(raised[:-8], still[8:])


def test_the_font_shift_brings_the_ink_of_all_to_the_centre(tmp_path: Path) -> None:
    plain = Face(FontLocation(build_font(tmp_path / "plain.ttf")))
    raised = Face(FontLocation(build_font(tmp_path / "raised.ttf", raised=90)))
    assert font_shift(plain, CHARACTERS, Canvas(64)) - font_shift(
        raised, CHARACTERS, Canvas(64)
    ) == pytest.approx(0.09)
    shift = font_shift(raised, CHARACTERS, Canvas(64))
    images = [drawn(raised, code, shift=shift) for code in CHARACTERS]
    rows = (255 - np.stack(images).astype(float)).sum(axis=(0, 2))
    assert np.average(np.arange(64) + 0.5, weights=rows) == pytest.approx(32, abs=0.1)


@pytest.mark.parametrize("name", [CONTENT_FONT, STYLE_FONTS[0]], ids=["cff", "truetype"])
def test_a_subset_has_the_pixels_of_the_whole_font(tmp_path: Path, name: str) -> None:
    whole = Face(FontLocation(bundled_font(name)))
    codes = [code for code in gb2312_level(1) if whole.draws(code)][::20]
    font = TTFont(bundled_font(name))
    maker = subset.Subsetter(subset.Options(hinting=True))
    maker.populate(unicodes=codes)
    maker.subset(font)
    font.save(tmp_path / "part.font")
    part = Face(FontLocation(tmp_path / "part.font"))
    assert part.sha256 != whole.sha256
    for code in codes:
        assert np.array_equal(drawn(part, code, shift=0.02), drawn(whole, code, shift=0.02))


def test_ink_beyond_the_canvas_is_cut_off(tmp_path: Path) -> None:
    face = Face(FontLocation(build_font(tmp_path / "toy.ttf")))
    image = drawn(face, CHARACTERS[0], shift=0.5)
    assert image.shape == (64, 64)
    assert image[0].min() == 0
    assert face.draw(CHARACTERS[0], Canvas(64), shift=2) is None


def test_a_face_of_a_collection_is_named_by_its_number(tmp_path: Path) -> None:
    collection = TTCollection()
    for family in ("First", "Second"):
        path = build_font(tmp_path / f"{family}.ttf", family=family)
        collection.fonts.append(TTFont(path))
    collection.save(tmp_path / "both.ttc")
    assert Face(FontLocation.parse(f"{tmp_path}/both.ttc")).family == "First"
    assert Face(FontLocation.parse(f"{tmp_path}/both.ttc#1")).family == "Second"
    with pytest.raises(FontganError, match="has 2 faces, counted from 0: there is no #2"):
        Face(FontLocation.parse(f"{tmp_path}/both.ttc#2"))


def test_what_is_no_font_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty.ttf").touch()
    (tmp_path / "text.ttf").write_text("not a font at all, but some text" * 9)
    whole = build_font(tmp_path / "toy.ttf").read_bytes()
    (tmp_path / "cut.ttf").write_bytes(whole[:100])
    for name, words in {
        "empty.ttf": "is empty",
        "text.ttf": "is not a font",
        "cut.ttf": "is not a font",
        "none.ttf": "there is no font file or folder",
        ".": "is a directory",
    }.items():
        with pytest.raises(FontganError, match=words) as caught:
            Face(FontLocation(tmp_path / name))
        assert "\n" not in str(caught.value)
        assert str(tmp_path) in str(caught.value)


def test_cff2_outlines_are_drawn_as_cff_ones(tmp_path: Path) -> None:
    one = Face(FontLocation(build_font(tmp_path / "one.otf", cff="CFF")))
    other = Face(FontLocation(build_font(tmp_path / "two.otf", cff="CFF2")))
    assert describe(other)[0].format == "OpenType, CFF2 outlines"
    for code in CHARACTERS:
        assert np.array_equal(drawn(one, code), drawn(other, code))

"""Faces: which characters they draw, and exact pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

from fontgan.assets import CONTENT_FONT, STYLE_FONTS, bundled_font
from fontgan.errors import FontganError
from fontgan.fonts.charset import gb2312_level
from fontgan.fonts.face import Face, FontReference, font_shift
from tests.toy_fonts import CHARACTERS, EM, build_font, rectangle_of


def test_a_character_is_drawn_if_mapped_with_ink_and_no_placeholder(tmp_path: Path) -> None:
    path = build_font(tmp_path / "toy.ttf", CHARACTERS, blank=[0x4E00], placeholder=[0x4E01])
    face = Face(FontReference(path))
    assert [face.draws(code) for code in (0x4E00, 0x4E01, 0x4E02, 0x5000)] == [False, False, True, False]


@pytest.mark.parametrize("cff", [False, True])
@pytest.mark.parametrize("size", [64, 128, 256])
def test_pixels_are_the_exact_coverage_of_the_outline(tmp_path: Path, size: int, cff: bool) -> None:
    path = build_font(tmp_path / "toy.font", cff=cff)
    image = Face(FontReference(path)).render(0x4E0B, size)
    left, bottom, right, top = (value / EM * size for value in rectangle_of(0x4E0B))
    edges = np.arange(size + 1, dtype=float)
    across = np.diff(np.clip(edges, left, right))
    baseline = 0.88 * size
    down = np.diff(np.clip(edges, baseline - top, baseline - bottom))
    ink = np.outer(down, across)
    # FreeType computes in 1/64 pixel and rounds each coordinate, the em's scale and the placement.
    assert np.abs(ink - (255 - image.astype(float)) / 255).max() < 3 / 64


def test_the_shift_moves_the_ink_up_and_nothing_else(tmp_path: Path) -> None:
    face = Face(FontReference(build_font(tmp_path / "toy.ttf")))
    still, raised = face.render(0x4E0B, 64), face.render(0x4E0B, 64, shift=8 / 64)
    assert np.array_equal(raised[:-8], still[8:])


def test_the_font_shift_brings_the_ink_of_all_to_the_centre(tmp_path: Path) -> None:
    plain = Face(FontReference(build_font(tmp_path / "plain.ttf")))
    raised = Face(FontReference(build_font(tmp_path / "raised.ttf", raised=90)))
    assert font_shift(plain, CHARACTERS) - font_shift(raised, CHARACTERS) == pytest.approx(0.09)
    images = [raised.render(code, 64, font_shift(raised, CHARACTERS)) for code in CHARACTERS]
    rows = (255 - np.stack(images).astype(float)).sum(axis=(0, 2))
    assert np.average(np.arange(64) + 0.5, weights=rows) == pytest.approx(32, abs=0.1)


@pytest.mark.parametrize("name", [CONTENT_FONT, STYLE_FONTS[0]], ids=["cff", "truetype"])
def test_a_subset_has_the_pixels_of_the_whole_font(tmp_path: Path, name: str) -> None:
    whole = Face(FontReference(bundled_font(name)))
    codes = [code for code in gb2312_level(1) if whole.draws(code)][::20]
    font = TTFont(bundled_font(name))
    maker = subset.Subsetter(subset.Options(hinting=True))
    maker.populate(unicodes=codes)
    maker.subset(font)
    font.save(tmp_path / "part.font")
    part = Face(FontReference(tmp_path / "part.font"))
    assert part.sha256 != whole.sha256
    for code in codes:
        assert np.array_equal(part.render(code, 64, 0.02), whole.render(code, 64, 0.02))


def test_ink_beyond_the_canvas_is_cut_off(tmp_path: Path) -> None:
    face = Face(FontReference(build_font(tmp_path / "toy.ttf")))
    image = face.render(CHARACTERS[0], 64, shift=0.5)
    assert image.shape == (64, 64)
    assert image[0].min() == 0
    assert face.render(CHARACTERS[0], 64, shift=2).min() == 255


def test_a_face_of_a_collection_is_named_by_its_number(tmp_path: Path) -> None:
    collection = TTCollection()
    for family in ("First", "Second"):
        path = build_font(tmp_path / f"{family}.ttf", family=family)
        collection.fonts.append(TTFont(path))
    collection.save(tmp_path / "both.ttc")
    assert Face(FontReference.parse(f"{tmp_path}/both.ttc")).family == "First"
    assert Face(FontReference.parse(f"{tmp_path}/both.ttc#1")).family == "Second"
    with pytest.raises(FontganError, match="has 2 faces, counted from 0: there is no #2"):
        Face(FontReference.parse(f"{tmp_path}/both.ttc#2"))


def test_what_is_no_font_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty.ttf").touch()
    (tmp_path / "text.ttf").write_text("not a font at all, but some text" * 9)
    whole = build_font(tmp_path / "toy.ttf").read_bytes()
    (tmp_path / "cut.ttf").write_bytes(whole[:100])
    for name, words in {
        "empty.ttf": "is empty",
        "text.ttf": "is not a font",
        "cut.ttf": "is not a font",
        "none.ttf": "there is no font file",
        ".": "is a directory",
    }.items():
        with pytest.raises(FontganError, match=words) as caught:
            Face(FontReference(tmp_path / name))
        assert "\n" not in str(caught.value)
        assert str(tmp_path) in str(caught.value)

"""Where a glyph lies on its image, and the way back."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from fontgan.assets import CONTENT_FONT, STYLE_FONTS, bundled_font
from fontgan.errors import FontganError
from fontgan.fonts.canvas import SIZES, Canvas, font_shift
from fontgan.fonts.charset import gb2312_level
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.fonts.pictures import PictureFolder
from fontgan.fonts.source import GlyphSource
from fontgan.formats import as_record
from tests.toy_fonts import (
    CHARACTERS,
    EM,
    AnyCanvas,
    build_font,
    build_proportional_font,
    rectangle_of,
)

TEXT = "一字永和国我们大啊A g,Å！のカ龘鬱麗"
SHIFTS = (0.0, 0.017, -0.031)
KAI = Face(FontLocation(bundled_font(STYLE_FONTS[0])))
# FreeType's grid is 1/64 pixel. Half of it is lost where a point is scaled, half where it is moved, up to
# half by the 16.16 scale itself at 1,024 px, an eighth where the outline was loaded; then coverage is
# rounded.
EXACT = 1.625 / 64 + 1 / 255


def digest(source: GlyphSource, codes: list[int], size: int, shift: float) -> str:
    found = hashlib.sha256()
    for code in codes:
        image = source.draw(code, Canvas(size), shift)
        if image is not None:
            found.update(chr(code).encode() + image.tobytes())
    return found.hexdigest()[:16]


# What was drawn before there was a margin, of each size and shift.
BEFORE = {
    CONTENT_FONT: """
        3a50fbc784d32417 f28a426829063137 b87dcbc6a11f9125 03e8e305a9399d10 576b82b35c62e43f 8605831cc36dfb33
        c0a12f2a5e2b28fb bc84c64941fb55ef 688c40f99560115d""",
    STYLE_FONTS[0]: """
        f8e527251938b881 d104321f9f6f9010 ef3ab94d07b37c84 6c098873b2e67885 8921199cd2ea8f76 b147b8a7902a7934
        d33e596572762a6b 61b29032d0a252ee e4ee97396445831e""",
    STYLE_FONTS[1]: """
        a30ebe6e57444308 23e4419e9348852b 5cacdfa57290f976 ad2e88de4c145e9e a3a362964a778eb7 2233fa1c2896045c
        5633e4ac2d981d58 81cf3e5dba5ed2e6 9cd46a59839cd108""",
}
BEFORE_OVERLAPPING = "e943cda8506278df c71357e44732b809 4bb41bd34dbeff3f"
BEFORE_PICTURES = """
    6d5801a3e57eac92 a150b738e2c71338 1247cd7326ddad71 044bfcb81f1d07cf f9a26d4221716301 228c7729cd2daa5c
    c21a714635142113 aef57c1368944334 29ebdd315a4822c4
"""


@pytest.mark.parametrize("name", BEFORE)
def test_without_a_margin_a_font_has_the_pixels_it_always_had(name: str) -> None:
    face = Face(FontLocation(bundled_font(name)))
    codes = [ord(char) for char in TEXT]
    found = [digest(face, codes, size, shift) for size in SIZES for shift in SHIFTS]
    assert found == BEFORE[name].split()


def test_without_a_margin_overlapping_contours_have_the_pixels_they_always_had(tmp_path: Path) -> None:
    font = TTFont(build_font(tmp_path / "toy.ttf", [0x4E00]))
    font["glyf"]["u04E00"].flags[0] |= 0x40  # OVERLAP_SIMPLE
    font.save(tmp_path / "overlapping.ttf")
    face = Face(FontLocation(tmp_path / "overlapping.ttf"))
    assert [digest(face, [0x4E00], size, 0.017) for size in SIZES] == BEFORE_OVERLAPPING.split()


def pictures_of(folder: Path) -> tuple[PictureFolder, list[int]]:
    """Nine pictures of three sizes, smaller and larger than a glyph image."""
    codes = [code for code in gb2312_level(1) if KAI.draws(code)][:9]
    for number, code in enumerate(codes):
        image = KAI.draw(code, AnyCanvas((48, 128, 200)[number % 3]))
        assert image is not None
        Image.fromarray(image).save(folder / f"{chr(code)}.png")
    return PictureFolder(FontLocation(folder)), codes


def test_without_a_margin_pictures_have_the_pixels_they_always_had(tmp_path: Path) -> None:
    folder, codes = pictures_of(tmp_path)
    found = []
    for size in SIZES:
        for shift in SHIFTS:
            images = [folder.draw(code, Canvas(size), shift) for code in codes]
            found.append(hashlib.sha256(b"".join(image.tobytes() for image in images if image is not None)))
    assert [one.hexdigest()[:16] for one in found] == BEFORE_PICTURES.split()


CANVASES = st.builds(
    Canvas,
    st.sampled_from(SIZES),
    above=st.floats(0.5, 1),
    below=st.floats(0, 0.5),
    margin=st.floats(0, 0.5),
)
EM_VALUES = st.floats(-1, 2)


@given(canvas=CANVASES, point=st.tuples(EM_VALUES, EM_VALUES), advance=st.floats(0, 2), shift=EM_VALUES)
def test_a_point_comes_back_from_its_pixel(
    canvas: Canvas, point: tuple[float, float], advance: float, shift: float
) -> None:
    right, up = canvas.place(advance, shift)
    across = (point[0] + right) * canvas.pixels_per_em
    down = canvas.size - (point[1] + up) * canvas.pixels_per_em
    (back,) = canvas.to_em(np.array([[across, down]]), advance, shift)
    assert back == pytest.approx(point, abs=1e-9)


def edges(image: np.ndarray) -> np.ndarray:
    """Upper left and lower right corner of a rectangle of ink, in pixels, off the coverage of its edges."""
    ink = (255 - image.astype(float)) / 255
    corners = []
    for profile in (ink.max(axis=0), ink.max(axis=1)):
        inked = np.flatnonzero(profile)
        corners.append((inked[0] + 1 - profile[inked[0]], inked[-1] + profile[inked[-1]]))
    return np.array(corners).T


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    size=st.sampled_from(SIZES),
    margin=st.floats(0, 0.5),
    shift=st.floats(-0.05, 0.05),
    code=st.sampled_from(CHARACTERS),
)
def test_the_edges_of_a_drawn_rectangle_come_back_to_its_font_units(
    tmp_path: Path, size: int, margin: float, shift: float, code: int
) -> None:
    path = tmp_path / "toy.ttf"
    face = Face(FontLocation(path if path.exists() else build_font(path, raised=100)))
    canvas = Canvas(size, margin=margin)
    image = face.draw(code, canvas, shift)
    assert image is not None
    (left, top), (right, bottom) = canvas.to_em(edges(image), face.advance(code), shift) * EM
    tolerance = EXACT * EM / canvas.pixels_per_em
    assert (left, bottom, right, top) == pytest.approx(rectangle_of(code, raised=100), abs=tolerance)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("margin", [0, 0.5])
@pytest.mark.parametrize("shift", [0, 1 / 1024, 5 / 1024, -3 / 256])
def test_edges_on_the_grid_of_the_rasteriser_come_back_to_a_255th_of_a_pixel(
    tmp_path: Path, size: int, margin: float, shift: float
) -> None:
    # The rectangle from 125 to 625 units each way; all lengths are multiples of 1/64 pixel.
    face = Face(
        FontLocation(build_font(tmp_path / "toy.ttf", [0x4E00], raised=125, left_shift=-25, width=500))
    )
    canvas = Canvas(size, above=0.875, below=0.125, margin=margin)
    image = face.draw(0x4E00, canvas, shift)
    assert image is not None
    corners = canvas.to_em(edges(image), 1.0, shift) * canvas.pixels_per_em
    expected = np.array([[0.125, 0.625], [0.625, 0.125]]) * canvas.pixels_per_em
    assert np.abs(corners - expected).max() <= 1 / 255


@pytest.mark.parametrize("name", BEFORE)
def test_a_margin_shows_the_same_outline_at_the_smaller_scale_and_what_was_cut(name: str) -> None:
    face = Face(FontLocation(bundled_font(name)))
    kept = 0
    for code in filter(face.draws, map(ord, TEXT)):
        plain, wide = (face.draw(code, canvas, 0.017) for canvas in (Canvas(64), Canvas(128, margin=0.5)))
        assert plain is not None
        assert wide is not None
        assert np.array_equal(wide[32:96, 32:96], plain)
        kept += int((255 - wide.astype(int)).sum() - (255 - plain.astype(int)).sum())
    assert kept >= 0


def test_a_margin_keeps_ink_beyond_the_em_box(tmp_path: Path) -> None:
    path = build_font(tmp_path / "toy.ttf", [0x4E00], raised=-300)  # 300 units below the baseline
    face = Face(FontLocation(path))
    left, bottom, right, top = rectangle_of(0x4E00)
    whole = (right - left) * (top - bottom) / EM**2
    areas = []
    for margin in (0.0, 0.125, 0.25):
        canvas = Canvas(128, margin=margin)
        image = face.draw(0x4E00, canvas)
        assert image is not None
        areas.append((255 - image.astype(float)).sum() / 255 / canvas.pixels_per_em**2)
    assert areas[0] < areas[1] < areas[2] == pytest.approx(whole, rel=0.01)
    assert areas[0] == pytest.approx((top - 300 + 120) * 600 / EM**2, rel=0.01)


def test_pictures_lie_on_a_margin_as_the_font_itself_does(tmp_path: Path) -> None:
    folder, codes = pictures_of(tmp_path)
    for number, code in enumerate(codes):
        plain, wide = (folder.draw(code, canvas, 0.017) for canvas in (Canvas(64), Canvas(128, margin=0.5)))
        assert plain is not None
        assert wide is not None
        difference = np.abs(wide[32:96, 32:96].astype(int) - plain)
        assert difference.max() <= 1 or number % 3 == 0
        assert difference[2:-2, 2:-2].max() <= 1  # an enlarged picture is smoothed into the margin
        assert folder.advance(code) == 1


def test_the_font_shift_brings_the_ink_to_the_centre_of_any_canvas(tmp_path: Path) -> None:
    face = Face(FontLocation(build_font(tmp_path / "toy.ttf")))
    shifts = [font_shift(face, CHARACTERS, canvas) for canvas in (Canvas(64), Canvas(128, margin=0.2))]
    assert shifts[0] == shifts[1]
    low = Canvas(64, above=0.7, below=0.3)
    assert font_shift(face, CHARACTERS, low) == pytest.approx(shifts[0] - 0.18)


def test_an_advance_is_known_after_drawing_and_before(tmp_path: Path) -> None:
    face = Face(FontLocation(build_proportional_font(tmp_path / "toy.ttf")))
    wide, narrow, *_ = CHARACTERS
    assert face.advance(wide) == 1
    face.draw(narrow, Canvas(64))
    assert face.advance(narrow) == 0.31
    assert face.advance(wide) == 1
    assert face.advance(narrow) == 0.31
    assert Face(FontLocation(bundled_font(CONTENT_FONT))).advance(ord("永")) == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"size": 100}, "100 px are not supported: set size to 64, 128 or 256"),
        ({"size": 64, "margin": -0.1}, "a margin of -0.1 em is not supported: set margin from 0 to 0.5"),
        ({"size": 64, "margin": 0.6}, "a margin of 0.6 em"),
        ({"size": 64, "margin": float("nan")}, "a margin of nan em"),
        ({"size": 64, "above": 0.2, "below": -0.3}, "has no height"),
        ({"size": 64, "above": float("inf")}, "has no height"),
    ],
)
def test_a_canvas_that_cannot_be_is_refused(values: dict[str, float], words: str) -> None:
    with pytest.raises(FontganError, match=words):
        Canvas(**values)  # type: ignore[arg-type]


@given(canvas=CANVASES)
def test_a_canvas_comes_back_from_json(canvas: Canvas) -> None:
    assert as_record(Canvas, json.loads(json.dumps(canvas.to_json())), "it") == canvas
    assert as_record(Canvas, {"size": 64, "later": 1}, "it") == Canvas(64)

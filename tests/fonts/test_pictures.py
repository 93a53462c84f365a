"""Folders of glyph pictures in place of a font."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from fontgan.assets import STYLE_FONTS, bundled_font
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.fonts.pictures import PictureFolder, code_of_name
from tests.toy_fonts import AnyCanvas

CODE = 0x6C38
KAI = Face(FontLocation(bundled_font(STYLE_FONTS[0])))


def glyph(size: int = 64, shift: float = 0.0) -> np.ndarray:
    image = KAI.draw(0x554A, AnyCanvas(size), shift)  # 啊
    assert image is not None
    return image


def picture(folder: Path, image: Image.Image, size: int = 64, shift: float = 0.0) -> np.ndarray | None:
    """The glyph image of one picture alone in a folder."""
    folder.mkdir(exist_ok=True)
    image.save(folder / "永.png")
    return PictureFolder(FontLocation(folder)).draw(CODE, Canvas(size), shift)


def test_a_picture_at_the_right_size_is_the_glyph_image(tmp_path: Path) -> None:
    found = picture(tmp_path, Image.fromarray(glyph()))
    assert found is not None
    assert np.array_equal(found, glyph())


COLOURS = st.tuples(*[st.integers(0, 255)] * 3)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ink=COLOURS, paper=COLOURS)
def test_any_two_colours_give_the_same_glyph(
    tmp_path: Path, ink: tuple[int, int, int], paper: tuple[int, int, int]
) -> None:
    away = [abs(one - other) for one, other in zip(ink, paper, strict=True)]
    coloured = ImageOps.colorize(Image.fromarray(glyph()), black=ink, white=paper)
    found = picture(tmp_path, coloured)
    if max(away) < 24:
        assert found is None
    else:
        assert found is not None
        # Each channel of the picture was rounded down by less than 1, which is so much along the line from
        # paper to ink; the glyph image is rounded itself.
        rounded = sum(away) / sum(step**2 for step in away)
        assert np.abs(found.astype(int) - glyph()).max() <= 1 + 255 * rounded


def test_larger_pictures_are_averaged_as_the_rasteriser_does_it(tmp_path: Path) -> None:
    for size in (128, 256, 200):
        found = picture(tmp_path, Image.fromarray(glyph(size)))
        assert found is not None
        difference = np.abs(found.astype(int) - glyph())
        assert difference.mean() < 1
        assert difference.max() <= (8 if size % 64 == 0 else 32)


def test_a_smaller_picture_is_enlarged(tmp_path: Path) -> None:
    found = picture(tmp_path, Image.fromarray(glyph(48)))
    assert found is not None
    assert np.abs(found.astype(int) - glyph()).mean() < 8


def test_the_placement_inside_the_picture_is_kept(tmp_path: Path) -> None:
    moved = Image.new("L", (64, 64), 255)
    moved.paste(Image.fromarray(glyph()).crop((0, 0, 64, 54)), (0, 10))
    found = picture(tmp_path, moved)
    assert found is not None
    assert np.array_equal(found[10:], glyph()[:54])
    shifted = picture(tmp_path, moved, shift=10 / 64)
    assert shifted is not None
    assert np.array_equal(shifted[:54], glyph()[:54])


@pytest.mark.parametrize(("width", "height"), [(64, 96), (96, 64)])
def test_a_picture_that_is_not_square_is_never_stretched(tmp_path: Path, width: int, height: int) -> None:
    wide = Image.new("L", (width, height), 255)
    wide.paste(Image.fromarray(glyph()), ((width - 64) // 2, (height - 64) // 2))
    found = picture(tmp_path, wide, size=128)
    square = Image.new("L", (96, 96), 255)
    square.paste(Image.fromarray(glyph()), (16, 16))
    expected = picture(tmp_path / "square", square, size=128)
    assert found is not None
    assert expected is not None
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("ink", [0, 255])
def test_transparent_paper_is_paper(tmp_path: Path, ink: int) -> None:
    clear = Image.new("LA", (64, 64), (ink, 0))
    clear.putalpha(Image.fromarray(255 - glyph()))
    found = picture(tmp_path, clear)
    assert found is not None
    assert np.abs(found.astype(int) - glyph()).max() <= 1


def test_blank_pictures_are_not_drawn(tmp_path: Path) -> None:
    assert picture(tmp_path, Image.new("L", (64, 64), 255)) is None
    assert picture(tmp_path, Image.new("RGB", (64, 64), (10, 20, 30))) is None
    assert not PictureFolder(FontLocation(tmp_path)).draws(CODE)


def test_the_ink_centre_is_the_fonts(tmp_path: Path) -> None:
    picture(tmp_path, Image.fromarray(glyph(256)))
    found, true = PictureFolder(FontLocation(tmp_path)).ink_centre(CODE), KAI.ink_centre(0x554A)
    assert found == pytest.approx(true, abs=2 / 256)


@pytest.mark.parametrize(
    ("stem", "code"),
    [
        ("永", CODE),
        ("U+6C38", CODE),
        ("u6c38", CODE),
        ("uni6C38", CODE),
        ("6C38", CODE),
        ("U+20000", 0x20000),
        ("U+61", 0x61),
        ("u61", None),
        ("A", 0x41),
        ("7", 0x37),
        ("か\u3099", 0x304C),  # が, as macOS writes it
        ("preview", None),
        ("永和", None),
        ("U+FFFFFF", None),
        ("U+D800", None),
    ],
)
def test_names_are_characters_or_code_points(stem: str, code: int | None) -> None:
    assert code_of_name(stem) == code


def test_bad_folders_and_pictures_are_told(tmp_path: Path) -> None:
    with pytest.raises(FontganError, match=r"no glyph picture.*subfolders are not read"):
        PictureFolder(FontLocation(tmp_path))
    for name in ("永.png", "和.png", "年.png", "九.png"):
        (tmp_path / name).write_bytes(b"no picture")
    Image.fromarray(glyph()).save(tmp_path / "title page.png")
    (tmp_path / "._永.png").write_bytes(b"what macOS leaves on other disks")
    with pytest.raises(FontganError, match=r"is not a picture.*and 1 more: save them again"):
        PictureFolder(FontLocation(tmp_path))
    for name in ("和.png", "年.png", "九.png"):
        (tmp_path / name).unlink()
    Image.fromarray(glyph()).save(tmp_path / "永.png")
    folder = PictureFolder(FontLocation(tmp_path))
    assert [path.name for path in folder.unnamed] == ["title page.png"]
    whole = (tmp_path / "永.png").read_bytes()
    (tmp_path / "永.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FontganError, match=r"永.png is not a picture"):
        folder.draw(CODE, Canvas(64))
    (tmp_path / "U+6C38.png").write_bytes(whole)
    with pytest.raises(FontganError, match="are the same character"):
        PictureFolder(FontLocation(tmp_path))
    with pytest.raises(FontganError, match="no faces and no axes"):
        PictureFolder(FontLocation(tmp_path, 1))
    Image.new("1", (9000, 9000)).save(tmp_path / "U+6C38.png")
    (tmp_path / "永.png").unlink()
    with pytest.raises(FontganError, match=r"is too large \(9,000 × 9,000 pixels\): save it again as PNG"):
        PictureFolder(FontLocation(tmp_path))

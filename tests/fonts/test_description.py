"""What a font says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from fontgan.assets import CONTENT_FONT, STYLE_FONTS, bundled_font
from fontgan.fonts.charset import NAMED
from fontgan.fonts.description import describe
from fontgan.fonts.location import FontLocation
from fontgan.fonts.source import open_source
from tests.toy_fonts import CHARACTERS, build_font, build_variable_font


def test_a_real_font_is_described_as_its_tables_have_it() -> None:
    path = bundled_font(STYLE_FONTS[1])
    found, drawn = describe(open_source(FontLocation(path)))
    font = TTFont(path)
    assert found.names["family"] == font["name"].getDebugName(1)
    assert found.names["copyright"] == font["name"].getDebugName(0)
    assert found.format == "TrueType, TrueType outlines"
    assert found.metrics is not None
    assert found.metrics.em == font["head"].unitsPerEm
    assert (found.metrics.ascent, found.metrics.descent) == (font["hhea"].ascent, font["hhea"].descent)
    assert found.metrics.advance == 1000
    assert found.metrics.vertical == ("vhea" in font)
    assert found.embedding == "installable"
    assert (found.mapped, found.drawn) == (len(font.getBestCmap()), len(drawn)) == (1000, 1000)
    assert list(found.charsets) == list(NAMED)
    level = found.charsets["gb2312-1"]
    assert (level.total, level.drawn, level.missing) == (3755, 1000, 2755)
    assert found.charsets["kana"].drawn == 0


def test_what_is_mapped_and_not_drawn_is_told_apart(tmp_path: Path) -> None:
    path = build_font(
        tmp_path / "toy.otf", CHARACTERS, blank=CHARACTERS[:5], placeholder=CHARACTERS[5:9], cff="CFF"
    )
    found, drawn = describe(open_source(FontLocation(path)))
    assert (found.mapped, found.drawn) == (64, 55)
    assert drawn == CHARACTERS[9:]
    assert found.format == "OpenType, CFF outlines"


@pytest.mark.parametrize(
    ("bits", "words"),
    [(0, "installable"), (2, "restricted"), (4, "preview and print"), (8 | 0x100, "editable, no subsetting")],
)
def test_the_embedding_bits_are_told_in_words(tmp_path: Path, bits: int, words: str) -> None:
    font = TTFont(build_font(tmp_path / "toy.ttf"))
    font["OS/2"].fsType = bits
    font.save(tmp_path / "bits.ttf")
    assert describe(open_source(FontLocation(tmp_path / "bits.ttf")))[0].embedding == words


def test_axes_and_collections_are_told(tmp_path: Path) -> None:
    path = build_variable_font(tmp_path / "toy.ttf")
    assert describe(open_source(FontLocation(path)))[0].axes == {"wght": (100, 100, 900)}
    assert describe(open_source(FontLocation(bundled_font(CONTENT_FONT))))[0].faces == 1


def test_a_folder_of_pictures_is_described_too(tmp_path: Path) -> None:
    for name in ("永", "和", "blank"):
        Image.new("L", (32, 32), 255).save(tmp_path / f"{name}.png")
    Image.linear_gradient("L").save(tmp_path / "和.png")
    found, drawn = describe(open_source(FontLocation(tmp_path)))
    assert (found.kind, found.mapped, found.drawn) == ("pictures", 2, 1)
    assert drawn == [ord("和")]
    assert found.metrics is None

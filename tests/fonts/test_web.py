"""WOFF and WOFF2, unpacked: the glyphs that fontTools finds in them, and never more than they claim."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import ttProgram
from fontTools.ttLib.woff2 import WOFF2FlavorData

from fontgan.assets import STYLE_FONTS, bundled_font
from fontgan.errors import FontganError
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.fonts.web import MOST_UNPACKED, unpack_woff, unpack_woff2
from tests.crafted import brotli_zeros, flavoured, with_brotli, woff
from tests.toy_fonts import CHARACTERS, build_font, build_proportional_font


def every_kind_of_glyph(path: Path) -> Path:
    """A font of simple and composite glyphs, of long and short steps, with instructions and overlaps."""
    font = TTFont(build_font(path, CHARACTERS[:10]))
    glyf, names = font["glyf"], font.getGlyphOrder()
    pen = TTGlyphPen(None)
    steps = (0, 1, 63, 64, 255, 256, 1279, 1280, 4095, 4096, 16000)
    pen.moveTo((-16000, 3))
    for number, step in enumerate(steps):
        for x, y in ((step, -step), (-step, 7), (0, step), (step, step), (-1, -step), (number, 0)):
            (pen.lineTo if number % 2 else pen.qCurveTo)(*[(x, y)] if number % 2 else [(y, x), (x, y)])
    pen.closePath()
    glyf[names[1]] = pen.glyph()
    for number, transformation in enumerate(
        ((1, 0, 0, 1, 9, -900), (0.5, 0, 0, 0.5, 1, 2), (0.5, 0, 0, 1.5, 0, 0), (0.5, 0.25, 0.125, 1, 0, 3)),
        2,
    ):
        pen = TTGlyphPen(glyf)
        pen.addComponent(names[1], transformation)
        pen.addComponent(names[7], (1, 0, 0, 1, 4, 5))
        glyf[names[number]] = pen.glyph()
    for name, code in ((names[6], b"\x4f"), (names[2], b"\x4f" * 300)):
        glyf[name].program = ttProgram.Program()
        glyf[name].program.fromBytecode(code)
    glyf[names[8]].flags[0] |= 0x40  # its contours overlap
    for name in names[1:6]:
        glyf[name].recalcBounds(glyf)
    font.recalcBBoxes = False
    glyf[names[9]].xMin -= 5  # a box that is not the least one
    font["hmtx"][names[3]] = (300, -7)  # a side bearing that is not the least x
    font.save(path)
    return path


def assert_the_same(found: TTFont, expected: TTFont) -> None:
    """Outlines, components, boxes, instructions, flags for drawing and metrics are equal."""
    assert found.getGlyphOrder() == expected.getGlyphOrder()
    assert found["hmtx"].metrics == expected["hmtx"].metrics
    for tag in sorted({"cmap", "cvt ", "fpgm", "prep", "name", "OS/2"} & {*expected.keys()}):
        assert found.getTableData(tag) == expected.getTableData(tag), tag
    for name in expected.getGlyphOrder():
        assert found["glyf"][name] == expected["glyf"][name], name


@pytest.mark.parametrize("flavour", ["woff", "woff2"])
def test_every_kind_of_glyph_is_as_it_was_packed(tmp_path: Path, flavour: str) -> None:
    path = every_kind_of_glyph(tmp_path / "toy.ttf")
    unpack = {"woff": unpack_woff, "woff2": unpack_woff2}[flavour]
    unpacked = unpack(flavoured(path, flavour).read_bytes())
    assert_the_same(TTFont(io.BytesIO(unpacked)), TTFont(path))


@pytest.mark.parametrize("build", [build_font, build_proportional_font])
def test_side_bearings_that_were_omitted_are_the_least_x(
    tmp_path: Path, build: Callable[[Path], Path]
) -> None:
    font = TTFont(build(tmp_path / "toy.ttf"))
    font.flavor = "woff2"
    font.flavorData = WOFF2FlavorData(transformedTables=("glyf", "loca", "hmtx"))
    font.save(tmp_path / "toy.woff2")
    unpacked = unpack_woff2((tmp_path / "toy.woff2").read_bytes())
    assert_the_same(TTFont(io.BytesIO(unpacked)), TTFont(tmp_path / "toy.ttf"))


@pytest.mark.slow
@pytest.mark.parametrize("name", STYLE_FONTS)
def test_every_glyph_of_a_real_font_is_the_one_that_fonttools_unpacks(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(bundled_font(name).read_bytes())
    packed = flavoured(tmp_path / name, "woff2")
    assert_the_same(TTFont(io.BytesIO(unpack_woff2(packed.read_bytes()))), TTFont(packed))


def test_a_web_font_that_claims_too_much_or_too_little_is_damaged(tmp_path: Path) -> None:
    plain = build_font(tmp_path / "toy.ttf").read_bytes()
    path = tmp_path / "toy.woff"
    path.write_bytes(woff(plain))
    assert Face(FontLocation(path)).draws(CHARACTERS[0])
    for claims, words in ((MOST_UNPACKED, "it claims"), (1, "not as long as the directory claims")):
        path.write_bytes(woff(plain, claims))
        with pytest.raises(FontganError, match=f"is a damaged WOFF file: .*{words}"):
            Face(FontLocation(path))


def test_a_brotli_stream_is_unpacked_up_to_what_the_directory_claims(tmp_path: Path) -> None:
    path = tmp_path / "bomb.woff2"
    path.write_bytes(with_brotli(build_font(tmp_path / "toy.ttf"), brotli_zeros(2 << 30)))
    code = (
        "import resource, sys; from fontgan.fonts.face import Face; from fontgan.errors import FontganError\n"
        "from fontgan.fonts.location import FontLocation\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: Face(FontLocation.parse(sys.argv[1]))\n"
        "except FontganError as error: print(error)\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10)"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    message, grown = done.stdout.splitlines()
    assert "is a damaged WOFF2 file: it is not as long as its directory claims" in message
    assert int(grown) < 64

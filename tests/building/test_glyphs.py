"""Outlines in em become contours in whole units."""

from __future__ import annotations

from fontTools.pens.recordingPen import RecordingPen

from fontgan.building.copying import CopiedOutline
from fontgan.building.glyphs import NewGlyph, UnitGlyph, fingerprint, glyph_name, in_units
from fontgan.building.truetype import encoded
from tests.building.outlines import Parts, blank, box, ring, rings


def units(parts: Parts) -> UnitGlyph:
    """A glyph of such parts in a font of 1,000 units."""
    (glyph,) = in_units([NewGlyph(0x4E00, 1, CopiedOutline(tuple(parts)))], 1000)
    return glyph


def test_points_are_rounded_and_the_closing_line_is_implied() -> None:
    (glyph,) = in_units([box(0x4E00, 0.1004, -0.0996, 0.5, 0.7, 0.9996)], 1000)
    pen = RecordingPen()
    glyph.draw(pen)
    assert pen.value == [
        ("moveTo", ((100, -100),)),
        ("lineTo", ((500, -100),)),
        ("lineTo", ((500, 700),)),
        ("lineTo", ((100, 700),)),
        ("closePath", ()),
    ]
    assert glyph.advance == 1000
    assert glyph.box() == glyph.ink_box() == (100, -100, 500, 700)


def test_parts_without_an_extent_vanish() -> None:
    parts: Parts = [("moveTo", ((0, 0),)), ("lineTo", ((0.0001, 0),)), ("lineTo", ((0.5, 0),))]
    parts += [("curveTo", ((0.5, 0), (0.5, 0.5), (0.5, 0.5))), ("lineTo", ((0, 0),)), ("closePath", ())]
    (contour,) = units(parts).contours
    assert contour.points() == [(0, 0), (500, 0), (500, 500)]
    assert contour.sizes == b"\1\1"  # the curve was a line


def test_a_contour_without_an_area_vanishes() -> None:
    flat: Parts = [
        ("moveTo", ((0, 0),)),
        ("lineTo", ((0.5, 0),)),
        ("lineTo", ((0.2, 0.0001),)),
        ("closePath", ()),
    ]
    assert units(flat).contours == ()
    assert in_units([blank(0x4E00)], 1000)[0].contours == ()


def test_names_are_those_of_the_glyph_list() -> None:
    assert [glyph_name(code) for code in (0x41, 0x6C38, 0x20000, 0x10FFFF)] == [
        "uni0041",
        "uni6C38",
        "u20000",
        "u10FFFF",
    ]


def test_a_fingerprint_changes_with_any_point() -> None:
    alike = [fingerprint(in_units(rings(), 1000)) for _ in range(2)]
    assert alike[0] == alike[1]
    others = [[ring(0x5000)], [ring(0x5001)], [ring(0x5000, 0.5)], [ring(0x5000, 1, 0.31)]]
    assert len({fingerprint(in_units(glyphs, 1000)) for glyphs in others}) == 4


def test_round_shapes_take_few_points_in_truetype() -> None:
    glyph = encoded(in_units([ring(0x4E00)], 1000)[0], 1000)
    assert glyph.contours == 2
    assert glyph.points <= 2 * 16
    assert len(glyph.content) % 4 == 0

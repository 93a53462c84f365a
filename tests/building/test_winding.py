"""Direction and overlap of every glyph, in the file itself: the check, and what is exported."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.pens.reverseContourPen import ReverseContourPen
from fontTools.ttLib import TTFont

from fontgan.building.font import build_font
from fontgan.building.glyphs import NEW_EM, NewGlyph, in_units
from fontgan.building.merge import merge_font
from fontgan.building.names import Names
from fontgan.fonts.location import FontLocation
from tests.building.outlines import box, kerned_font, opened, ring, rings
from tests.building.winding import fault_of, faults


def recorded(*glyphs: NewGlyph, backward: bool = False) -> _Drawn:
    """Contours of glyphs, drawn together in whole units, all of them perhaps in the other direction."""
    pen = RecordingPen()
    for unit in glyphs:
        for glyph in in_units([unit], NEW_EM):
            glyph.draw(ReverseContourPen(pen) if backward else pen)
    return _Drawn(pen)


class _Drawn:
    def __init__(self, pen: RecordingPen) -> None:
        self.draw = pen.replay


def test_what_is_well_made_has_no_fault() -> None:
    for shape in (ring(0x4E00), box(0x4E00, 0.1, 0, 0.9, 0.8)):
        assert fault_of(recorded(shape), clockwise=False) == (0, 0)
        assert fault_of(recorded(shape, backward=True), clockwise=True) == (0, 0)
    apart = box(0x4E00, 0, 0, 0.4, 0.8), box(0x4E00, 0.5, 0, 0.9, 0.8)
    touching = box(0x4E00, 0, 0, 0.4, 0.8), box(0x4E00, 0.4, 0, 0.9, 0.8)
    for pair in (apart, touching):
        assert fault_of(recorded(*pair), clockwise=False) == (0, 0)


def test_a_wrong_direction_is_found() -> None:
    square = box(0x4E00, 0.1, 0, 0.2, 0.1)
    assert fault_of(recorded(square), clockwise=True).area == pytest.approx(100 * 100)
    assert fault_of(recorded(square, backward=True), clockwise=False).area == pytest.approx(100 * 100)
    filled = recorded(box(0x4E00, 0, 0, 0.4, 0.4), box(0x4E00, 0.1, 0.1, 0.2, 0.2))  # a hole that is none
    area, crossings = fault_of(filled, clockwise=False)
    assert area == pytest.approx(100 * 100)
    assert crossings == 0


def test_an_overlap_and_a_crossing_are_found() -> None:
    crossed = recorded(box(0x4E00, 0, 0, 0.4, 0.4), box(0x4E00, 0.3, 0.2, 0.8, 0.6))
    area, crossings = fault_of(crossed, clockwise=False)
    assert area == pytest.approx(100 * 200)
    assert crossings == 2
    pen = RecordingPen()  # a figure of eight: one half of it runs clockwise
    pen.moveTo((0, 0))
    for point in ((100, 100), (100, 0), (0, 100)):
        pen.lineTo(point)
    pen.closePath()
    area, crossings = fault_of(_Drawn(pen), clockwise=False)
    assert crossings == 1
    assert area == pytest.approx(50 * 100 / 2, rel=0.02)


@pytest.mark.parametrize("kind", ["ttf", "otf"])
def test_no_glyph_of_a_new_font_is_wound_wrongly(kind: str) -> None:
    font = opened(build_font([*rings(), box(0x4E00, 0, -0.1, 1, 0.8)], Names("My Hand"), kind).content)
    assert faults(font) == {}
    backward = [
        name for name in font.getGlyphOrder() if fault_of(font.getGlyphSet()[name], kind == "otf").area
    ]
    assert len(backward) == len(rings()) + 2  # all that have ink, .notdef too


@pytest.mark.parametrize("cff", [False, True])
def test_no_glyph_that_is_merged_is_wound_wrongly(cff: bool, tmp_path: Path) -> None:
    path = kerned_font(tmp_path / "own.ttf", cff)
    old, new = TTFont(path), opened(merge_font(FontLocation(path), rings()).content)
    added = set(new.getGlyphOrder()[old["maxp"].numGlyphs :])
    assert len(added) == len(rings())
    assert not added & set(faults(new))

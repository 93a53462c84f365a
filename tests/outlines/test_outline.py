"""Outlines as values: their place in the em, pens, SVG, TrueType."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from fontTools.pens.areaPen import AreaPen
from fontTools.pens.recordingPen import RecordingPen
from fontTools.pens.svgPathPen import SVGPathPen
from hypothesis import given, settings
from hypothesis import strategies as st

from fontgan.assets import bundled_font
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.outlines.coverage import cut
from fontgan.outlines.crossings import crossings
from fontgan.outlines.outline import Outline
from fontgan.outlines.polyline import flattened
from fontgan.outlines.svg import svg_document, svg_path
from fontgan.outlines.tracing import trace
from tests.outlines.shapes import SIZE, ellipse, hole, picture, rectangle, toys
from tests.strategies import canvases

RING = trace(picture(ellipse(32, 32, 20, 18), hole(ellipse(32, 32, 9, 8)))).outline
FRAME = trace(picture(rectangle(10, 10, 50, 50), hole(rectangle(20, 20, 40, 40)))).outline


def _units(outline: Outline) -> Outline:
    """In thousandths of an em, as a font has it."""
    return outline.to_em(Canvas(SIZE), 1.0, 0.0).mapped(lambda points: points * 1000)


@given(canvases, st.floats(0.3, 1.2), st.floats(-0.1, 0.1))
def test_the_way_to_the_em_undoes_the_canvas(canvas: Canvas, advance: float, shift: float) -> None:
    placed = RING.to_em(canvas, advance, shift)
    right, up = canvas.place(advance, shift)
    for there, here in zip(placed.contours, RING.contours, strict=True):
        x, y = ((there.points + np.array([right, up])) * canvas.pixels_per_em).reshape(-1, 2).T
        assert np.allclose(np.stack([x, canvas.size - y], axis=1), here.points.reshape(-1, 2))


def test_a_real_glyph_is_where_its_font_has_it() -> None:
    face = Face(FontLocation(bundled_font("noto-sans-sc.otf")))
    canvas = Canvas(128)
    image = face.draw(ord("口"), canvas, 0.02)
    assert image is not None
    outline = trace(image).outline.to_em(canvas, face.advance(ord("口")), 0.02)
    points = np.concatenate([contour.points for contour in outline.contours]).reshape(-1, 2)
    assert (points[:, 1].min() + points[:, 1].max()) / 2 == pytest.approx(
        face.ink_centre(ord("口")), abs=2e-3
    )


@pytest.mark.parametrize("outline", [RING, FRAME])
def test_the_area_is_that_of_fonttools(outline: Outline) -> None:
    for contour in outline.contours:
        pen = AreaPen()
        Outline((contour,)).draw(pen)
        assert contour.area == pytest.approx(pen.value)


def test_a_pen_closes_with_the_last_line() -> None:
    pen = RecordingPen()
    FRAME.draw(pen)
    assert [operator for operator, _ in pen.value] == ["moveTo", *["lineTo"] * 3, "closePath"] * 2


@given(toys)
@settings(max_examples=15)
def test_an_svg_path_is_what_fonttools_writes(polygon: np.ndarray) -> None:
    outline = trace(picture(polygon)).outline
    pen = SVGPathPen(None)
    outline.draw(pen)
    theirs, ours = ([float(n) for n in re.findall(r"-?\d+\.?\d*", text)] for text in (
        _absolute(pen.getCommands()), _absolute(svg_path(outline))
    ))  # fmt: skip
    assert len(ours) == sum(2 + 6 * (~c.lines).sum() + 2 * c.lines[:-1].sum() for c in outline.contours)
    assert ours[:2] == pytest.approx(theirs[:2], abs=1e-3)


def _absolute(path: str) -> str:
    assert not re.search(r"[a-y]", path)
    return re.sub(r"[A-Z]", " ", path)


def test_an_svg_document_is_xml_with_a_title() -> None:
    box = (0.0, -880.0, 1000.0, 1000.0)
    root = ET.fromstring(svg_document(RING, box, "<永> & 和"))
    title, path = list(root)
    assert root.get("viewBox") == "0 -880 1000 1000"
    assert title.text == "<永> & 和"
    assert path.get("d") == svg_path(RING)
    assert "title" not in svg_document(RING, box)


def test_a_crossing_is_found() -> None:
    eight = np.array([(10, 10), (50, 50), (50, 10), (10, 50)], float)
    ends = np.roll(eight, -1, axis=0)
    spans = np.stack([eight, eight + (ends - eight) / 3, ends - (ends - eight) / 3, ends], axis=1)
    for chosen, count in ((slice(None), 1), (slice(0, 1), 0)):
        line = flattened(spans[chosen], np.ones(4, bool)[chosen])
        assert crossings(line, cut(line.starts, line.ends, SIZE)).shape == (count, 2)

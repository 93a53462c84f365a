"""No glyph that is built crosses itself, and each contour runs the way that its place asks for."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from fontTools.misc.transform import Scale
from fontTools.pens.areaPen import AreaPen
from fontTools.pens.transformPen import TransformPen
from hypothesis import given, settings
from hypothesis import strategies as st

from fontgan.assets import bundled_font
from fontgan.building.copying import CopiedOutline
from fontgan.building.glyphs import Contour, NewGlyph, Outline, UnitGlyph, in_units
from fontgan.building.overlaps import crossing, nearly_straight
from fontgan.building.truetype import quadratic_parts, quadratics
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.outlines.blur import blurred
from fontgan.outlines.tracing import trace
from tests.building.outlines import Parts
from tests.building.winding import fault_of

EM = 1000
SIZE = 64
Polygon = list[tuple[float, float]]


def _built(outline: Outline) -> UnitGlyph:
    (glyph,) = in_units([NewGlyph(0x4E00, 1.0, outline)], EM)
    return glyph


def _polygons(*polygons: Polygon) -> UnitGlyph:
    parts: Parts = []
    for first, *others in polygons:
        parts += [("moveTo", (first,)), *(("lineTo", (point,)) for point in others), ("closePath", ())]
    return _built(CopiedOutline(tuple(parts)))


def _traced(image: np.ndarray) -> UnitGlyph:
    return _built(trace(image).outline.to_em(Canvas(len(image)), 1.0, 0.0))


def _area(glyph: UnitGlyph) -> float:
    pen = AreaPen()
    glyph.draw(pen)
    return float(pen.value)


def _area_of(parts: list[list[tuple[float, float]]]) -> float:
    pen = AreaPen()
    for part in parts:
        pen.moveTo(part[0])
        (pen.qCurveTo if len(part) > 2 else pen.lineTo)(*part[1:])
        pen.lineTo((0, 0))
        pen.closePath()
    return float(pen.value)


def _winding(glyph: UnitGlyph) -> np.ndarray:
    """How often the contours run around each point of a grid of ten units, counter-clockwise."""
    at = np.arange(-300, 1300, 10) + 0.37
    total = np.zeros((len(at), len(at)), int)
    for part in (part for contour in glyph.contours for part in contour.closed()):
        place = np.linspace(0, 1, 2 if len(part) == 2 else 17)[:, None]
        a, b, c, d = (
            np.array(point, float) for point in (part if len(part) == 4 else [*part[:1] * 2, *part[1:] * 2])
        )
        curve = (
            (1 - place) ** 3 * a
            + 3 * place * (1 - place) ** 2 * b
            + 3 * place**2 * (1 - place) * c
            + place**3 * d
        )
        for (x, y), (right, up) in pairwise(curve):
            rows = (at >= min(y, up)) & (at < max(y, up))
            if rows.any():
                edge = x + (at[rows] - y) / (up - y) * (right - x)
                total[rows] += np.where(at < edge[:, None], 1 if up > y else -1, 0)
    return total


def _sound(glyph: UnitGlyph) -> None:
    """Neither its cubics nor its quadratics cross; inside each contour there is ink or paper, once."""
    assert not crossing([part for contour in glyph.contours for part in contour.closed()], EM)
    assert set(np.unique(_winding(glyph))) <= {0, 1}
    again = [part for contour in quadratics(glyph, EM) for part in quadratic_parts(contour)]
    assert not crossing(again, EM)
    assert -_area_of(again) == pytest.approx(_area(glyph), rel=0.01)


def test_a_pentagram_becomes_its_area() -> None:
    corners = [(0.5 + 0.4 * np.sin(0.8 * np.pi * k), 0.5 + 0.4 * np.cos(0.8 * np.pi * k)) for k in range(5)]
    glyph = _polygons([(float(x), float(y)) for x, y in corners])
    _sound(glyph)
    assert _area(glyph) > 0


def test_overlapping_squares_become_one_contour() -> None:
    one: Polygon = [(0.1, 0.1), (0.5, 0.1), (0.5, 0.5), (0.1, 0.5)]
    glyph = _polygons(one, [(x + 0.2, y + 0.2) for x, y in one])
    _sound(glyph)
    assert len(glyph.contours) == 1
    assert _area(glyph) == pytest.approx(2 * 400**2 - 200**2, abs=1)


def test_what_does_not_cross_stays_as_it_is() -> None:
    outer: Polygon = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)]
    inner: Polygon = [(0.3, 0.3), (0.3, 0.7), (0.7, 0.7), (0.7, 0.3)]
    glyph = _polygons(outer, inner)
    assert [contour.points()[0] for contour in glyph.contours] == [(100, 100), (300, 300)]
    _sound(glyph)


@given(seed=st.integers(0, 2**32 - 1), softness=st.sampled_from([1.2, 1.8, 2.5]), share=st.floats(0.3, 0.6))
@settings(max_examples=12)
def test_blobs_of_noise_give_sound_glyphs(seed: int, softness: float, share: float) -> None:
    noise = blurred(np.random.default_rng(seed).random((SIZE, SIZE)), softness)
    edge = np.quantile(noise[8:-8, 8:-8], 1 - share)
    ink = np.clip((noise - edge) / np.ptp(noise) * 6 + 0.5, 0, 1)
    ink[:3] = ink[-3:] = ink[:, :3] = ink[:, -3:] = 0
    _sound(_traced(np.round(255 - 255 * ink).astype(np.uint8)))


@pytest.mark.parametrize("font", ["noto-sans-sc.otf", "fontgan-kai.ttf", "ma-shan-zheng.ttf"])
def test_real_glyphs_drawn_small_give_sound_glyphs(font: str) -> None:
    face = Face(FontLocation(bundled_font(font)))
    for character in "永和国的是敖瓣鳖":
        if face.draws(ord(character)):
            image = face.draw(ord(character), Canvas(SIZE))
            assert image is not None
            _sound(_traced(image))


def test_quadratics_that_cross_at_any_tolerance_are_separated() -> None:
    bow: Polygon = [(0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.8)]
    start, *others = [(round(1000 * x), round(1000 * y)) for x, y in bow]
    crossed = UnitGlyph(0x4E00, EM, (Contour.of(start, [[point] for point in others]),))
    parts = [part for contour in quadratics(crossed, EM) for part in quadratic_parts(contour)]
    assert len(parts) == 6
    assert not crossing(parts, EM)
    assert _area_of(parts) < 0  # clockwise


def test_a_round_dot_beside_quadratics_that_cross_keeps_its_area() -> None:
    """Once its implied points are gone, it has no point on the curve."""
    bow: Polygon = [(100, 100), (900, 900), (900, 100), (100, 800)]
    start, *others = [(int(x), int(y)) for x, y in bow]
    across, up, radius, arm = 300, 1500, 200, 110
    quarters = [(radius, 0), (0, radius), (-radius, 0), (0, -radius), (radius, 0)]
    sides = [
        [
            (across + x - arm * y // radius, up + y + arm * x // radius),
            (across + right + arm * high // radius, up + high - arm * right // radius),
            (across + right, up + high),
        ]
        for (x, y), (right, high) in pairwise(quarters)
    ]
    dot = Contour.of((across + radius, up), sides)
    crossed = UnitGlyph(0x4E00, EM, (Contour.of(start, [[point] for point in others]), dot))
    made = quadratics(crossed, EM)
    assert [] in [[point for point in contour if point[2]] for contour in made]
    area = sum(_area_of([*quadratic_parts(contour)]) for contour in made if not any(on for *_, on in contour))
    assert area == pytest.approx(-np.pi * radius**2, rel=0.02)


# The two sides of a tip change places a unit before its end: points of real glyphs, and mirrored ones.
NARROW_TIPS = (
    [
        [(140.5, 500.0), (145, 506), (144.5, 506.0)],
        [(144.5, 506.0), (144, 506), (148.5, 500.0)],
    ],
    [
        [(362.5, 139.0), (363, 149), (361, 149)],
        [(361, 149), (361, 149), (366.0, 144.0)],
    ],
)


@pytest.mark.parametrize("tip", NARROW_TIPS)
def test_sides_that_change_places_before_a_tip_cross(tip: list[list[tuple[float, float]]]) -> None:
    assert crossing(tip, EM) == {0, 1}


def test_a_tip_becomes_lines_where_its_sides_change_places() -> None:
    right, left = ((146, 504), (144, 506), (145, 506)), ((146, 506), (143, 504), (140, 500))
    assert crossing([[(149, 500), *right], [right[-1], *left]], EM)
    contour = Contour.of((149, 480), [[(149, 500)], right, left, [(140, 480)]])
    glyph = _built(_InEm(UnitGlyph(0x4E00, EM, (contour,))))
    assert all(len(part) == 2 for part in glyph.contours[0].closed())
    assert _area(glyph) == pytest.approx(9 * 20 + 9 * 6 / 2, rel=0.05)
    _sound(glyph)
    assert fault_of(glyph, False) == (0, 0)


class _InEm:
    """A glyph of units, in em."""

    def __init__(self, glyph: UnitGlyph) -> None:
        self._glyph = glyph

    def draw(self, pen: Any) -> None:
        self._glyph.draw(TransformPen(pen, Scale(1 / EM)))


def test_what_bends_is_not_nearly_straight() -> None:
    assert nearly_straight([(0, 0), (50, 1), (100, 0)], EM)
    assert not nearly_straight([(0, 0), (50, 30), (100, 0)], EM)
    assert not nearly_straight([(0, 0), (50, 0), (0, 0)], EM)

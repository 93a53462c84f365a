"""Isolines: exact where the edge is straight, ink on the left, saddles resolved."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fontgan.outlines.isolines import isolines
from tests.outlines.shapes import ellipse, hole, picture, rectangle, turn, turned_rectangles


def _areas(ink: np.ndarray) -> list[float]:
    """The signed area of each isoline, negative around ink as y runs down."""
    lines = isolines(ink)
    found = []
    for points in np.split(lines.points, np.cumsum(lines.counts)[:-1]):
        x, y = points.T
        found.append(float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2))
    return found


@given(st.floats(0, 3.2), st.floats(-0.5, 0.5))
def test_points_of_a_straight_edge_lie_on_it(angle: float, moved: float) -> None:
    width, height = 30.0, 20.0
    square = turn(rectangle(-width / 2, -height / 2, width / 2, height / 2), angle) + 32 + moved
    points = turn(isolines(1 - picture(square) / 255).points - 32 - moved, -angle)
    from_corner = np.hypot(np.abs(points[:, 0]) - width / 2, np.abs(points[:, 1]) - height / 2)
    off = np.minimum(np.abs(np.abs(points[:, 0]) - width / 2), np.abs(np.abs(points[:, 1]) - height / 2))
    assert off[from_corner > 2].max() < 0.012  # three greys of 255 make as much
    assert off.max() < 0.5


def test_ink_is_on_the_left() -> None:
    ring = picture(ellipse(32, 32, 20, 20), hole(ellipse(32, 32, 10, 10)))
    outer, inner = sorted(_areas(1 - ring / 255))
    assert abs(outer + np.pi * 400) < 4
    assert abs(inner - np.pi * 100) < 4


def test_a_stem_thinner_than_two_pixels_has_its_width() -> None:
    points = isolines(1 - picture(rectangle(20.3, 10, 21.9, 50)) / 255).points
    middle = points[(points[:, 1] > 15) & (points[:, 1] < 45)]
    left, right = middle[middle[:, 0] < 21, 0], middle[middle[:, 0] > 21, 0]
    assert abs(right.mean() - left.mean() - 1.6) < 0.01


@given(st.integers(0, 2**32 - 1))
def test_isolines_of_noise_are_closed_and_inside(seed: int) -> None:
    ink = np.random.default_rng(seed).random((12, 12))
    lines = isolines(ink)
    assert lines.counts.sum() == len(lines.points)
    assert (lines.counts >= 1).all()
    assert np.isfinite(lines.points).all()
    assert (lines.points > -1).all()
    assert (lines.points < 13).all()


def test_a_saddle_joins_what_its_middle_says() -> None:
    apart = np.zeros((4, 4))
    apart[1, 1] = apart[2, 2] = 0.9
    assert len(isolines(apart).counts) == 2
    apart[1, 2] = apart[2, 1] = 0.4
    assert len(isolines(apart).counts) == 1


@given(turned_rectangles)
def test_the_area_is_nearly_the_ink(polygon: np.ndarray) -> None:
    ink = 1 - picture(polygon) / 255
    (area,) = _areas(ink)
    assert abs(-area - ink.sum()) < 0.05 * ink.sum() + 1

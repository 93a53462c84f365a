"""Exact coverage: against brute force, and what must hold of any area."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fontgan.outlines.blur import blur_of, blurred
from fontgan.outlines.coverage import covered, cut, edge_lengths
from tests.outlines.shapes import SIZE, ellipse, picture, rectangle, toys

SAMPLES = 12  # per pixel and axis


def _inside(polygon: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Which points (n, 2) a polygon contains, by counting crossings."""
    x, y = points[:, 0, None], points[:, 1, None]
    (x0, y0), (x1, y1) = polygon.T, np.roll(polygon, -1, axis=0).T
    spans = (y0 <= y) != (y1 <= y)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = x0 + (y - y0) / (y1 - y0) * (x1 - x0)
    return np.asarray((spans & (at > x)).sum(axis=1) % 2 == 1)


@given(toys)
@settings(max_examples=8)
def test_coverage_is_what_many_samples_say(polygon: np.ndarray) -> None:
    polygon = polygon / 8  # 8 pixels are enough
    exact = covered(cut(polygon, np.roll(polygon, -1, axis=0), 8))
    at = (np.arange(8 * SAMPLES) + 0.5) / SAMPLES
    points = np.stack(np.meshgrid(at, at), axis=2).reshape(-1, 2)
    counted = _inside(polygon, points).reshape(8, SAMPLES, 8, SAMPLES).mean(axis=(1, 3))
    assert np.abs(exact - counted).max() < 3 / SAMPLES


@given(toys)
def test_the_pieces_make_up_the_edge(polygon: np.ndarray) -> None:
    ends = np.roll(polygon, -1, axis=0)
    pieces = cut(polygon, ends, SIZE)
    assert np.allclose(edge_lengths(pieces).sum(), np.hypot(*(ends - polygon).T).sum())
    column, row = pieces.middle.astype(int).T
    assert (row * SIZE + column == pieces.pixel).all()
    assert (np.abs(pieces.step) <= 1 + 1e-9).all()


def test_what_lies_beyond_the_picture_covers_it_up_to_its_border() -> None:
    polygon = rectangle(-30, 10, 200, 20)
    found = covered(cut(polygon, np.roll(polygon, -1, axis=0), SIZE))
    assert np.allclose(found[10:20], 1)
    assert np.allclose(found.sum(), 10 * SIZE)


@pytest.mark.parametrize("sigma", [0.6, 0.9])
@given(angle=st.floats(0, 3))
def test_the_blur_of_a_picture_is_found(sigma: float, angle: float) -> None:
    polygon = ellipse(32, 32, 20, 12, angle)
    ink = 1 - picture(polygon) / 255
    length = float(np.hypot(*np.diff(polygon, axis=0).T).sum())
    assert blur_of(ink, length) == 0
    assert blur_of(blurred(ink, sigma), length) == pytest.approx(sigma, abs=0.1)


def test_a_blur_keeps_the_ink() -> None:
    ink = 1 - picture(ellipse(32, 32, 10, 12)) / 255
    assert blurred(ink, 0.8).sum() == pytest.approx(ink.sum())
    assert blurred(ink, 0.0) is ink

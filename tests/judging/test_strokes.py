"""What a glyph consists of, on bars whose directions and ends are known."""

from __future__ import annotations

import numpy as np
import pytest

from fontgan.judging.strokes import CONCEPTS, DIRECTIONS, stroke_concepts, stroke_width

SIZE = 64


def bar(angle: float, length: float = 40, width: float = 6) -> np.ndarray:
    """A bar through the middle of a sheet, turned clockwise on it from the horizontal, as ink."""
    down, across = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
    turned = np.deg2rad(angle)
    along = across * np.cos(turned) + down * np.sin(turned)
    beside = down * np.cos(turned) - across * np.sin(turned)
    inside: np.ndarray = (abs(along) < length / 2) & (abs(beside) < width / 2)
    return inside.astype(np.float32)


@pytest.mark.parametrize(
    ("angle", "wanted"),
    [
        *((angle, "horizontal") for angle in (0, -15)),
        *((angle, "vertical") for angle in (90, 75)),
        *((angle, "falling") for angle in (45, 30)),
        *((angle, "rising") for angle in (-45, -60)),
    ],
)
def test_a_bar_has_its_direction_and_no_other(angle: float, wanted: str) -> None:
    ink = bar(angle)
    found = stroke_concepts(ink)
    assert tuple(sorted(found)) == tuple(sorted(CONCEPTS))
    shares = {name: found[name].sum() / ink.sum() for name in DIRECTIONS}
    assert shares.pop(wanted) > 0.7
    assert max(shares.values()) < 0.1


def test_a_cross_has_two_directions_and_neither_where_they_meet() -> None:
    found = stroke_concepts(np.maximum(bar(0), bar(90)))
    assert found["horizontal"][32, 16]
    assert found["vertical"][16, 32]
    assert not (found["horizontal"] | found["vertical"])[32, 32]
    assert not (found["horizontal"] & found["vertical"]).any()


def test_ends_are_where_strokes_end_and_not_where_they_turn() -> None:
    ends = stroke_concepts(bar(0))["ends"]
    across = np.flatnonzero(ends.any(0))
    assert set(across) <= {*range(12, 22), *range(42, 52)}
    assert {12, 51} <= set(across)
    frame = np.zeros((SIZE, SIZE), np.float32)
    frame[12:52, 12:52] = 1
    frame[18:46, 18:46] = 0
    assert not stroke_concepts(frame)["ends"].any()


def test_counters_are_paper_within_ink_and_all_else_is_outside() -> None:
    frame = np.zeros((SIZE, SIZE), np.float32)
    frame[12:52, 12:52] = 1
    frame[18:46, 18:46] = 0
    found = stroke_concepts(frame)
    assert found["counters"].sum() == 28 * 28
    assert found["counters"][18:46, 18:46].all()
    assert found["outside"].sum() == SIZE**2 - 40**2
    assert np.array_equal(found["ink"], frame > 0)
    # A pixel on both sides of each edge: 40² - 38² and 42² - 40² outside, likewise inside.
    assert found["edges"].sum() == (42**2 - 38**2) + (30**2 - 26**2)


def test_the_width_of_a_bar_is_found() -> None:
    assert stroke_width(bar(0) > 0) == pytest.approx(2 * 40 * 6 / (2 * 46))
    assert stroke_width(np.zeros((8, 8), bool)) == 1


@pytest.mark.parametrize("value", [0.0, 1.0, 0.3])
def test_a_blank_a_black_and_a_grey_sheet_have_no_strokes(value: float) -> None:
    found = stroke_concepts(np.full((SIZE, SIZE), value, np.float32))
    assert found["ink"].all() == (value > 0.5)
    assert not any(found[name][8:-8, 8:-8].any() for name in DIRECTIONS)
    assert not found["counters"].any()

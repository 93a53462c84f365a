"""Cleaning of pictures after they are drawn."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fontgan.config.settings import Cleaning
from fontgan.drawing.cleaning import clean

KINDS: tuple[Cleaning, ...] = get_args(Cleaning)


def blank(count: int = 1, size: int = 16) -> np.ndarray:
    return np.full((count, size, size), 255, np.uint8)


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (3, 16, 16), np.uint8)


def across(first: int, last: int) -> np.ndarray:
    """A bar from border to border."""
    picture = blank()
    picture[:, first:last] = 0
    return picture


@pytest.mark.parametrize("kind", KINDS)
def test_the_result_is_new_and_of_the_same_kind(kind: Cleaning) -> None:
    pictures = noise(1)
    before = pictures.copy()
    cleaned = clean(pictures, kind)
    assert cleaned.shape == pictures.shape
    assert cleaned.dtype == np.uint8
    cleaned[:] = 7
    assert np.array_equal(pictures, before)


@pytest.mark.parametrize("kind", KINDS)
def test_no_pictures_are_none_cleaned(kind: Cleaning) -> None:
    assert clean(blank(0), kind).shape == (0, 16, 16)


@pytest.mark.parametrize("kind", KINDS)
def test_paper_and_ink_stay_as_they_are(kind: Cleaning) -> None:
    assert np.array_equal(clean(blank(), kind), blank())
    assert np.array_equal(clean(255 - blank(), kind), 255 - blank())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("last", [8, 10])
def test_wide_bars_stay_as_they_are(kind: Cleaning, last: int) -> None:
    assert np.array_equal(clean(across(5, last), kind), across(5, last))
    assert np.array_equal(clean(across(0, last), kind), across(0, last))
    assert np.array_equal(clean(across(5, last).transpose(0, 2, 1), kind), across(5, last).transpose(0, 2, 1))


def test_none_changes_nothing() -> None:
    assert np.array_equal(clean(noise(2), "none"), noise(2))


@pytest.mark.parametrize("kind", ["median", "opening"])
@pytest.mark.parametrize("place", [(0, 0), (0, 7), (8, 8)])
def test_a_speck_of_ink_goes_and_the_stroke_beside_it_stays(kind: Cleaning, place: tuple[int, int]) -> None:
    picture = across(11, 15)
    picture[0, *place] = 0
    assert np.array_equal(clean(picture, kind), across(11, 15))


def test_opening_keeps_corners_and_holes_and_takes_thin_strokes() -> None:
    picture = blank()
    picture[0, 3:6, 4:12] = 0
    assert np.array_equal(clean(picture, "opening"), picture)
    with_hole = across(2, 12)
    with_hole[0, 7, 8] = 255
    assert clean(with_hole, "opening")[0, 7, 8] == 255
    assert np.array_equal(clean(across(5, 7), "opening"), blank())


def test_the_median_fills_holes() -> None:
    picture = across(2, 12)
    picture[0, 7, 8] = 255
    assert np.array_equal(clean(picture, "median"), across(2, 12))


@given(st.integers(0, 10_000))
def test_opening_takes_ink_alone_and_once(seed: int) -> None:
    opened = clean(noise(seed), "opening")
    assert (opened >= noise(seed)).all()
    assert np.array_equal(clean(opened, "opening"), opened)


def test_levels_steepen_and_keep_the_order_of_greys() -> None:
    greys = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    becomes = clean(greys, "levels").ravel().astype(int)
    assert (becomes[0], becomes[64], becomes[191], becomes[255]) == (0, 0, 255, 255)
    assert (becomes[65], becomes[190]) == (2, 253)  # 255 / 127 = 2.008 a level
    assert (np.diff(becomes) >= 0).all()
    assert (np.diff(becomes)[64:191] >= 2).all()
    assert np.array_equal(becomes, 255 - becomes[::-1])


@pytest.mark.parametrize("kind", KINDS)
def test_each_picture_is_cleaned_alone(kind: Cleaning) -> None:
    pictures = noise(3)
    alone = np.concatenate([clean(pictures[row : row + 1], kind) for row in range(3)])
    assert np.array_equal(clean(pictures, kind), alone)

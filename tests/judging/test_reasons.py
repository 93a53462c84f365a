"""The words that say where a glyph is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from fontgan.assets import CONTENT_FONT, STYLE_FONTS, bundled_font
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.judging.reasons import unreadable, why

NOTHING = np.zeros((16, 16), np.float32)


def cells(rows: slice, columns: slice) -> np.ndarray:
    """A map that is certain of some cells."""
    result = NOTHING.copy()
    result[rows, columns] = 1
    return result


@pytest.mark.parametrize(
    ("rows", "columns", "words"),
    [
        (slice(0, 3), slice(0, 3), "at the upper left"),
        (slice(0, 3), slice(7, 9), "at the top"),
        (slice(7, 9), slice(7, 9), "in the middle"),
        (slice(13, 16), slice(13, 16), "at the lower right"),
        (slice(7, 9), slice(0, 2), "at the left"),
        (slice(0, 16), slice(0, 16), "in many places"),
        (slice(12, 16), slice(4, 16), "at the bottom and at the lower right"),
    ],
)
def test_a_place_has_a_name(rows: slice, columns: slice, words: str) -> None:
    assert why(0x4E00, cells(rows, columns), NOTHING, None, 0.0) == f"ink missing {words}"
    assert why(0x4E00, NOTHING, cells(rows, columns), None, 0.0) == f"too much ink {words}"


def test_what_it_reads_as_is_said_unless_it_is_itself() -> None:
    assert why(0x672A, NOTHING, NOTHING, 0x672B, 0.934) == "reads as 末 U+672B (93%)"
    assert why(0x672A, NOTHING, NOTHING, 0x672B, 0.2) == "hard to read"
    close = "close to another character: reads as itself with 54% only"
    assert why(0x672A, NOTHING, NOTHING, 0x672A, 0.54) == close
    assert why(0x672A, NOTHING, NOTHING, 0x672A, 0.98) == "unlike the content glyph as a whole"


def test_faint_cells_are_a_guess() -> None:
    faint = 0.3 * cells(slice(0, 3), slice(0, 3))
    assert why(0x672A, faint, NOTHING, None, 0.0) == "perhaps ink missing at the upper left"
    clear = cells(slice(13, 16), slice(13, 16))
    assert why(0x672A, faint, clear, None, 0.0) == "too much ink at the lower right"


@pytest.mark.parametrize("size", [64, 128])
def test_no_real_glyph_is_unreadable(size: int) -> None:
    for name in (CONTENT_FONT, *STYLE_FONTS):
        face = Face(FontLocation(bundled_font(name)))
        for code in map(ord, "一永龘鬱爨齉黑囊"):
            image = face.draw(code, Canvas(size), 0.0)
            assert image is None or not unreadable(image)


def test_what_shows_nothing_is_unreadable() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64)).astype(np.uint8)
    assert unreadable(noise) == "the image is noise"
    assert unreadable(np.full((64, 64), 200, np.uint8)) == "the image is blank"
    assert unreadable(np.zeros((64, 64), np.uint8)) == "the image is almost all ink"

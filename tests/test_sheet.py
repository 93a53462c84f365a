"""Sheets of glyphs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fontgan.sheet import COLUMNS, Row, draw_sheet, save_sheet


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2, COLUMNS, COLUMNS + 1, 40])
@pytest.mark.parametrize("size", [64, 128, 256])
def test_every_picture_is_on_the_sheet_pixel_for_pixel(count: int, size: int) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (count, size, size), np.uint8)
    rows = [Row("content", list(noise)), Row("true", [None] * count)]
    sheet = np.asarray(
        draw_sheet("a title", [str(number) for number in range(count)], rows, size).convert("L")
    )
    scale = max(1, 128 // size)
    places = set()
    for picture in noise:
        large = picture.repeat(scale, 0).repeat(scale, 1)
        first = np.lib.stride_tricks.sliding_window_view(sheet, (1, 16))[:, :, 0]
        rows_found, columns_found = np.nonzero((first == large[0, :16]).all(axis=2))
        assert len(rows_found) >= 1
        y, x = rows_found[0], columns_found[0]
        assert np.array_equal(sheet[y : y + size * scale, x : x + size * scale], large)
        places.add((y, x))
    assert len(places) == count


def test_a_long_title_is_not_cut_off() -> None:
    blank = Row("content", [np.full((64, 64), 255, np.uint8)])
    narrow = draw_sheet("i", ["U+4E00"], [blank], 64)
    wide = draw_sheet("a title that is much longer than one column is wide", ["U+4E00"], [blank], 64)
    assert wide.width > narrow.width
    assert np.asarray(wide)[:, -24:].min() == 255


def test_a_title_of_any_length_fits_and_is_one_line() -> None:
    """A font of a stranger may be called anything."""
    blank = np.full((64, 64), 255, np.uint8)
    plain = draw_sheet("title", ["U+4E00"], [Row("label", [blank])], 64)
    for name in ("x" * 100_000, "i" * 100_000, "\n" * 10_000, "字" * 3_000):
        sheet = draw_sheet(name, ["U+4E00"], [Row(name, [blank])], 64)
        assert sheet.width < 2_200
        assert sheet.height == plain.height
        assert np.asarray(sheet)[:, -24:].min() == 255


def test_a_sheet_is_saved_as_a_png(tmp_path: Path) -> None:
    path = tmp_path / "new" / "sheet.png"
    save_sheet(path, "title", ["U+6C38"], [Row("a", [None])], 64)
    with Image.open(path) as image:
        assert image.format == "PNG"

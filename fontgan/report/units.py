"""The units of a generator at work, on a sheet: where each is active, and what is drawn without it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from fontgan.fonts.charset import code_point_name
from fontgan.judging.dissection import Dissection, View
from fontgan.report.pictures import activity, difference
from fontgan.sheet import Row, draw_sheet, save_png

_COLUMNS = 8  # characters


def save_units(path: Path, found: Dissection) -> None:
    """Draw a sheet of the units and write it to `path`, a PNG, whole or not at all.

    Of each unit, or several together: the glyph with the places where they are active, the glyph without
    them, and the difference: orange where ink disappears, blue where it appears.

    Raises:
        FontganError: it cannot be written.
    """
    rows = [
        Row("true", found.truth[:_COLUMNS]),
        Row("drawn", list(found.drawn[:_COLUMNS])),
        *(row for view in found.views for row in _rows(view, found.drawn[:_COLUMNS])),
    ]
    if all(glyph is None for glyph in found.truth):
        del rows[0]
    labels = [code_point_name(code) for code in found.codes[:_COLUMNS]]
    title = f"{found.name}: units where they are most active (green), off, difference (orange: less ink)"
    save_png(path, draw_sheet(title, labels, rows, found.drawn.shape[-1]))


def _rows(view: View, drawn: np.ndarray) -> Iterator[Row]:
    active = [activity(*pair) for pair in zip(drawn, view.active, strict=False)]
    yield Row(view.title, active)
    yield Row("off", list(view.off[: len(drawn)]))
    yield Row("difference", [difference(*pair) for pair in zip(drawn, view.off, strict=False)])

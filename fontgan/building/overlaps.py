"""Contours that cross, as rounding to whole units may bring, become contours that do not.

Only a glyph that crosses is taken apart and put together: Skia's path operations cut its curves in pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from pathops import Path

from fontgan.outlines.coverage import cut
from fontgan.outlines.crossings import crossed
from fontgan.outlines.polyline import flattened

_GRID = 256  # cells per em, in which edges that cross are looked for
_STEP = 1.0  # cells between two points of a curve


class Drawable(Protocol):
    """Closed contours."""

    def draw(self, pen: Any) -> None:
        """Draw them with a pen of fontTools."""


def crossing(parts: Sequence[Sequence[Sequence[float]]], em: int) -> bool:
    """Whether lines, quadratics and cubics, each by all of its points in units, cross between their ends."""
    if not parts:
        return False
    cubics = np.array([_cubic(np.array(part, np.float64)) for part in parts])
    lines = np.array([len(part) == 2 for part in parts])
    line = flattened((cubics / em + 0.5) * _GRID, lines, _STEP)
    return bool(len(crossed(line.starts, line.ends, cut(line.starts, line.ends, 2 * _GRID))))


def separated(glyph: Drawable, clockwise: bool = False) -> Path:
    """The area that a glyph fills, in contours that do not cross; `clockwise` is for the outer ones."""
    path = Path()
    glyph.draw(path.getPen())
    path.simplify(fix_winding=True, keep_starting_points=True, clockwise=clockwise)
    return path


def _cubic(points: np.ndarray) -> np.ndarray:
    """A line, a quadratic or a cubic as the four points of a cubic."""
    if len(points) == 4:
        return points
    start, end = points[0], points[-1]
    near = points[1] if len(points) == 3 else (start + end) / 2
    found: np.ndarray = np.stack([start, start + (near - start) * 2 / 3, end + (near - end) * 2 / 3, end])
    return found

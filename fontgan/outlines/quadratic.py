"""Outlines for TrueType: quadratic splines instead of cubics, in TrueType's direction."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from fontTools.cu2qu import curve_to_quadratic

from fontgan.outlines.outline import Contour, Outline


class QuadraticPen(Protocol):
    """What of fontTools' pens is used here."""

    def moveTo(self, pt: tuple[float, float], /) -> Any:
        """Begin a contour."""

    def lineTo(self, pt: tuple[float, float], /) -> Any:
        """A line to a point."""

    def qCurveTo(self, *points: tuple[float, float]) -> Any:
        """A quadratic spline by points off the curve and its end."""

    def closePath(self) -> Any:
        """End the contour."""


def quadratic(outline: Outline, tolerance: float) -> tuple[tuple[np.ndarray, ...], ...]:
    """Each contour as splines, float (k, 2): their start, points off the curve, and end; a line has k = 2.

    The splines are nowhere farther than `tolerance` from the cubics, in the outline's unit. Outer contours
    run clockwise, as one sees them.
    """
    return tuple(tuple(_splines(contour, tolerance)) for contour in outline.reversed().contours)


def draw_quadratic(outline: Outline, pen: QuadraticPen, tolerance: float) -> None:
    """Draw an outline for TrueType, with fontTools' TTGlyphPen for example."""
    for splines in quadratic(outline, tolerance):
        pen.moveTo(tuple(splines[0][0].tolist()))
        for number, spline in enumerate(splines):
            points = [tuple(point) for point in spline[1:].tolist()]
            if len(points) > 1:
                pen.qCurveTo(*points)
            elif number < len(splines) - 1:  # the last line is drawn by closing
                pen.lineTo(points[0])
        pen.closePath()


def _splines(contour: Contour, tolerance: float) -> list[np.ndarray]:
    return [
        np.array([span[0], span[3]]) if line else np.array(curve_to_quadratic(span.tolist(), tolerance))
        for span, line in zip(contour.points, contour.lines, strict=True)
    ]

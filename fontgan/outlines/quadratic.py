"""Outlines for TrueType: quadratic splines instead of cubics, in TrueType's direction."""

from __future__ import annotations

import numpy as np
from fontTools.cu2qu import curve_to_quadratic
from fontTools.pens.basePen import AbstractPen

from fontgan.outlines.outline import Contour, Outline


def quadratic(outline: Outline, tolerance: float) -> tuple[tuple[np.ndarray, ...], ...]:
    """Each contour as splines, float (k, 2): their start, points off the curve, and end; a line has k = 2.

    The splines are nowhere farther than `tolerance` from the cubics, in the outline's unit. Outer contours
    run clockwise, as one sees them.
    """
    return tuple(tuple(_splines(contour, tolerance)) for contour in outline.reversed().contours)


def draw_quadratic(outline: Outline, pen: AbstractPen, tolerance: float) -> None:
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

"""An outline: closed contours of lines and cubic Bézier curves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from fontTools.pens.basePen import AbstractPen

from fontgan.fonts.canvas import Canvas


@dataclass(frozen=True)
class Contour:
    """A closed row of lines and cubics.

    Attributes:
        points: float (n, 4, 2), start, two control points and end of each; those of a line are its thirds.
        lines: bool (n,), which are lines.
    """

    points: np.ndarray
    lines: np.ndarray

    @property
    def area(self) -> float:
        """The area inside, signed: positive where it runs counter-clockwise with y up."""
        a, b, c, d = (complex_of(self.points[:, number]) for number in range(4))
        # Of a cubic and the lines from the origin to its ends.
        twice = 6 * _cross(a, b) + 3 * _cross(a, c) + _cross(a, d) + 3 * _cross(b, c)
        twice = twice + 3 * _cross(b, d) + 6 * _cross(c, d)
        return float(twice.sum() / 20)


@dataclass(frozen=True)
class Outline:
    """What a glyph consists of.

    As traced it is in pixels, x to the right and y down, in PostScript's direction: ink is on the left as
    one sees it, outer contours run counter-clockwise and holes clockwise.

    Attributes:
        contours: outer ones and holes, in any order.
    """

    contours: tuple[Contour, ...]

    @property
    def point_count(self) -> int:
        """Points on and off the curve, as a CFF font has them."""
        return sum(len(contour.lines) + 2 * int((~contour.lines).sum()) for contour in self.contours)

    def mapped(self, change: Callable[[np.ndarray], np.ndarray]) -> Outline:
        """The outline with all its points (n, 2) changed."""
        return Outline(
            tuple(
                Contour(change(contour.points.reshape(-1, 2)).reshape(-1, 4, 2), contour.lines)
                for contour in self.contours
            )
        )

    def to_em(self, canvas: Canvas, advance: float, shift: float) -> Outline:
        """The outline in em from the glyph's origin, y up, undone from its place on the canvas."""
        return self.mapped(lambda points: canvas.to_em(points, advance, shift))

    def draw(self, pen: AbstractPen) -> None:
        """Draw the outline with one of fontTools' pens."""
        for contour in self.contours:
            pen.moveTo(_pair(contour.points[0, 0]))
            for number, (span, line) in enumerate(zip(contour.points, contour.lines, strict=True)):
                if not line:
                    pen.curveTo(*(_pair(point) for point in span[1:]))
                elif number < len(contour.lines) - 1:  # the last one is drawn by closing
                    pen.lineTo(_pair(span[3]))
            pen.closePath()


def complex_of(points: np.ndarray) -> np.ndarray:
    """Points (n, 2) as complex numbers."""
    return points[:, 0] + 1j * points[:, 1]


def _cross(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    found: np.ndarray = (one.conj() * two).imag
    return found


def _pair(point: Sequence[float] | np.ndarray) -> tuple[float, float]:
    return float(point[0]), float(point[1])

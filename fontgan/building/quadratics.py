"""Cubics as quadratics, which TrueType draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from fontTools.cu2qu import curve_to_quadratic
from fontTools.misc.roundTools import otRound
from fontTools.pens.recordingPen import RecordingPen

from fontgan.building.glyphs import Contour, UnitGlyph
from fontgan.building.overlaps import crossing, separated, uncrossed

_TOLERANCES = (1 / 1000, 1 / 2000, 1 / 4000)  # em between a cubic and the quadratics that stand for it

QuadraticContour = list[tuple[int, int, bool]]  # x, y, whether on the curve


def quadratics(glyph: UnitGlyph, em: int) -> list[QuadraticContour]:
    """A glyph of lines and cubics as one of lines and quadratics, outer contours clockwise.

    The quadratics are within a thousandth of an em of the cubics (fontTools' cu2qu), or nearer where they
    would cross. Points on the curve that lie midway between their neighbours are implied, and omitted.

    Args:
        glyph: in units.
        em: units per em.
    """
    contours: list[QuadraticContour] = []
    for tolerance in _TOLERANCES:
        contours = [_quadratic(contour, em * tolerance) for contour in glyph.contours]
        if not _crossing(contours, em):
            return contours
    return uncrossed(contours, lambda found: _crossing(found, em), _separated)


def _crossing(contours: Sequence[QuadraticContour], em: int) -> bool:
    return crossing([part for contour in contours for part in quadratic_parts(contour)], em)


class _Quadratics:
    """Contours that fontTools' pens draw."""

    def __init__(self, contours: Sequence[QuadraticContour]) -> None:
        self._contours = contours

    def draw(self, pen: Any) -> None:
        for contour in self._contours:
            for number, part in enumerate(quadratic_parts(contour)):
                if not number:
                    pen.moveTo(part[0])
                (pen.qCurveTo if len(part) > 2 else pen.lineTo)(*part[1:])
            pen.closePath()


def _separated(contours: Sequence[QuadraticContour]) -> list[QuadraticContour]:
    """Others around the same area, on whole units."""
    pen = RecordingPen()
    separated(_Quadratics(contours), clockwise=True).draw(pen)
    found: list[QuadraticContour] = []
    for operator, points in pen.value:
        if operator == "moveTo":
            found.append([])
        for x, y in points:
            found[-1].append((otRound(x), otRound(y), (x, y) == points[-1]))
    return [whole for contour in found if len(whole := _tidy(contour)) > 2]


def _tidy(points: QuadraticContour) -> QuadraticContour:
    """The points without those that are there twice, and those that are implied."""
    kept = [point for place, point in enumerate(points) if not (point[2] and point == points[place - 1])]
    return [point for place, point in enumerate(kept) if not _implied(kept, place)]


def quadratic_parts(contour: QuadraticContour) -> Iterator[list[tuple[float, float]]]:
    """The lines and quadratics of a contour, each by all of its points."""
    whole: list[tuple[float, float, bool]] = []
    for (x, y, on), (right, up, after) in pairwise([*contour, contour[0]]):
        whole.append((x, y, on))
        if not on and not after:
            whole.append(((x + right) / 2, (y + up) / 2, True))
    first = next(place for place, point in enumerate(whole) if point[2])
    part: list[tuple[float, float]] = []
    for *at, on in [*whole[first:], *whole[: first + 1]]:
        part.append((at[0], at[1]))
        if on and len(part) > 1:
            yield part
            part = part[-1:]


def _quadratic(contour: Contour, tolerance: float) -> QuadraticContour:
    """The points of a contour, each on the curve or beside it, in the other direction."""
    points: QuadraticContour = [(*contour.points()[0], True)]
    for part in contour.parts():
        if len(part) == 3:
            curve = curve_to_quadratic([points[-1][:2], *part], tolerance)
            points += [(otRound(x), otRound(y), False) for x, y in curve[1:-1]]
        points.append((*part[-1], True))
    if len(points) > 1 and points[-1] == points[0]:
        points.pop()
    points.reverse()
    return [point for place, point in enumerate(points) if not _implied(points, place)]


def _implied(points: QuadraticContour, place: int) -> bool:
    """Whether a point on the curve lies midway between two beside it, to half a unit."""
    (left, low, before), (x, y, on) = points[place - 1], points[place]
    right, high, after = points[(place + 1) % len(points)]
    return on and not before and not after and abs(2 * x - left - right) < 2 and abs(2 * y - low - high) < 2

"""A grey glyph image becomes an outline, which is then drawn again and compared with it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fontgan.outlines.blur import blur_of, blurred
from fontgan.outlines.corners import with_corners
from fontgan.outlines.coverage import covered, cut
from fontgan.outlines.crossings import crossings
from fontgan.outlines.isolines import Isolines, isolines
from fontgan.outlines.outline import Contour, Outline
from fontgan.outlines.polyline import flattened
from fontgan.outlines.refinement import controls, refined
from fontgan.outlines.rings import following
from fontgan.outlines.sections import Tolerance
from fontgan.outlines.spans import Spans, spans_of

HIGH_ERROR = 0.12  # pixels
MUCH_INK = 1 / 64  # pixels², per pixel of the picture's side
_SPECK = 1 / 64  # pixels² of a speck, per pixel of the picture's side
_MOST_POINTS = 20_000  # of isolines: a picture of noise; no glyph of 256 px has half as many
_ROUNDS = 2  # of refinement
_RETRIES = 2
_NOISE = 0.03  # of grey, that is not an error of the outline


@dataclass(frozen=True)
class Trace:
    """An outline, and how well it is that of its picture.

    Attributes:
        outline: in pixels of the picture, x to the right and y down.
        error: how far its edge is off on average, in pixels: the difference of both pictures over the
            length of the edge.
        missed: the largest amount of ink in any 3 x 3 pixels that one has and the other has not, in pixels².
        crossings: how often the outline crosses itself.
        size: pixels per side of the picture.
    """

    outline: Outline
    error: float
    missed: float
    crossings: int
    size: int

    @property
    def doubtful(self) -> bool:
        """Whether someone should look at it."""
        return bool(self.reason)

    @property
    def reason(self) -> str:
        """Why someone should look at it; empty where nobody must."""
        if self.error > HIGH_ERROR:
            return f"the outline is {self.error:.2f} pixels off on average"
        if self.missed > MUCH_INK * self.size:
            return f"{self.missed:.1f} pixels of ink are missing or too much in one place"
        return "the outline crosses itself" if self.crossings else ""


def trace(image: np.ndarray, tolerance: Tolerance | None = None) -> Trace:
    """The outline of a glyph image, uint8 (size, size), 0 = ink, 255 = paper.

    A doubtful outline is traced again, more closely, up to two times; the best one is kept. A blank picture
    has none; a picture of noise, with more edges than any glyph, has none either and all of its ink as error.
    """
    ink = 1 - np.asarray(image, np.float64) / 255
    lines = _without_specks(isolines(ink), len(ink) * _SPECK)
    if not len(lines.points):
        return Trace(Outline(()), 0.0, _most_ink(ink), 0, len(ink))
    if len(lines.points) > _MOST_POINTS:
        return Trace(Outline(()), math.inf, _most_ink(ink), 0, len(ink))
    blur = blur_of(ink, float(np.hypot(*(lines.points[following(lines.counts)] - lines.points).T).sum()))
    own = tolerance or Tolerance()
    best, crossed = _attempt(lines, ink, blur, own)
    for _ in range(_RETRIES):
        if not best.doubtful:
            break
        own = own.closer()
        other, more = _attempt(lines, ink, blur, own, crossed)
        crossed = np.concatenate([crossed, more])
        best = min(best, other, key=lambda one: (one.crossings, one.error))
    return best


def _attempt(
    lines: Isolines, ink: np.ndarray, blur: float, tolerance: Tolerance, blunt: np.ndarray | None = None
) -> tuple[Trace, np.ndarray]:
    """One trace, with no sharp corner near the points `blunt`, and where it crosses itself."""
    ring = with_corners(lines, ink, blur, blunt)
    spans = refined(spans_of(ring, tolerance), ink, _ROUNDS, blur)
    points = controls(spans)
    line = flattened(points, spans.straight)
    pieces = cut(line.starts, line.ends, len(ink))
    difference = ink - blurred(covered(pieces), blur)
    length = max(float(np.hypot(*pieces.step.T).sum()), 1.0)
    crossed = crossings(points, spans.straight, len(ink))
    wrong = np.abs(difference)
    error = float(wrong[wrong > _NOISE].sum()) / length
    return Trace(_outline(spans, points), error, _most_ink(difference), len(crossed), len(ink)), crossed


def _outline(spans: Spans, points: np.ndarray) -> Outline:
    bounds = np.cumsum(spans.counts)[:-1]
    parts = zip(np.split(points, bounds), np.split(spans.straight, bounds), strict=True)
    return Outline(tuple(Contour(own, lines) for own, lines in parts))


def _most_ink(difference: np.ndarray) -> float:
    """The largest sum of any 3 x 3 pixels, of either sign."""
    padded = np.pad(difference, 2)
    rows = padded[2:] + padded[1:-1] + padded[:-2]
    return float(np.abs(rows[:, 2:] + rows[:, 1:-1] + rows[:, :-2]).max())


def _without_specks(lines: Isolines, least: float) -> Isolines:
    """The isolines around at least that much ink or paper, in pixels²."""
    after = lines.points[following(lines.counts)]
    cross = lines.points[:, 0] * after[:, 1] - after[:, 0] * lines.points[:, 1]
    area = np.abs(np.bincount(lines.contour, cross, len(lines.counts))) / 2
    kept = area >= least
    return Isolines(lines.points[kept[lines.contour]], lines.counts[kept])

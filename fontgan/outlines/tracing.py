"""A grey glyph image becomes an outline, which is then drawn again and compared with it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from threadpoolctl import ThreadpoolController

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

_PLACE = 3 / 64  # of the picture's side: how wide a place is, in which ink is counted
# Bounds in the pixels of a picture of 64 px per side; in a larger one they grow with it.
_USUAL = 64
_FAULT = 1.2  # pixels² of ink in a place: with more astray, the picture is traced again
# Beyond these, someone should look at it. A clean picture of a font stays below, at 64 px too.
_ASTRAY = 2.0  # pixels² of ink in a place
_MISSED = 3.0  # the same, where the picture has grey that no edge explains
_UNCLEAR = 0.14  # pixels, mean distance of all edges
_SPECK = 1 / 64  # pixels² of a speck, per pixel of the picture's side
_MOST_POINTS = 20_000  # of isolines: a picture of noise; no glyph of 256 px has half as many
_ROUNDS = 2  # of refinement
_RETRIES = 2
_NOISE = 0.03  # of grey, that is not an error of the outline
# Several threads take twice the processor time for systems of equations as small as an outline's, and the
# processes that trace side by side then wait for each other.
_THREADS = ThreadpoolController()


@dataclass(frozen=True)
class Trace:
    """An outline, and how well it is that of its picture.

    Attributes:
        outline: in pixels of the picture, x to the right and y down.
        error: how far its edge is off on average, in pixels: the difference of both pictures over the
            length of the edge.
        missed: the largest amount of ink in one place that the picture has and the outline has not, or the
            other way round, in pixels².
        astray: what of that is the outline's doing: the picture's own isolines are nearer.
        crossings: how often the outline crosses itself, hardly visibly; a font is built without that.
        size: pixels per side of the picture.
    """

    outline: Outline
    error: float
    missed: float
    astray: float
    crossings: int
    size: int

    @property
    def severity(self) -> float:
        """How much someone should look at it: above 1, someone should."""
        return self._worst[0]

    @property
    def doubtful(self) -> bool:
        """Whether someone should look at it."""
        return self.severity > 1

    @property
    def reason(self) -> str:
        """Why someone should look at it; empty where nobody must."""
        return self._worst[1] if self.doubtful else ""

    @property
    def _worst(self) -> tuple[float, str]:
        """The largest excess over a bound, as a multiple of it, and what it means."""
        scale = self.size / _USUAL
        return max(
            (
                self.astray / (_ASTRAY * scale**2),
                f"the outline has {self.astray:.1f} pixels of ink too much or too little in one place",
            ),
            (
                self.missed / (_MISSED * scale**2),
                f"the image is unclear: {self.missed:.1f} pixels of ink in one place could be ink or paper",
            ),
            (
                self.error / (_UNCLEAR * scale),
                f"the image is unclear: its edges are off by {self.error:.2f} pixels on average",
            ),
        )


def trace(image: np.ndarray, tolerance: Tolerance | None = None) -> Trace:
    """The outline of a glyph image, uint8 (size, size), 0 = ink, 255 = paper.

    Where an outline is astray or crosses itself, the picture is traced again, more closely, up to two times;
    the best one is kept. A blank picture has none; a picture of noise, with more edges than any glyph, has
    none either and all of its ink as error.
    """
    with _THREADS.limit(limits=1, user_api="blas"):
        return _traced(image, tolerance or Tolerance())


def _traced(image: np.ndarray, tolerance: Tolerance) -> Trace:
    ink = 1 - np.asarray(image, np.float64) / 255
    lines = _without_specks(isolines(ink), len(ink) * _SPECK)
    if not len(lines.points):
        return Trace(Outline(()), 0.0, _most_ink(ink), 0.0, 0, len(ink))
    if len(lines.points) > _MOST_POINTS:
        return Trace(Outline(()), math.inf, _most_ink(ink), 0.0, 0, len(ink))
    after = lines.points[following(lines.counts)]
    blur = blur_of(ink, float(np.hypot(*(after - lines.points).T).sum()))
    sharp = covered(cut(lines.points, after, len(ink)))
    picture = _Picture(ink, lines, blur, blurred(sharp, blur))
    best, crossed = _attempt(picture, tolerance)
    for _ in range(_RETRIES):
        if not best.crossings and best.astray < _FAULT * len(ink) / _USUAL:
            break
        tolerance = tolerance.closer()
        other, more = _attempt(picture, tolerance, crossed)
        crossed = np.concatenate([crossed, more])
        best = min(best, other, key=lambda one: (one.crossings, one.astray))
    return best


@dataclass(frozen=True)
class _Picture:
    """A picture's ink and isolines, its blur, and the isolines drawn again."""

    ink: np.ndarray
    lines: Isolines
    blur: float
    drawn: np.ndarray


def _attempt(
    picture: _Picture, tolerance: Tolerance, blunt: np.ndarray | None = None
) -> tuple[Trace, np.ndarray]:
    """One trace, with no sharp corner near the points `blunt`, and where it crosses itself."""
    ink, blur = picture.ink, picture.blur
    ring = with_corners(picture.lines, ink, blur, blunt)
    spans = refined(spans_of(ring, tolerance), ink, _ROUNDS, blur)
    points = controls(spans)
    line = flattened(points, spans.straight)
    pieces = cut(line.starts, line.ends, len(ink))
    drawn = blurred(covered(pieces), blur)
    length = max(float(np.hypot(*pieces.step.T).sum()), 1.0)
    crossed = crossings(line, pieces)
    wrong = np.abs(ink - drawn)
    error = float(wrong[wrong > _NOISE].sum()) / length
    # Where the isolines are no nearer to the picture than the outline is, the outline is not to blame.
    nearest = np.clip(drawn, np.minimum(ink, picture.drawn), np.maximum(ink, picture.drawn))
    missed, astray = _most_ink(ink - drawn), _most_ink(nearest - drawn)
    return Trace(_outline(spans, points), error, missed, astray, len(crossed), len(ink)), crossed


def _outline(spans: Spans, points: np.ndarray) -> Outline:
    bounds = np.cumsum(spans.counts)[:-1]
    parts = zip(np.split(points, bounds), np.split(spans.straight, bounds), strict=True)
    return Outline(tuple(Contour(own, lines) for own, lines in parts))


def _most_ink(difference: np.ndarray) -> float:
    """The largest sum in one place, of either sign."""
    side = max(3, round(_PLACE * len(difference)))
    sums = np.pad(difference, side).cumsum(axis=0).cumsum(axis=1)
    sums = sums[side:] - sums[:-side]
    return float(np.abs(sums[:, side:] - sums[:, :-side]).max())


def _without_specks(lines: Isolines, least: float) -> Isolines:
    """The isolines around at least that much ink or paper, in pixels²."""
    after = lines.points[following(lines.counts)]
    cross = lines.points[:, 0] * after[:, 1] - after[:, 0] * lines.points[:, 1]
    area = np.abs(np.bincount(lines.contour, cross, len(lines.counts))) / 2
    kept = area >= least
    return Isolines(lines.points[kept[lines.contour]], lines.counts[kept])

"""How an edge would continue: from a few points before each point, and from a few points behind it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fontgan.outlines.isolines import Isolines

_LENGTHS = (2, 3, 5, 7)  # points of a window: of two or three a line, of more a parabola
_TRUST = (0.4, 0.8, 0.95, 1.0)  # in what such a window says
_OFF = 0.025  # pixels, root of the mean square, that the points of a window may be off it
_NOISES = 2.0  # such a distance in a noisy picture, as a multiple of the usual one
_LARGE = 40  # points of a contour that has straight or smooth parts enough to see noise
_MOST_CURVED = 0.3  # radians per pixel that a window is trusted to continue with


@dataclass(frozen=True)
class Ends:
    """What the edge does at each point if it continues as it came.

    Attributes:
        at: float (n, 2), the point on the window's curve.
        angle: float (n,), of the edge there, in radians.
        curvature: float (n,), in radians per pixel.
        trust: float (n,), in the window, up to 1.
    """

    at: np.ndarray
    angle: np.ndarray
    curvature: np.ndarray
    trust: np.ndarray


def windows(lines: Isolines) -> tuple[Ends, Ends, float]:
    """The edge at each point as the points up to there have it, and as those from there on have it.

    Of all windows the longest one whose points lie on its curve. Also how far points usually are off the
    longest windows, in pixels: the picture's noise.
    """
    everywhere = np.arange(len(lines.points))
    items = [lines.further(everywhere, step) for step in range(max(_LENGTHS))]
    gathered = lines.points[np.stack(items)]
    fits = [_window(gathered[:length]) for length in _LENGTHS]
    noise = _noise(gathered[:, lines.count > _LARGE])
    limit = max(_OFF, _NOISES * noise)
    return _longest(lines, fits, limit, 0), _longest(lines, fits, limit, 1), noise


def _noise(gathered: np.ndarray) -> float:
    """How far points usually are off a smooth edge, in pixels, by its smoothest fifth: shape is not noise.

    Third differences are 0 on a line and hardly more on a curve; of noise they are 20 times as large,
    squared, and a fifth of a normal distribution lies within .253 of its deviation.
    """
    third = gathered[3] - 3 * gathered[2] + 3 * gathered[1] - gathered[0]
    return float(np.quantile(np.hypot(*third.T), 0.2)) / (np.sqrt(20) * 0.253) if len(third) else 0.0


def _longest(lines: Isolines, fits: list[_Fit], limit: float, side: int) -> Ends:
    """The best of the windows that end (side 0) or begin (side 1) at each point."""
    everywhere = np.arange(len(lines.points))
    at = [everywhere if side else lines.further(everywhere, 1 - length) for length in _LENGTHS]
    which = np.zeros(len(everywhere), np.intp)
    for rank in range(1, len(_LENGTHS)):
        good = fits[rank].off[at[rank]] < limit
        which = np.where(good & (which == rank - 1), rank, which)
    window = np.choose(which, at)
    return Ends(
        np.stack([fit.at[side] for fit in fits])[which, window],
        np.stack([fit.angle[side] for fit in fits])[which, window],
        np.clip(np.stack([fit.curvature for fit in fits])[which, window], -_MOST_CURVED, _MOST_CURVED),
        np.array(_TRUST)[which],
    )


@dataclass(frozen=True)
class _Fit:
    """A parabola through each window: its last and first point, angle there, curvature, mean distance."""

    at: tuple[np.ndarray, np.ndarray]
    angle: tuple[np.ndarray, np.ndarray]
    curvature: np.ndarray
    off: np.ndarray


def _window(window: np.ndarray) -> _Fit:
    """The parabola, or for up to three points the line, through points (m, n, 2) of n windows."""
    middle = window.sum(axis=0) / len(window)
    chord = window[-1] - window[0]
    along = (chord / np.maximum(np.hypot(*chord.T), 1e-9)[:, None]).T
    right, down = np.moveaxis(window - middle, 2, 0)
    x, y = right * along[0] + down * along[1], down * along[0] - right * along[1]
    # Orthogonal polynomials over the window's own places: 1, x and x² less what both explain of it.
    squares = x * x
    spread = np.maximum(squares.sum(axis=0), 1e-9)
    slope = (x * y).sum(axis=0) / spread
    off = y - slope * x
    mean, skew, bent = np.zeros_like(slope), np.zeros_like(slope), np.zeros_like(slope)
    if len(window) > 3:
        mean, skew = squares.sum(axis=0) / len(window), (squares * x).sum(axis=0) / spread
        bend = squares - mean - skew * x
        bent = (bend * y).sum(axis=0) / np.maximum((bend * bend).sum(axis=0), 1e-9)
        off -= bent * bend
    angle = np.arctan2(along[1], along[0])
    ends = []
    for s in (x[-1], x[0]):
        height = slope * s + bent * (s * s - mean - skew * s)
        at = middle + np.stack([s * along[0] - height * along[1], s * along[1] + height * along[0]], axis=1)
        ends.append((at, angle + np.arctan(slope + bent * (2 * s - skew))))
    (at_last, last), (at_first, first) = ends
    return _Fit((at_last, at_first), (last, first), 2 * bent, np.sqrt((off**2).sum(axis=0) / len(window)))

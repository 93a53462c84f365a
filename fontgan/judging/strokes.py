"""Simple things that a glyph consists of, each as a mask: strokes of a direction, ends, edges, counters."""

from __future__ import annotations

import numpy as np

from fontgan.outlines.blur import blurred

DIRECTIONS = ("horizontal", "vertical", "falling", "rising")
INKED = (*DIRECTIONS, "ends")  # what lies in the ink
CONCEPTS = ("ink", *INKED, "edges", "counters", "outside")

_CIRCLE = 32  # places on the circle around a pixel
_REACH = 1.5  # its radius, in widths of a stroke
_WINDOW = 0.75  # deviation of the window in which a direction is looked for, in widths of a stroke
_COHERENT = 0.5  # of 1, where all edges in the window run one way


def stroke_concepts(ink: np.ndarray) -> dict[str, np.ndarray]:
    """Masks of a glyph, bool (size, size), by the names of `CONCEPTS`.

    - `ink`: darker than one half;
    - `horizontal`, `vertical`, `falling` (to the right), `rising`: ink whose edges run one way, to within
      22.5°, by the structure tensor (Bigün and Granlund 1987, «Optimal Orientation Detection of Linear
      Symmetry»);
    - `ends`: ink from which ink continues on one side at most;
    - `edges`: pixels beside both ink and paper;
    - `counters`: paper with ink to the left, to the right, above and below; `outside`: all other paper.

    Args:
        ink: float (size, size) in [0, 1], 1 = ink.
    """
    solid = ink > 0.5
    width = stroke_width(solid)
    counters = ~solid & _enclosed(solid)
    return {
        "ink": solid,
        **_directions(ink, solid, width),
        "ends": solid & _is_end(solid, width),
        "edges": _edges(solid),
        "counters": counters,
        "outside": ~solid & ~counters,
    }


def stroke_width(solid: np.ndarray) -> float:
    """The width of strokes in pixels, at least 1: twice their area over the length of their edges.

    Edges are followed from pixel to pixel, so that a sloping stroke seems up to √2 times as thin.
    """
    padded = np.pad(solid, 1)
    edges = (padded[1:] != padded[:-1]).sum() + (padded[:, 1:] != padded[:, :-1]).sum()
    return max(1.0, 2 * float(solid.sum()) / max(1, int(edges)))


def _directions(ink: np.ndarray, solid: np.ndarray, width: float) -> dict[str, np.ndarray]:
    down, across = np.gradient(blurred(ink, 1.0))
    window = _WINDOW * width
    xx, yy, xy = (blurred(product, window) for product in (across**2, down**2, across * down))
    # The angle of the steepest change, doubled, has this cosine and sine; strokes run at right angles to it.
    cosine, sine = xx - yy, 2 * xy
    clear = solid & (np.hypot(cosine, sine) > _COHERENT * (xx + yy))
    return {
        "horizontal": clear & (-cosine >= abs(sine)),
        "vertical": clear & (cosine >= abs(sine)),
        "falling": clear & (-sine > abs(cosine)),
        "rising": clear & (sine > abs(cosine)),
    }


def _is_end(solid: np.ndarray, width: float) -> np.ndarray:
    """Where a circle around a pixel meets ink in one arc at most, of less than half of it."""
    radius = _REACH * width
    reach = int(np.ceil(radius))
    padded = np.pad(solid, reach)
    high, wide = solid.shape
    angles = 2 * np.pi * np.arange(_CIRCLE) / _CIRCLE
    places = np.stack([np.rint(radius * np.sin(angles)), np.rint(radius * np.cos(angles))], 1).astype(int)
    met = np.stack([padded[reach + y : reach + y + high, reach + x : reach + x + wide] for y, x in places])
    arcs = (met & ~np.roll(met, 1, 0)).sum(0)
    ends: np.ndarray = (arcs <= 1) & (met.mean(0) < 0.5)
    return ends


def _edges(solid: np.ndarray) -> np.ndarray:
    padded = np.pad(solid, 1)
    high, wide = solid.shape
    around = np.stack([padded[y : y + high, x : x + wide] for y in range(3) for x in range(3)])
    mixed: np.ndarray = np.logical_xor(around.any(0), around.all(0))
    return mixed


def _enclosed(solid: np.ndarray) -> np.ndarray:
    """Where there is ink in each of the four directions."""
    sides = [np.logical_or.accumulate(solid, axis) for axis in (0, 1)]
    sides += [np.flip(np.logical_or.accumulate(np.flip(solid, axis), axis), axis) for axis in (0, 1)]
    enclosed: np.ndarray = np.logical_and.reduce(sides)
    return enclosed

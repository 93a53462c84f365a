"""Toy glyphs whose outlines a test knows, as pictures of exact coverage."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from fontgan.outlines.coverage import covered, cut
from fontgan.outlines.outline import Outline
from fontgan.outlines.polyline import flattened

SIZE = 64
FAR = 400  # points of what is round


def picture(*polygons: np.ndarray, size: int = SIZE) -> np.ndarray:
    """A glyph image, uint8 (size, size), of polygons (n, 2) in pixels, with ink on their left."""
    starts = np.concatenate(polygons)
    ends = np.concatenate([np.roll(polygon, -1, axis=0) for polygon in polygons])
    ink = np.clip(covered(cut(starts, ends, size)), 0, 1)
    return np.asarray(np.round(255 - 255 * ink), np.uint8)


def coverage(outline: Outline, size: int = SIZE, scale: float = 1.0) -> np.ndarray:
    """The coverage of a traced outline, scaled, 1 = ink."""
    if not outline.contours:
        return np.zeros((size, size))
    points = np.concatenate([contour.points for contour in outline.contours]) * scale
    line = flattened(points, np.concatenate([contour.lines for contour in outline.contours]), 0.5)
    return covered(cut(line.starts, line.ends, size))


def iou(one: np.ndarray, two: np.ndarray) -> float:
    """Intersection over union of two coverages."""
    return float(np.minimum(one, two).sum() / np.maximum(np.maximum(one, two).sum(), 1e-9))


def rectangle(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    """Corners, ink on their left."""
    return np.array([(left, top), (left, bottom), (right, bottom), (right, top)], float)


def ellipse(x: float, y: float, across: float, down: float, turned: float = 0.0) -> np.ndarray:
    """Points of an ellipse by its half axes, turned by radians."""
    angle = np.linspace(0, 2 * np.pi, FAR, endpoint=False)
    points = np.stack([across * np.cos(angle), -down * np.sin(angle)], axis=1)
    moved: np.ndarray = turn(points, turned) + np.array([x, y])
    return moved


def turn(points: np.ndarray, angle: float) -> np.ndarray:
    """Points turned around the origin."""
    cosine, sine = np.cos(angle), np.sin(angle)
    turned: np.ndarray = points @ np.array([[cosine, sine], [-sine, cosine]])
    return turned


def hole(polygon: np.ndarray) -> np.ndarray:
    """The same polygon around paper."""
    return polygon[::-1]


lengths = st.floats(8, 24)
centres = st.floats(28, 36)
turned_rectangles = st.builds(
    lambda x, y, a, b, angle: turn(rectangle(-a / 2, -b / 2, a / 2, b / 2), angle) + np.array([x, y]),
    centres, centres, lengths, lengths, st.floats(0, 3.2),
)  # fmt: skip
ellipses = st.builds(ellipse, centres, centres, st.floats(6, 20), st.floats(6, 20), st.floats(0, 3.2))


@st.composite
def stars(draw: st.DrawFn) -> np.ndarray:
    """Polygons with corners of all kinds around a middle, none too thin to be seen."""
    count = draw(st.integers(3, 7))
    radii = np.array(draw(st.lists(st.floats(10, 26), min_size=count, max_size=count)))
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False) + draw(st.floats(0, 6))
    return np.stack([32 + radii * np.cos(angle), 32 - radii * np.sin(angle)], axis=1)


toys = st.one_of(turned_rectangles, ellipses, stars())

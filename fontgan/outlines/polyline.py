"""Lines and cubics as short straight edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fontgan.outlines.cubics import bernstein
from fontgan.outlines.ragged import within

_STEP = 0.8  # pixels between two points of a curve


@dataclass(frozen=True)
class Polyline:
    """Spans as short straight edges."""

    span: np.ndarray
    place: np.ndarray  # of the start of each edge on its span, from 0 to 1
    until: np.ndarray  # of its end
    starts: np.ndarray
    ends: np.ndarray


def flattened(points: np.ndarray, straight: np.ndarray, step: float = _STEP) -> Polyline:
    """Spans, by their control points (n, 4, 2), as a polyline with edges of about `step` pixels."""
    lengths = np.hypot(*np.moveaxis(np.diff(points, axis=1), 2, 0)).sum(axis=1)
    return divided(points, np.where(straight, 1, np.clip(np.ceil(lengths / step), 2, 400)).astype(np.intp))


def divided(points: np.ndarray, counts: np.ndarray) -> Polyline:
    """Spans, by their control points (n, 4, 2), as a polyline with `counts` edges (n,) each."""
    span, index = within(counts)
    place, until = index / counts[span], (index + 1) / counts[span]
    weights = np.stack(bernstein(place), axis=1)
    starts = (weights[:, :, None] * points[span]).sum(axis=1)
    last = np.append(span[1:] != span[:-1], True)
    ends = np.where(last[:, None], points[span, 3], np.roll(starts, -1, axis=0))
    return Polyline(span, place, until, starts, ends)

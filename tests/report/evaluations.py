"""An evaluation with figures that a test knows."""

from __future__ import annotations

import numpy as np

from fontgan.fonts.canvas import Canvas
from fontgan.judging.evaluation import Evaluation, Side
from fontgan.runs.record import CheckpointRecord
from tests.helpers import FACE
from tests.models.small import small_settings

SIZE = 64


def glyph(left: int, wide: int = 12) -> np.ndarray:
    """A bar from `left` on."""
    picture = np.full((SIZE, SIZE), 255, np.uint8)
    picture[8:56, left : left + wide] = 0
    return picture


def side(errors: np.ndarray) -> Side:
    values = {
        "iou": 1 - errors / 2,
        "fixed_l1": errors,
        "content_accuracy": (errors < 0.5).astype(np.float32),
    }
    return Side(values, {"frechet": float(errors.mean()), "recall": float("nan")}, np.full(len(errors), 0.14))


def evaluation(count: int = 30, name: str = "one", notes: list[str] | None = None) -> Evaluation:
    """Characters from U+4E00 on, each drawn a little worse than the one before."""
    errors = np.linspace(0.1, 0.9, count).astype(np.float32)
    record = CheckpointRecord(
        "pix2pix", small_settings("pix2pix", "default"), Canvas(SIZE), 7, (FACE,), (FACE,), {}, "newest"
    )
    true = np.stack([glyph(20) for _ in range(count)])
    drawn = np.stack([glyph(20 + row % 24) for row in range(count)])
    sides = {
        "model": side(errors),
        "copy": side(errors + 1),
        "nearest": side(errors + 2),
        "style": side(0 * errors),
    }
    return Evaluation(
        record=record,
        name=name,
        codes=[0x4E00 + row for row in range(count)],
        unknown=[],
        sides=sides,
        content=drawn.copy(),
        drawn=drawn,
        nearest=drawn.copy(),
        truth=true,
        notes=notes or [],
    )

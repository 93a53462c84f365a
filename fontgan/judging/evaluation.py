"""What a run draws of characters that it has not learnt, measured beside what it has to beat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fontgan.runs.record import CheckpointRecord

PERCENTILES = (10, 50, 90)


@dataclass(frozen=True)
class Side:
    """Measures of one way to get the glyphs of n characters.

    Attributes:
        values: of each character, float32 (n,) by the names of `measures/table.py`; NaN where a measure does
            not apply.
        whole: of all characters together, by name; NaN where there are too few.
        ink: the share of each true glyph's image that is ink, float32 (n,).
    """

    values: Mapping[str, np.ndarray]
    whole: Mapping[str, float]
    ink: np.ndarray

    def mean(self, name: str) -> float:
        """The mean over the characters that a measure applies to; NaN where there are none.

        `ink` is weighted by the ink of the true glyphs, as training does it.
        """
        values = self.values[name].astype(np.float64)
        weights = self.ink.astype(np.float64) if name == "ink" else np.ones(len(values))
        known = np.isfinite(values)
        return float(np.average(values[known], weights=weights[known])) if known.any() else np.nan

    def percentiles(self, name: str) -> tuple[float, float, float]:
        """The values that 10, 50 and 90 per cent of the characters do not exceed; NaN where there are none."""
        values = self.values[name]
        known = values[np.isfinite(values)].astype(np.float64)
        low, middle, high = np.percentile(known, PERCENTILES) if len(known) else (np.nan,) * 3
        return float(low), float(middle), float(high)

    def to_json(self) -> dict[str, Any]:
        """Every measure as a table of JSON; what is not a number is null."""
        found: dict[str, Any] = {}
        for name, values in self.values.items():
            low, middle, high = map(_number, self.percentiles(name))
            found[name] = {
                "mean": _number(self.mean(name)),
                "percentiles": {"10": low, "50": middle, "90": high},
                "values": [_number(value) for value in values.tolist()],
            }
        return found | {name: {"value": _number(value)} for name, value in self.whole.items()}


@dataclass(frozen=True)
class Evaluation:
    """The characters of a run that were measured.

    Attributes:
        record: of the checkpoint.
        name: of the run.
        codes: the code points.
        unknown: those among them that the judge does not know: they have no `content_accuracy`.
        sides: `model`, `copy` (the content glyph), `nearest` (the learnt glyph whose character's content
            looks most alike) and `style` (the true glyph itself), in this order.
        content, drawn, nearest, truth: the images, uint8 (n, size, size), 0 = ink, 255 = paper.
        notes: remarks, one line each.
    """

    record: CheckpointRecord
    name: str
    codes: list[int]
    unknown: list[int]
    sides: Mapping[str, Side]
    content: np.ndarray
    drawn: np.ndarray
    nearest: np.ndarray
    truth: np.ndarray
    notes: list[str]

    def to_json(self) -> dict[str, Any]:
        """All figures as a table of JSON, without the images."""
        return {
            "run": self.name,
            "kind": self.record.model,
            "step": self.record.step,
            "size": self.record.size,
            "characters": "".join(map(chr, self.codes)),
            "unknown": "".join(map(chr, self.unknown)),
            "notes": self.notes,
            **{name: side.to_json() for name, side in self.sides.items()},
        }


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None

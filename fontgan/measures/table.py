"""The table of measures: their names, titles, and which direction is better.

The functions that compute them are in `measures/glyphs.py`, by the same names. This file imports no torch,
so that a log can be plotted at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Measures = Mapping[str, float]  # means over some characters, by the names of the table


@dataclass(frozen=True)
class Measure:
    """A measure of how near an image is to the true glyph.

    Attributes:
        name: its key in logs and records, and as `best_by`.
        title: what tables call it.
        better: which way is better; `neither` where a font has some of its own.
        share: whether it is shown as a percentage.
    """

    name: str
    title: str
    better: Literal["higher", "lower", "neither"]
    share: bool = False

    @property
    def heading(self) -> str:
        """The title above a column or a panel, with an arrow in the better direction."""
        arrow = {"higher": " ↑", "lower": " ↓", "neither": ""}[self.better]
        return f"{self.title}{arrow}"

    def text(self, value: float) -> str:
        """A value as it is shown."""
        return f"{value:.1%}" if self.share else f"{value:.3f}"

    def score(self, value: float) -> float:
        """A value such that more is better."""
        return -value if self.better == "lower" else value


# In the order of columns and panels. docs/design.md says what each of them means.
TABLE = (
    Measure("iou", "IoU", "higher"),
    Measure("fixed_l1", "fixed L1", "lower"),
    Measure("l1", "L1", "lower"),
    Measure("ssim", "SSIM", "higher"),
    Measure("ink", "ink", "neither"),
    Measure("grey", "grey", "neither", share=True),
)
IN_BRIEF = (
    "IoU: the ink that drawn and true glyph share, 1 is perfect · fixed L1: the error as a share of the ink, "
    "0 is perfect · grey: pixels that are neither ink nor paper"
)
MEASURES: Mapping[str, Measure] = {measure.name: measure for measure in TABLE}


def in_words(found: Measures, *names: str) -> str:
    """Some measures in a line, or all that are known: `IoU 0.812, fixed L1 0.250`."""
    shown = [MEASURES[name] for name in names or MEASURES if name in found]
    return ", ".join(f"{measure.title} {measure.text(found[measure.name])}" for measure in shown)

"""The table of measures: their names, titles, units, and which direction is better.

The functions that compute them are in `measures/glyphs.py`, `further.py` and `sets.py`, by the same names.
This file imports no torch, so that a log can be plotted at once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Measures = Mapping[str, float]  # means over some characters, by the names of the table


Better = Literal["higher", "lower", "neither"]


@dataclass(frozen=True)
class Measure:
    """A measure of how near an image is to the true glyph, or many images are to the true glyphs.

    Attributes:
        name: its key in logs, records and evaluations, and as `best_by`.
        title: what tables call it.
        better: which way is better; `neither` where a font has some of its own.
        share: whether it is shown as a percentage.
        unit: of its values; empty for a number or a share.
        decimals: of a value as it is shown.
    """

    name: str
    title: str
    better: Better
    share: bool = False
    unit: str = ""
    decimals: int = 3

    @property
    def heading(self) -> str:
        """The title above a column or a panel, with its unit and an arrow in the better direction."""
        arrow = {"higher": " ↑", "lower": " ↓", "neither": ""}[self.better]
        return ", ".join(filter(None, (self.title, self.unit))) + arrow

    def text(self, value: float) -> str:
        """A value as it is shown; a dash for NaN."""
        if math.isnan(value):
            return "–"
        return f"{value:.1%}" if self.share else f"{value:.{self.decimals}f}"

    def score(self, value: float) -> float:
        """A value such that more is better."""
        return -value if self.better == "lower" else value


# Those of each character that training computes, in the order of columns and panels. docs/design.md says what
# each of them means.
TABLE = (
    Measure("iou", "IoU", "higher"),
    Measure("fixed_l1", "fixed L1", "lower"),
    Measure("l1", "L1", "lower"),
    Measure("ssim", "SSIM", "higher"),
    Measure("ink", "ink", "neither"),
    Measure("grey", "grey", "neither", share=True),
)
# Those of each character that only an evaluation computes, and those of many characters together.
FURTHER = (
    Measure("rmse", "RMSE", "lower"),
    Measure("psnr", "PSNR", "higher", unit="dB", decimals=1),
    Measure("ms_ssim", "MS-SSIM", "higher"),
    Measure("dice", "Dice", "higher"),
    Measure("chamfer", "Chamfer", "lower", unit="em"),
    Measure("hausdorff95", "Hausdorff 95", "lower", unit="em"),
    Measure("stroke_width", "stroke width", "neither", unit="× true"),
    Measure("grey_distance", "grey distance", "lower"),
    Measure("content_accuracy", "right character", "higher", share=True),
)
OF_SETS = (
    Measure("sliced_wasserstein", "sliced Wasserstein", "lower"),
    Measure("frechet", "Fréchet", "lower"),
    Measure("kernel_distance", "kernel distance", "lower", decimals=4),
    Measure("precision", "precision", "higher"),
    Measure("recall", "recall", "higher"),
)
IN_BRIEF = (
    "IoU: the ink that drawn and true glyph share, 1 is perfect · fixed L1: the error as a share of the ink, "
    "0 is perfect · grey: pixels that are neither ink nor paper"
)
MEASURES: Mapping[str, Measure] = {measure.name: measure for measure in TABLE}
ALL: Mapping[str, Measure] = {measure.name: measure for measure in (*TABLE, *FURTHER, *OF_SETS)}


def in_words(found: Measures, *names: str) -> str:
    """Some measures in a line, or all that are known: `IoU 0.812, fixed L1 0.250`."""
    shown = [MEASURES[name] for name in names or MEASURES if name in found]
    return ", ".join(f"{measure.title} {measure.text(found[measure.name])}" for measure in shown)

"""The events that a training run reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fontgan.data.record import FaceRecord
from fontgan.data.splits import Few, Split
from fontgan.measures.table import Measures
from fontgan.runs.folder import Run
from fontgan.runs.log import Finished, Progressed

__all__ = ["Event", "Finished", "Progressed", "Sampled", "Started"]


@dataclass(frozen=True)
class Started:
    """Everything is ready.

    Attributes:
        run: its folder.
        contents, styles: the faces that it learns from, and those that it learns.
        stacked: whether the content faces are channels of one image.
        counts: characters by split.
        few: how they are divided if they are too few for three splits.
        parameters: weights of the generator.
        engine: what computes, and why.
        step: the step that training continues from, 0 for a new run.
        over: whether the run was to be continued, and has no checkpoint to continue from.
    """

    run: Run
    contents: tuple[FaceRecord, ...]
    styles: tuple[FaceRecord, ...]
    stacked: bool
    counts: Mapping[Split, int]
    few: Few | None
    parameters: int
    engine: str
    step: int
    over: bool


@dataclass(frozen=True)
class Sampled:
    """A sheet of held-out characters was drawn, and all validation characters were measured."""

    step: int
    sheet: Path
    measures: Measures


Event = Started | Progressed | Sampled | Finished

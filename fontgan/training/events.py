"""What a training tells while it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fontgan.data.record import FaceRecord
from fontgan.data.splits import Split
from fontgan.measures.glyphs import Measures


@dataclass(frozen=True)
class Started:
    """All is ready: what will be trained, on what, and why so.

    `step` is where it goes on, 0 if it begins; `anew` says that it was to go on and had kept nothing.
    """

    run: Path
    contents: tuple[FaceRecord, ...]
    styles: tuple[FaceRecord, ...]
    counts: Mapping[Split, int]
    parameters: int
    engine: str
    step: int
    anew: bool


@dataclass(frozen=True)
class Progressed:
    """Where the training is, about once a second; losses, gradients' lengths, step sizes by their names."""

    step: int
    progress: float
    losses: Mapping[str, float]
    gradients: Mapping[str, float]
    learning_rates: Mapping[str, float]
    images_per_second: float
    seconds: float


@dataclass(frozen=True)
class Sampled:
    """A sheet of held-out characters was drawn, and all validation characters were measured."""

    step: int
    sheet: Path
    measures: Measures


@dataclass(frozen=True)
class Finished:
    """The training is over.

    Attributes:
        run: its folder.
        checkpoint: the best of those that it kept: the one that `generate` takes.
        best_step: when that was.
        step: the last one.
        interrupted: whether it was ended before its time, and can be resumed.
        training_seconds, start_seconds, sample_seconds: what the time went to, in this process.
        images_per_second: characters learnt from, in this process.
        test: measures of the best checkpoint on the test characters, beside those of a copy of the content.
        example: a text that the content fonts have.
    """

    run: Path
    checkpoint: Path
    best_step: int
    step: int
    interrupted: bool
    training_seconds: float
    start_seconds: float
    sample_seconds: float
    images_per_second: float
    test: Mapping[str, Measures]
    example: str


Event = Started | Progressed | Sampled | Finished

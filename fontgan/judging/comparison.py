"""What a comparison found, as plain data: its cells, each a run, and what was measured of each in each style.

`fontgan/comparison/` makes it, `fontgan/report/` shows it. It lies as JSON in the folder of the comparison.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from msgspec import Meta

from fontgan.bounds import Amount, Characters, Count, FaceKey, Finite, Name, Text
from fontgan.errors import FontganError
from fontgan.formats import read_record, to_json
from fontgan.judging.sides import MODEL
from fontgan.runs.log import Measured

FORMAT = 1
SHOWN = ("iou", "fixed_l1", "ssim", "grey", "content_accuracy")  # the measures of a table
CHARTED = ("iou", "fixed_l1", "content_accuracy")
MOST_RESULTS = 1000  # of a comparison: its cells, times its styles


@dataclass(frozen=True)
class Figure:
    """A measure over the judged characters: its mean, and its 10th, 50th and 90th percentile."""

    mean: Finite
    low: Finite
    median: Finite
    high: Finite


@dataclass(frozen=True)
class Judged:
    """How near one side's images are to the true glyphs.

    Attributes:
        measures: those of single characters, by name; without those that do not apply to any.
        whole: those of all images together, by name.
    """

    measures: Annotated[Mapping[Name, Figure], Meta(max_length=64)]
    whole: Annotated[Mapping[Name, Finite], Meta(max_length=64)] = field(default_factory=dict)

    def value(self, measure: str) -> float | None:
        """The mean of a measure, or the value of one of all images together; None where it does not apply."""
        found = self.measures.get(measure)
        return self.whole.get(measure) if found is None else found.mean


@dataclass(frozen=True)
class Result:
    """What was found of a cell in one style.

    Attributes:
        style: the key of the style.
        sides: `model`, `copy`, `nearest` and `style`: what it drew, a copy of the content, the nearest
            training glyph, and the style itself.
        notes: what does not apply, and why; one line each.
    """

    style: FaceKey
    sides: Annotated[Mapping[Name, Judged], Meta(max_length=16)]
    notes: Annotated[tuple[Text, ...], Meta(max_length=1000)] = ()


@dataclass(frozen=True)
class Cell:
    """One run of a comparison.

    Attributes:
        name: the name of its folder.
        title: what tables call it: all that it is compared by, but for style and seed.
        run: the folder of the run.
        model, preset: their names.
        settings: those that are swept, by name, as texts.
        seed: the random seed.
        failed: why there is nothing to be judged; empty where there is.
        learnt: the number of characters that it learnt from.
        steps: the last step.
        images: the number of glyphs that it learnt from in all steps together.
        minutes: of training.
        images_per_second: glyphs learnt from per second.
        weights: of the generator.
        flops: of the generator for one glyph.
        curve: measures over the validation characters along the way.
        results: one for each judged style that it has learnt.
    """

    name: Name
    title: Text
    run: Text
    model: Name
    preset: Name = "default"
    settings: Annotated[Mapping[Name, Text], Meta(max_length=64)] = field(default_factory=dict)
    seed: Count = 0
    failed: Text = ""
    learnt: Count = 0
    steps: Count = 0
    images: Count = 0
    minutes: Amount = 0.0
    images_per_second: Amount = 0.0
    weights: Count = 0
    flops: Count = 0
    curve: Annotated[tuple[Measured, ...], Meta(max_length=100_000)] = ()
    results: Annotated[tuple[Result, ...], Meta(max_length=MOST_RESULTS)] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def result(self, style: str) -> Result | None:
        """What was found in a style; None where it has not learnt that."""
        return next((found for found in self.results if found.style == style), None)


@dataclass(frozen=True)
class JudgedStyle:
    """A style that cells are judged by: its key, its family, and the characters, learnt by none of them."""

    key: FaceKey
    family: Text
    characters: Characters


@dataclass(frozen=True)
class Spread:
    """A figure of several runs: their mean, and its standard deviation (n - 1); None where there is one."""

    mean: float
    deviation: float | None

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread | None:
        """The spread of some values; None where there are none."""
        if not values:
            return None
        return cls(statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else None)


@dataclass(frozen=True)
class Group:
    """Cells that differ in their seeds alone, in one style.

    Attributes:
        title: of each of them.
        style: the key of the style.
        cells: at least one; none of them failed.
    """

    title: str
    style: str
    cells: tuple[Cell, ...]

    def spread(self, measure: str, side: str = MODEL) -> Spread | None:
        """A measure over the seeds; None where it does not apply."""
        judged = [result.sides[side] for result in self._results() if side in result.sides]
        values = [value for one in judged if (value := one.value(measure)) is not None]
        return Spread.of([value for value in values if math.isfinite(value)])

    def over_seeds(self, name: str) -> float:
        """The mean of a number that each cell has, such as `minutes`, `flops` or `learnt`."""
        return statistics.fmean(getattr(cell, name) for cell in self.cells)

    def _results(self) -> Iterator[Result]:
        return (found for cell in self.cells if (found := cell.result(self.style)) is not None)


@dataclass(frozen=True)
class Comparison:
    """Runs on the same data, judged on the same characters.

    Attributes:
        name: of its folder.
        asked: what was asked for, as plain data: the same again continues it, something else is refused.
        styles: what it is judged by.
        swept: the names of the settings whose values differ, such as `learning_rate`; `learn` is the number
            of characters to learn.
        cells: in the order in which they were asked for; those that are not made yet are missing.
        notes: what to know of all of them, one line each.
        extra: values from a newer version of fontgan.

    Raises:
        FontganError: it has more than `MOST_RESULTS` results.
    """

    name: Text
    asked: Mapping[str, Any]
    styles: Annotated[tuple[JudgedStyle, ...], Meta(max_length=MOST_RESULTS)]
    swept: Annotated[tuple[Name, ...], Meta(max_length=64)] = ()
    cells: Annotated[tuple[Cell, ...], Meta(max_length=MOST_RESULTS)] = ()
    notes: Annotated[tuple[Text, ...], Meta(max_length=1000)] = ()
    format: int = FORMAT
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (count := sum(len(cell.results) for cell in self.cells)) > MOST_RESULTS:
            raise FontganError(f"a comparison of {count:,} results has more than {MOST_RESULTS:,}")

    @property
    def failed(self) -> list[Cell]:
        """The cells that could not be made."""
        return [cell for cell in self.cells if cell.failed]

    @property
    def several_seeds(self) -> bool:
        """Whether some cells differ in their seeds alone."""
        return any(len(group.cells) > 1 for style in self.styles for group in self.groups(style.key))

    @property
    def notes_of_results(self) -> list[str]:
        """What does not apply in some cell, with its name and style: one line each, none twice."""
        named = (
            f"{cell.name}, {found.style}: {note}"
            for cell in self.cells
            for found in cell.results
            for note in found.notes
        )
        return list(dict.fromkeys(named))

    def groups(self, style: str) -> list[Group]:
        """The cells that have learnt a style, those that differ in their seeds alone together."""
        found: dict[str, list[Cell]] = {}
        for cell in self.cells:
            if not cell.failed and cell.result(style) is not None:
                found.setdefault(cell.title, []).append(cell)
        return [Group(title, style, tuple(cells)) for title, cells in found.items()]

    def to_json(self) -> dict[str, Any]:
        """As it is written."""
        table: dict[str, Any] = to_json(self)
        return table

    @classmethod
    def from_json(cls, content: bytes | str, what: str) -> Comparison:
        """Out of the JSON that this or an older version has written.

        Args:
            content: the JSON.
            what: the file, as a message names it.

        Raises:
            FontganError: it is damaged, or of a newer format.
        """
        return read_record(cls, content, FORMAT, {}, what)

"""What a run draws of characters that it has not learnt, measured beside what it has to beat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fontgan.config.settings import Cleaning
from fontgan.drawing.drawer import Drawer
from fontgan.drawing.fonts import AnyFont
from fontgan.fonts.charset import describe_characters
from fontgan.judging.baselines import LearntGlyphs
from fontgan.judging.characters import characters_to_measure
from fontgan.judging.measuring import NEIGHBOURS, measure_parts, measures_of_sets, values_of
from fontgan.judging.recogniser import Recogniser
from fontgan.judging.sides import COPY, MODEL, NEAREST, SIDES, STYLE
from fontgan.judging.truth import Truth
from fontgan.measures.table import ALL
from fontgan.progress import Silent, Watcher
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
        """What 10, 50 and 90 % of the characters do not exceed; NaN where there are none."""
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


@dataclass(frozen=True, repr=False)
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

    @property
    def ranked_by(self) -> str:
        """The measure by which a character is among the best or the worst: the run's, or fixed L1."""
        return "fixed_l1" if self.record.best_by == "newest" else self.record.best_by

    def ranking(self) -> list[int]:
        """The places of the characters that the run drew, the best first."""
        scores = map(ALL[self.ranked_by].score, self.sides[MODEL].values[self.ranked_by].tolist())
        return [place for place, _ in sorted(enumerate(scores), key=lambda one: one[1], reverse=True)]

    def __len__(self) -> int:
        return len(self.codes)

    def __repr__(self) -> str:
        figures = ", ".join(
            f"{ALL[name].title} {ALL[name].text(self.sides[MODEL].mean(name))}"
            for name in ("iou", "fixed_l1", "content_accuracy")
        )
        return f"Evaluation of {self.name} on {len(self):,} characters: {figures}"

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


def evaluate(
    drawer: Drawer,
    codes: Sequence[int] | None = None,
    watcher: Watcher | None = None,
    *,
    truth: AnyFont | None = None,
    cleaning: Cleaning = "none",
    judge: Recogniser | None = None,
) -> Evaluation:
    """Measure what a run draws of characters that it has not learnt.

    Drawn and measured part by part; of each character four images and a vector per side are kept.

    Args:
        drawer: what draws.
        codes: the characters; None for the test characters of the run, or, with `truth`, those of GB 2312
            level 1 that the style font lacks.
        watcher: sees each character.
        truth: a font that has the true glyphs of characters which the style font, a part of it, lacks.
        cleaning: how to clean the images.
        judge: what reads characters; None for the one that comes with fontgan.

    Raises:
        FontganError: there are no true glyphs, or no character that was not learnt.
    """
    watcher = watcher or Silent()
    judge = judge or Recogniser.bundled("judge", drawer.device)
    true = Truth(drawer, truth)
    wanted, notes = characters_to_measure(drawer, true, codes, truth is not None)
    learnt = LearntGlyphs(drawer, true, watcher)
    drawn = drawer.parts(wanted, cleaning, watcher)
    parts, images = measure_parts(drawn, len(wanted), true, learnt, judge)
    ink = np.array([1 - glyph.mean() / 255 for glyph in images[STYLE]], np.float32)
    watcher.start("sets of images", len(SIDES))
    of_sets = measures_of_sets(images, parts, watcher)
    sides = {name: Side(values_of(name, parts), of_sets[name], ink) for name in SIDES}
    measured = [code for part in parts for code in part.codes]
    unknown = [code for code in measured if not judge.knows(code)]
    return Evaluation(
        drawer.record,
        drawer.name,
        measured,
        unknown,
        sides,
        content=images[COPY],
        drawn=images[MODEL],
        nearest=images[NEAREST],
        truth=images[STYLE],
        notes=[*drawer.notes, *true.notes, *notes, *_notes(measured, unknown, sides, learnt)],
    )


def _notes(
    codes: Sequence[int], unknown: Sequence[int], sides: Mapping[str, Side], learnt: LearntGlyphs
) -> Iterator[str]:
    """What is missing in the figures."""
    if not learnt.codes:
        yield "no glyph that was learnt is known: the nearest one is blank paper"
    if unknown:
        title = ALL["content_accuracy"].title
        yield f"not measured as «{title}», since the judge does not know {describe_characters(unknown)}"
    if len(codes) <= NEIGHBOURS:
        yield f"measures of sets need more than {NEIGHBOURS} characters"
    for name, side in sides.items():
        lacking: dict[tuple[int, ...], list[str]] = {}
        for measure, values in side.values.items():
            rows = np.flatnonzero(~np.isfinite(values)).tolist()
            if rows and measure != "content_accuracy":
                lacking.setdefault(tuple(codes[row] for row in rows), []).append(ALL[measure].title)
        for some, titles in lacking.items():
            yield f"{name}: {', '.join(titles)} do not apply, for lack of ink: {describe_characters(some)}"


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None

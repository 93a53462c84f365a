"""What a run draws of characters that it has not learnt, measured beside what it has to beat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fontgan.config.settings import Cleaning
from fontgan.data.images import as_floats
from fontgan.drawing.drawer import Drawer
from fontgan.drawing.drawing import Drawing
from fontgan.drawing.fonts import AnyFont
from fontgan.fonts.charset import describe_characters
from fontgan.judging.asked import characters_to_measure
from fontgan.judging.baselines import LearntGlyphs, plain_content
from fontgan.judging.recogniser import Recogniser
from fontgan.judging.truth import Truth
from fontgan.measures.further import measure_further
from fontgan.measures.sets import apart, frechet, kernel_distance, precision_recall, projections_of
from fontgan.measures.table import ALL
from fontgan.progress import Silent, Watcher
from fontgan.runs.record import CheckpointRecord

PERCENTILES = (10, 50, 90)
SIDES = ("model", "copy", "nearest", "style")
_NEIGHBOURS = 3  # that reach a vector's surroundings in precision and recall


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
    whole: dict[str, float]
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


def evaluate(
    drawer: Drawer,
    codes: Sequence[int] | None = None,
    watcher: Watcher | None = None,
    *,
    whole: AnyFont | None = None,
    cleaning: Cleaning = "none",
    judge: Recogniser | None = None,
) -> Evaluation:
    """Measure what a run draws of characters that it has not learnt.

    Drawn and measured part by part; of each character four images and a vector per side are kept.

    Args:
        drawer: what draws.
        codes: the characters; None for the test characters of the run, or, with a whole font, those of
            GB 2312 level 1 that the style font lacks.
        watcher: sees each character.
        whole: a font that has the true glyphs of characters which the style font, a part of it, lacks.
        cleaning: how to clean the images.
        judge: what reads characters; None for the one that comes with fontgan.

    Raises:
        FontganError: there are no true glyphs, or no character that was not learnt.
    """
    watcher = watcher or Silent()
    judge = judge or Recogniser.bundled("judge", drawer.device)
    truth = Truth(drawer, whole)
    wanted, notes = characters_to_measure(drawer, truth, codes, whole is not None)
    learnt = LearntGlyphs(drawer, truth, watcher)
    parts = [
        _measured(part, truth, learnt, judge) for part in drawer.parts(wanted, cleaning, watcher)
    ]
    images = {name: np.concatenate([part.images[name] for part in parts]) for name in SIDES}
    sides = {name: _side([part.sides[name] for part in parts], images["style"]) for name in SIDES}
    watcher.start("sets of images", len(SIDES))
    for name, whole_set in _measures_of_sets(images, parts):
        sides[name].whole.update(whole_set)
        watcher.advance()
    measured = [code for part in parts for code in part.codes]
    unknown = [code for code in measured if not judge.knows(code)]
    return Evaluation(
        drawer.record,
        drawer.name,
        measured,
        unknown,
        sides,
        content=images["copy"],
        drawn=images["model"],
        nearest=images["nearest"],
        truth=images["style"],
        notes=[*drawer.notes, *truth.notes, *notes, *_notes(measured, unknown, sides, learnt)],
    )


@dataclass(frozen=True)
class _Part:
    """Some characters, measured: images, measures and features by the name of the side."""

    codes: Sequence[int]
    images: Mapping[str, np.ndarray]
    sides: Mapping[str, Mapping[str, Tensor]]
    features: Mapping[str, Tensor]


def _measured(part: Drawing, truth: Truth, learnt: LearntGlyphs, judge: Recogniser) -> _Part:
    content = plain_content(part.content)
    own = [truth.draw(code) if glyph is None else glyph for code, glyph in zip(part.codes, part.truth, strict=True)]
    true = np.stack([glyph for glyph in own if glyph is not None])
    images = dict(zip(SIDES, (part.images, content, learnt.nearest(content), true), strict=True))
    floats = {name: as_floats(torch.from_numpy(side).unsqueeze(1)) for name, side in images.items()}
    canvas, sides, features = part.record.canvas, {}, {}
    known = torch.tensor([judge.knows(code) for code in part.codes])
    for name, side in floats.items():
        reading = judge.read(side, canvas)
        right = (reading.codes == torch.tensor(part.codes)).float().masked_fill(~known, torch.nan)
        found = measure_further(side, floats["style"], canvas.pixels_per_em)
        sides[name] = {**found, "content_accuracy": right}
        features[name] = reading.features
    return _Part(part.codes, images, sides, features)


def _side(parts: Sequence[Mapping[str, Tensor]], truth: np.ndarray) -> Side:
    values = {name: torch.cat([part[name] for part in parts]).numpy() for name in parts[0]}
    ink = np.array([1 - glyph.mean() / 255 for glyph in truth], np.float32)
    return Side(values, {}, ink)


def _measures_of_sets(
    images: Mapping[str, np.ndarray], parts: Sequence[_Part]
) -> Iterator[tuple[str, dict[str, float]]]:
    """The measures of each side's images together; NaN where there are too few."""
    features = {name: torch.cat([part.features[name] for part in parts]) for name in SIDES}
    true = projections_of(torch.from_numpy(images["style"]).unsqueeze(1))
    for name in SIDES:
        # The kernel divides by the number of features: vectors of length 1 would all be alike to it.
        found, wanted = (features[side] * features[side].shape[1] ** 0.5 for side in (name, "style"))
        several, many = len(found) > 1, len(found) > _NEIGHBOURS
        drawn = true if name == "style" else projections_of(torch.from_numpy(images[name]).unsqueeze(1))
        precision, recall = precision_recall(found, wanted, _NEIGHBOURS) if many else (np.nan, np.nan)
        yield name, {
            "sliced_wasserstein": apart(drawn, true),
            "frechet": frechet(features[name], features["style"]) if several else np.nan,
            "kernel_distance": kernel_distance(found, wanted) if several else np.nan,
            "precision": precision,
            "recall": recall,
        }


def _notes(
    codes: Sequence[int], unknown: Sequence[int], sides: Mapping[str, Side], learnt: LearntGlyphs
) -> Iterator[str]:
    """What is missing in the figures."""
    if not learnt.codes:
        yield "no glyph that was learnt is known: the nearest one is blank paper"
    if unknown:
        yield f"not in {ALL['content_accuracy'].title}, as the judge does not know {describe_characters(unknown)}"
    if len(codes) <= _NEIGHBOURS:
        yield f"measures of sets need more than {_NEIGHBOURS} characters"
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

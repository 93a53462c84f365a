"""Part by part: what a run draws, and what it has to beat, measured against the true glyphs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from fontgan.data.images import as_floats
from fontgan.drawing.drawing import Drawing
from fontgan.judging.baselines import LearntGlyphs
from fontgan.judging.pairs import plain_content
from fontgan.judging.recogniser import Recogniser
from fontgan.judging.sides import SIDES, STYLE
from fontgan.judging.truth import Truth
from fontgan.measures.further import measure_further
from fontgan.measures.sets import apart, frechet, kernel_distance, precision_recall, projections_of
from fontgan.progress import Watcher

NEIGHBOURS = 3  # of a vector, in precision and recall


@dataclass(frozen=True)
class MeasuredPart:
    """Some characters, measured: measures and features by the name of the side."""

    codes: Sequence[int]
    values: Mapping[str, Mapping[str, Tensor]]
    features: Mapping[str, Tensor]


def measure_parts(
    parts: Iterable[Drawing], most: int, truth: Truth, learnt: LearntGlyphs, judge: Recogniser
) -> tuple[list[MeasuredPart], dict[str, np.ndarray]]:
    """All measures of what is drawn and of what it has to beat, part by part.

    Args:
        parts: of a drawing.
        most: how many characters they have at most.
        truth: their true glyphs.
        learnt: the glyphs that training learnt from.
        judge: what reads characters.

    Returns:
        The measures, and the images of each side, uint8 (n, size, size).
    """
    measured: list[MeasuredPart] = []
    kept: dict[str, np.ndarray] = {}
    count = 0
    for part in parts:
        images = _sides_of(part, truth, learnt)
        measured.append(_measured(part, images, judge))
        for name, side in images.items():
            # One array for all: parts that are joined in the end would take twice the memory.
            kept.setdefault(name, np.empty((most, *side.shape[1:]), np.uint8))[count : count + len(side)] = (
                side
            )
        count += len(part)
    return measured, {name: side[:count] for name, side in kept.items()}


def _sides_of(part: Drawing, truth: Truth, learnt: LearntGlyphs) -> dict[str, np.ndarray]:
    """The images of each side, uint8 (n, size, size)."""
    content = plain_content(part.content)
    true = [glyph for glyph in map(truth.draw, part.codes) if glyph is not None]
    return dict(zip(SIDES, (part.images, content, learnt.nearest(content), np.stack(true)), strict=True))


def _measured(part: Drawing, images: Mapping[str, np.ndarray], judge: Recogniser) -> MeasuredPart:
    canvas, codes = part.record.canvas, torch.tensor(part.codes)
    known = torch.tensor([judge.knows(code) for code in part.codes])
    floats = {name: as_floats(torch.from_numpy(side).unsqueeze(1)) for name, side in images.items()}
    values: dict[str, dict[str, Tensor]] = {}
    features: dict[str, Tensor] = {}
    for name, side in floats.items():
        reading = judge.read(side, canvas)
        features[name] = reading.features
        right = (reading.codes == codes).float().masked_fill(~known, torch.nan)
        of_pixels = measure_further(side, floats[STYLE], canvas.pixels_per_em)
        values[name] = {**of_pixels, "content_accuracy": right}
    return MeasuredPart(part.codes, values, features)


def values_of(side: str, parts: Sequence[MeasuredPart]) -> dict[str, np.ndarray]:
    """The measures of a side, float32 (n,) by name."""
    first = parts[0].values[side]
    return {name: torch.cat([part.values[side][name] for part in parts]).numpy() for name in first}


def measures_of_sets(
    images: Mapping[str, np.ndarray], parts: Sequence[MeasuredPart], watcher: Watcher
) -> dict[str, dict[str, float]]:
    """The measures of each side's images together, by its name; NaN where there are too few."""
    features = {name: torch.cat([part.features[name] for part in parts]) for name in SIDES}
    patches: dict[str, list[Tensor]] = {}
    for name in SIDES:
        patches[name] = projections_of(torch.from_numpy(images[name]).unsqueeze(1))
        watcher.advance()
    return {
        name: {
            "sliced_wasserstein": apart(patches[name], patches[STYLE]),
            **_in_features(features[name], features[STYLE]),
        }
        for name in SIDES
    }


def _in_features(found: Tensor, wanted: Tensor) -> dict[str, float]:
    """Two sets as the judge sees them: by vectors of length 1, (n, features)."""
    several, many = len(found) > 1, len(found) > NEIGHBOURS
    # The kernel divides by the number of features: with it, the product of two vectors is their cosine.
    scale = found.shape[1] ** 0.5
    precision, recall = precision_recall(found, wanted, NEIGHBOURS) if many else (np.nan, np.nan)
    return {
        "frechet": frechet(found, wanted) if several else np.nan,
        "kernel_distance": kernel_distance(scale * found, scale * wanted, paired=True) if several else np.nan,
        "precision": precision,
        "recall": recall,
    }

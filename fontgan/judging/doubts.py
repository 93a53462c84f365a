"""Which drawn characters are doubtful: found without true glyphs, by those that the style has itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fontgan.config.settings import Cleaning
from fontgan.data.images import as_floats
from fontgan.drawing.drawer import Drawer
from fontgan.drawing.drawing import MOST_ON_SHEET, Drawing
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.charset import code_point_name, describe_characters
from fontgan.judging.pairs import own_glyphs, plain_content
from fontgan.judging.reasons import unreadable, why
from fontgan.judging.recogniser import Recogniser
from fontgan.judging.verifier import Verifier
from fontgan.progress import Watcher

# Finds the doubtful characters of a part of a drawing.
DoubtFinder = Callable[[Drawing], Mapping[int, "Doubt"]]

FALSE_ALARMS = 5.0  # per cent
_LEAST_OWN, _MOST_OWN = 10, 300  # glyphs of the style that the bounds are taken from
_LEAST_PROBABILITY = 1e-6  # of a character, so that its logarithm is finite


@dataclass(frozen=True)
class Doubt:
    """A drawn character that someone should look at.

    Attributes:
        code: its code point.
        score: by how much its doubt exceeds the bound, as a difference of logits; infinite where the image is
            blank, noise or almost all ink.
        reasons: what is wrong, in words.
        missing, extra: the probability that ink is missing in each cell of the em box, or too much: float32
            (16, 16), the first row at the top.
        read_as: the character that it was read as, its own included; None where the recogniser was not taught
            its own, or nothing can be read.
        sureness: the probability of that, 0 to 1.
    """

    code: int
    score: float
    reasons: str
    missing: np.ndarray
    extra: np.ndarray
    read_as: int | None
    sureness: float

    def to_json(self) -> dict[str, Any]:
        """As plain values; an infinite score is None."""
        return {
            "character": chr(self.code),
            "code_point": code_point_name(self.code),
            "score": round(self.score, 2) if math.isfinite(self.score) else None,
            "reasons": self.reasons,
            "read_as": None if self.read_as is None else chr(self.read_as),
            "sureness": round(self.sureness, 3),
        }


@dataclass(frozen=True)
class Doubts:
    """What was found in the drawing of some characters.

    Attributes:
        name: of the run.
        drawn_from, drawn_like: the families of the content and the style fonts.
        canvas: of the images.
        codes: the characters that were drawn and judged.
        doubtful: those to look at, the most doubtful first.
        lacking: those that no content font has.
        unknown: those that the recogniser was not taught, judged by the verifier alone.
        false_alarms: which share of the style's own glyphs would be doubtful too, in per cent; None where the
            style has too few to tell.
        own: how many of its glyphs the bound was taken from.
        content, images: of the most doubtful ones, up to as many as a sheet shows, uint8 (size, size).
        notes: what else is worth knowing, one line each.
    """

    name: str
    drawn_from: str
    drawn_like: str
    canvas: Canvas
    codes: list[int]
    doubtful: list[Doubt]
    lacking: list[int]
    unknown: list[int]
    false_alarms: float | None
    own: int
    content: Mapping[int, np.ndarray]
    images: Mapping[int, np.ndarray]
    notes: list[str]

    def to_json(self) -> dict[str, Any]:
        """As plain values, without images and maps."""
        return {
            "run": self.name,
            "content": self.drawn_from,
            "style": self.drawn_like,
            "drawn": len(self.codes),
            "doubtful": [doubt.to_json() for doubt in self.doubtful],
            "lacking": "".join(map(chr, self.lacking)),
            "unknown": "".join(map(chr, self.unknown)),
            "false_alarms": self.false_alarms,
            "own_glyphs": self.own,
            "notes": self.notes,
        }


class Checker:
    """Judges what a drawer draws, in comparison with the own glyphs of the style.

    The verifier compares each image with its content glyph, the recogniser reads it, and the logits of both
    are added. A character is doubtful if this exceeds what the given share of the style's own glyphs exceed,
    beside the content glyphs of their characters.

    Args:
        drawer: what draws.
        false_alarms: which share of the style's own glyphs may be doubtful, in per cent.

    Attributes:
        false_alarms: the same; None where the style has too few glyphs to tell.
        own: how many of its glyphs the bound was taken from.
        unknown: the characters judged so far that the recogniser was not taught.

    Raises:
        FontganError: the share is not possible, or the weights are missing from the installation.
    """

    def __init__(self, drawer: Drawer, false_alarms: float = FALSE_ALARMS) -> None:
        if not 0 < false_alarms < 100:
            raise FontganError(
                f"a share of false alarms of {false_alarms:g} % is not between 0 and 100",
                "choose another {false_alarms}, such as 5",
            )
        self._canvas = drawer.record.canvas
        self._verifier = Verifier.bundled(drawer.device)
        self._recogniser = Recogniser.bundled("recogniser", drawer.device)
        self.unknown: list[int] = []
        self._drawn_like = drawer.drawn_like
        self.false_alarms: float | None = false_alarms
        self._bounds = self._measured(drawer, false_alarms)

    @property
    def notes(self) -> list[str]:
        """What is to be said of how it judges, one line each."""
        notes = []
        if self.false_alarms is None:
            notes.append(
                f"{self._drawn_like} has {self.own} glyphs to compare with, fewer than {_LEAST_OWN}: "
                "a character is doubtful where it is likelier to be wrong than right"
            )
        if self.unknown:
            characters = describe_characters(self.unknown)
            notes.append(f"judged without the recogniser, which was not taught them: {characters}")
        return notes

    def judge(self, part: Drawing) -> dict[int, Doubt]:
        """The doubtful characters of a part of a drawing, in its order."""
        judged = self._judged(part.codes, plain_content(part.content), part.images)
        self.unknown += [code for code in part.codes if not self._recogniser.knows(code)]
        excess = judged.excess(self._bounds)
        return {
            code: self._doubt(part, place, judged, excess[place])
            for place, code in enumerate(part.codes)
            if excess[place] > 0 or unreadable(part.images[place])
        }

    def _doubt(self, part: Drawing, place: int, judged: _Judged, excess: float) -> Doubt:
        code = part.codes[place]
        missing, extra = judged.missing[place].copy(), judged.extra[place].copy()
        if reason := unreadable(part.images[place]):
            return Doubt(code, math.inf, reason, missing, extra, None, 0.0)
        known = self._recogniser.knows(code)
        read_as = int(judged.read_as[place]) if known else None
        sureness = float(judged.sureness[place]) if known else 0.0
        reasons = why(code, missing, extra, read_as, sureness)
        return Doubt(code, float(excess), reasons, missing, extra, read_as, sureness)

    def _measured(self, drawer: Drawer, false_alarms: float) -> tuple[float, float]:
        """The bounds of the verifier's logit alone, and of the sum of both."""
        codes, content, own = own_glyphs(drawer, _MOST_OWN)
        self.own = len(codes)
        if self.own < _LEAST_OWN:
            self.false_alarms = None
            return 0.0, 0.0
        judged = self._judged(codes, content, own)
        known = judged.both[~np.isnan(judged.both)]
        alone, both = (
            float(np.quantile(values, 1 - false_alarms / 100)) if len(values) >= _LEAST_OWN else 0.0
            for values in (judged.alone, known)
        )
        return alone, both

    def _judged(self, codes: Sequence[int], content: np.ndarray, images: np.ndarray) -> _Judged:
        drawn = as_floats(torch.from_numpy(images)).unsqueeze(1)
        compared = self._verifier.compare(
            as_floats(torch.from_numpy(content)).unsqueeze(1), drawn, self._canvas
        )
        reading = self._recogniser.read(drawn, self._canvas)
        wrong = -self._recogniser.sureness_of(reading, codes).logit(_LEAST_PROBABILITY)
        return _Judged(
            _array(compared.doubt),
            _array(compared.doubt + wrong),
            _array(compared.missing),
            _array(compared.extra),
            _array(reading.codes),
            _array(reading.sureness),
        )


@dataclass(frozen=True)
class _Judged:
    """What both networks find in n images: logits (n,), `both` NaN where the recogniser does not know one."""

    alone: np.ndarray
    both: np.ndarray
    missing: np.ndarray
    extra: np.ndarray
    read_as: np.ndarray
    sureness: np.ndarray

    def excess(self, bounds: tuple[float, float]) -> np.ndarray:
        """By how much each exceeds its bound, (n,)."""
        return np.where(np.isnan(self.both), self.alone - bounds[0], self.both - bounds[1])


def check(
    drawer: Drawer,
    characters: str | Iterable[int],
    false_alarms: float = FALSE_ALARMS,
    cleaning: Cleaning = "none",
    watcher: Watcher | None = None,
) -> Doubts:
    """Draw characters and find the doubtful ones.

    Memory does not grow with the number of characters, but for the maps of the doubtful ones.

    Args:
        drawer: what draws.
        characters: a text, or code points.
        false_alarms: which share of the style's own glyphs may be doubtful, in per cent.
        cleaning: how to clean the images.
        watcher: sees each character.

    Raises:
        FontganError: as `Checker` and `Drawer.draw`.
    """
    checker = Checker(drawer, false_alarms)
    codes: list[int] = []
    lacking: list[int] = []
    found: list[Doubt] = []
    pictures: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    for part in drawer.parts(characters, cleaning, watcher):
        doubts = checker.judge(part)
        codes += part.codes
        lacking += part.lacking
        found = sorted([*found, *doubts.values()], key=lambda doubt: (-doubt.score, doubt.code))
        content = plain_content(part.content)
        pictures |= {
            code: (content[place].copy(), part.images[place].copy())
            for place, code in enumerate(part.codes)
            if code in doubts
        }
        pictures = {each.code: pictures[each.code] for each in found[:MOST_ON_SHEET]}
    return Doubts(
        name=drawer.name,
        drawn_from=drawer.drawn_from,
        drawn_like=drawer.drawn_like,
        canvas=drawer.record.canvas,
        codes=codes,
        doubtful=found,
        lacking=lacking,
        unknown=checker.unknown,
        false_alarms=checker.false_alarms,
        own=checker.own,
        content={code: pair[0] for code, pair in pictures.items()},
        images={code: pair[1] for code, pair in pictures.items()},
        notes=checker.notes,
    )


def _array(values: Tensor) -> np.ndarray:
    array: np.ndarray = values.numpy()
    return array

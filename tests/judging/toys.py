"""Judges without weights, for tests of what is made of a judgement: it follows from the images by hand.

`untaught.py` has real networks with random weights, for tests of how these are loaded and called.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from fontgan.fonts.canvas import Canvas
from fontgan.judging.recogniser import Reading
from fontgan.judging.sight import as_seen
from fontgan.judging.verifier import Differences


class ToyVerifier:
    """Takes every cell for wrong whose ink is not that of the content."""

    def compare(self, content: Tensor, images: Tensor, canvas: Canvas) -> Differences:
        """See `Verifier.compare`."""
        here, there = (F.avg_pool2d(1 - as_seen(side, canvas), 4)[:, 0] for side in (content, images))
        missing, extra = (here - there).clamp(0, 1), (there - here).clamp(0, 1)
        return Differences((missing + extra).sum((1, 2)) - 8, missing, extra)


class ToyRecogniser:
    """Knows some characters by one image of each.

    Args:
        templates: uint8 (size, size) by code point.
    """

    def __init__(self, templates: dict[int, Tensor]) -> None:
        self._templates = templates
        self.characters = sorted(self._templates)

    def knows(self, code: int) -> bool:
        """See `Recogniser.knows`."""
        return code in self._templates

    def read(self, images: Tensor, _: Canvas) -> Reading:
        """See `Recogniser.read`: the template that differs least."""
        known = torch.stack([self._templates[code].float() for code in self.characters]) / 255
        far = (images - known.unsqueeze(0)).abs().mean((2, 3))
        logits = -200 * far
        sureness, places = logits.softmax(1).max(1)
        return Reading(torch.tensor(self.characters)[places], sureness, F.normalize(logits), logits)

    def sureness_of(self, reading: Reading, codes: Sequence[int]) -> Tensor:
        """See `Recogniser.sureness_of`."""
        sure = reading.logits.softmax(1)
        places = {code: place for place, code in enumerate(self.characters)}
        values = [
            float(row[places[code]]) if code in places else torch.nan
            for row, code in zip(sure, codes, strict=True)
        ]
        return torch.tensor(values)


def judge_with_toys(monkeypatch: pytest.MonkeyPatch, recogniser: ToyRecogniser | None = None) -> None:
    """Let these judge all that is checked; without a recogniser of its own, one that knows nothing."""
    nothing = ToyRecogniser({0x10FFFF: torch.zeros(64, 64)})
    monkeypatch.setattr("fontgan.judging.doubts.Verifier.bundled", lambda _: ToyVerifier())
    monkeypatch.setattr("fontgan.judging.doubts.Recogniser.bundled", lambda *_: recogniser or nothing)

"""What a drawn glyph has to beat: the glyph of another character that was learnt."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from fontgan.data.images import as_floats
from fontgan.drawing.drawer import Drawer
from fontgan.judging.pairs import plain_content
from fontgan.judging.truth import Truth
from fontgan.progress import Watcher

_SIZE = 64  # pixels at which content glyphs are compared: 7,000 take 110 MB


class LearntGlyphs:
    """The true glyphs that training learnt from, found by what their characters look like.

    The content glyph decides, which is known of every character; the true glyph of the character in question
    is never looked at.

    Args:
        drawer: of the run.
        truth: the true glyphs.
        watcher: sees each character.

    Attributes:
        codes: the characters that were learnt and that both fonts draw.
    """

    def __init__(self, drawer: Drawer, truth: Truth, watcher: Watcher) -> None:
        learnt = [code for code in truth.mapped() if drawer.learnt(code) and truth.has(code)]
        watcher.start("learnt glyphs", len(learnt))
        self._truth = truth
        self.codes: list[int] = []
        contents = [torch.empty(0, _SIZE**2)]
        for code in learnt:
            content = drawer.content_of(code)
            watcher.advance()
            if content is not None:
                self.codes.append(code)
                contents.append(_looks(plain_content(content[None])))
        self._contents = torch.cat(contents)

    def nearest(self, content: np.ndarray) -> np.ndarray:
        """The true glyph of the learnt character whose content glyph is nearest; paper if none was learnt.

        The distance is Euclidean, between the content glyphs as grey images of 64 px.

        Args:
            content: uint8 (n, size, size).

        Returns:
            uint8 (n, size, size).
        """
        if not self.codes:
            return np.full_like(content, 255)
        places = torch.cdist(_looks(content), self._contents).argmin(1)
        glyphs = [self._truth.draw(self.codes[place]) for place in places.tolist()]
        return np.stack([glyph for glyph in glyphs if glyph is not None])


def _looks(glyphs: np.ndarray) -> Tensor:
    """What is compared: uint8 (n, size, size) to float (n, 64²)."""
    images = as_floats(torch.from_numpy(glyphs).unsqueeze(1))
    return F.interpolate(images, (_SIZE, _SIZE), mode="area").flatten(1)

"""Where a glyph lies on its image: the canvas is the em box, and a whole font is shifted as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from fontgan.fonts.charset import scattered

# The canvas' top is 0.88 em above the baseline and its bottom 0.12 em below.
DESCENT = 0.12
CENTRE = 0.5 - DESCENT  # of the canvas, above the baseline, in em

_SAMPLE = 512  # characters that place a font: the median of more is the same to a thousandth


class HasInk(Protocol):
    """What is placed: a font, or a folder of pictures."""

    def ink_centre(self, code: int) -> float | None:
        """The middle of a character's ink above the baseline, in em; None where it is not drawn."""


def font_shift(source: HasInk, codes: Sequence[int]) -> float:
    """The one vertical shift of a font, in em: it brings the ink of `codes`, as a whole, to the centre.

    The median over the characters of the middle of each one's ink, to a thousandth of an em, so that
    a character more or less does not move the font; of many characters, over a sample that their code
    points decide. 0 where none is drawn. Never apply one shift a character: it destroys what a model
    should learn, and the baseline.
    """
    centres = [source.ink_centre(code) for code in scattered(codes)[:_SAMPLE]]
    known = [centre for centre in centres if centre is not None]
    return round(CENTRE - float(np.median(known)), 3) if known else 0.0

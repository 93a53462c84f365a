"""Where a glyph lies on its image: the em box, a margin around it, and one shift for a whole font."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np

from fontgan.bounds import Count, Length
from fontgan.errors import FontganError
from fontgan.fonts.charset import scattered

SIZES = (64, 128, 256)  # pixels per side that a canvas may have
MOST_MARGIN = 0.5  # em

_SAMPLE = 512  # characters that place a font: the median of more is the same to a thousandth


@dataclass(frozen=True)
class Canvas:
    """The square sheet that every glyph of a dataset lies on.

    Attributes:
        size: pixels per side: 64, 128 or 256.
        above, below: how far the em box reaches above and below the baseline, in em; together 1.
        margin: paper on each of its four sides, in em, which keeps what reaches beyond the em box.

    Raises:
        FontganError: there is no such canvas.
    """

    size: Count
    above: Length = 0.88
    below: Length = 0.12
    margin: Length = 0.0

    def __post_init__(self) -> None:
        if self.size not in SIZES:
            raise FontganError(
                f"glyph images of {self.size} px are not supported", "set {size} to 64, 128 or 256"
            )
        if not 0 <= self.margin <= MOST_MARGIN:
            raise FontganError(
                f"a margin of {self.margin:g} em is not supported",
                f"set {{margin}} from 0 to {MOST_MARGIN:g}",
            )
        if not 0 < self.above + self.below < math.inf:
            raise FontganError(f"an em box from {-self.below:g} to {self.above:g} em has no height")

    def __str__(self) -> str:
        """As a message names it."""
        return f"{self.size} px" + (f" with a margin of {self.margin:g} em" if self.margin else "")

    @property
    def extent(self) -> float:
        """The side of the canvas, in em."""
        return self.above + self.below + 2 * self.margin

    @property
    def centre(self) -> float:
        """The middle of the canvas above the baseline, in em."""
        return (self.above - self.below) / 2

    @property
    def pixels_per_em(self) -> float:
        """The scale; the size itself where there is no margin."""
        return self.size / self.extent

    def place(self, advance: float, shift: float) -> tuple[float, float]:
        """Where the origin of a glyph lies from the left and from the bottom of the canvas, in em.

        Its advance is centred and it is raised by `shift`, both in em.
        """
        return (self.extent - advance) / 2, self.below + self.margin + shift

    def to_em(self, points: np.ndarray, advance: float, shift: float) -> np.ndarray:
        """The inverse of drawing: points (n, 2) in pixels, x to the right and y down, to em.

        Seen from the glyph's origin on the baseline, y up.
        """
        right, up = self.place(advance, shift)
        em: np.ndarray = np.asarray(points, np.float64) / self.pixels_per_em
        return np.column_stack((em[:, 0] - right, self.extent - em[:, 1] - up))

    def to_json(self) -> dict[str, float]:
        """The canvas as a table of JSON."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


class HasInk(Protocol):
    """What is placed: a font, or a folder of pictures."""

    def ink_centre(self, code: int) -> float | None:
        """The middle of a character's ink above the baseline, in em; None where it is not drawn."""


def font_shift(source: HasInk, codes: Sequence[int], canvas: Canvas) -> float:
    """The one vertical shift of a font, in em: it brings the ink of `codes`, as a whole, to the centre.

    The median over the characters of the middle of each one's ink, to a thousandth of an em, so that
    a character more or less does not move the font; of many characters, over a sample that their code
    points decide. 0 where none is drawn. Never shift characters one by one: it destroys what a model
    should learn, and the baseline.
    """
    centres = [source.ink_centre(code) for code in scattered(codes)[:_SAMPLE]]
    known = [centre for centre in centres if centre is not None]
    return round(canvas.centre - float(np.median(known)), 3) if known else 0.0

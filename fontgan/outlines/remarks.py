"""What is to be said of traced images: which have no outline, which someone should look at, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from fontgan.outlines.tracing import Trace

_PALE = 127  # grey of a pixel that is paper rather than ink
_MOST_INK = 0.9  # of the pixels; the heaviest typefaces have half as much


@dataclass
class Remarks:
    """Remarks on the images of characters.

    Attributes:
        untraced: the characters without an outline, since their images are blank or noise, with the reason.
        doubtful: those to look at, with the reason; once they are ranked, the worst first.
        severity: how doubtful each of these is.
    """

    untraced: dict[int, str] = field(default_factory=dict)
    doubtful: dict[int, str] = field(default_factory=dict)
    severity: dict[int, float] = field(default_factory=dict)

    def note(self, code: int, image: np.ndarray, found: Trace) -> bool:
        """Note what is to be said of an image, if anything; returns whether it has an outline.

        Args:
            code: its character.
            image: uint8 (size, size), 0 = ink, 255 = paper.
            found: its outline.
        """
        if not found.outline.contours:
            self.untraced[code] = "the image is blank" if image.min() > _PALE else "the image is noise"
            return False
        if 1 - float(image.mean()) / 255 > _MOST_INK:
            self.doubtful[code], self.severity[code] = "the image is almost all ink", math.inf
        elif found.doubtful:
            self.doubtful[code], self.severity[code] = found.reason, found.severity
        return True

    def rank(self) -> None:
        """Bring the doubtful characters into order, the worst first; equal ones by code point."""
        ranks = sorted(self.doubtful, key=lambda code: (-self.severity[code], code))
        self.doubtful = {code: self.doubtful[code] for code in ranks}

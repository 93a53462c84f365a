"""What is to be said of traced images: which have no outline, which someone should look at, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from fontgan.outlines.tracing import Trace

PALE = 127  # grey of a pixel that is paper rather than ink
MOST_INK = 0.9  # of the pixels; the heaviest typefaces have half as much


@dataclass
class Remarks:
    """Remarks on the images of characters.

    Attributes:
        untraced: the characters without an outline, since their images are blank or noise, with the reason.
        doubtful: those to look at, with the reason; once they are ranked, the worst first.
        severity: how doubtful each of these is: whether its strokes are, and how much.
    """

    untraced: dict[int, str] = field(default_factory=dict)
    doubtful: dict[int, str] = field(default_factory=dict)
    severity: dict[int, tuple[bool, float]] = field(default_factory=dict)

    def note(self, code: int, image: np.ndarray, found: Trace) -> bool:
        """Note what is to be said of an image, if anything; returns whether it has an outline.

        Args:
            code: its character.
            image: uint8 (size, size), 0 = ink, 255 = paper.
            found: its outline.
        """
        if not found.outline.contours:
            self.untraced[code] = "the image is blank" if image.min() > PALE else "the image is noise"
            return False
        if 1 - float(image.mean()) / 255 > MOST_INK:
            self.doubtful[code], self.severity[code] = "the image is almost all ink", (True, math.inf)
        elif found.doubtful:
            self.doubtful[code], self.severity[code] = found.reason, (False, found.severity)
        return True

    def doubt(self, code: int, reason: str, severity: float) -> None:
        """Note that the strokes of a character are doubtful, which comes before its outline.

        One without an outline is among these already.
        """
        if code in self.untraced:
            return
        traced = self.doubtful.get(code, reason)
        self.doubtful[code] = reason if traced == reason else f"{reason}; {traced}"
        self.severity[code] = True, severity

    def rank(self) -> None:
        """Bring the doubtful characters into order, the worst first; equal ones by code point."""
        ranks = sorted(sorted(self.doubtful), key=lambda code: self.severity[code], reverse=True)
        self.doubtful = {code: self.doubtful[code] for code in ranks}

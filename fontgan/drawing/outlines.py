"""Drawn characters as outlines in their em: they come part by part, and their images are forgotten."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from fontgan.building.glyphs import NewGlyph
from fontgan.building.ufo import Picture
from fontgan.drawing.drawing import Drawing, Placement
from fontgan.outlines.many import remark, tracing
from fontgan.outlines.tracing import Trace

_AHEAD = 2  # parts that are drawn while others trace those before them


@dataclass
class Traced:
    """What has been traced so far.

    Attributes:
        glyphs: the characters that have an outline, in em.
        untraced: those that get no glyph, since their images are blank or noise, with the reason.
        lacking: those that no content font has.
        doubtful: those to look at, with the reason; in the end the worst first.
        severity: how doubtful each of these is.
        pictures: the image of each, where they were asked for.
    """

    glyphs: list[NewGlyph] = field(default_factory=list)
    untraced: dict[int, str] = field(default_factory=dict)
    lacking: list[int] = field(default_factory=list)
    doubtful: dict[int, str] = field(default_factory=dict)
    severity: dict[int, float] = field(default_factory=dict)
    pictures: dict[int, Picture] = field(default_factory=dict)

    def add(self, code: int, image: np.ndarray, placement: Placement, found: Trace, keep: bool) -> None:
        """Put a traced image back from its canvas to its place in the em.

        Args:
            code: its character.
            image: uint8 (size, size).
            placement: how it lies on the canvas.
            found: its outline.
            keep: whether the image is kept.
        """
        reason = remark(image, found)
        if not found.outline.contours:
            self.untraced[code] = reason
            return
        self.glyphs.append(NewGlyph(code, placement.advance, placement.in_em(found.outline)))
        if reason:
            self.doubtful[code] = reason
            # If all is ink, the outline is not at fault.
            self.severity[code] = found.severity if found.doubtful else math.inf
        if keep:
            self.pictures[code] = Picture(image, placement.canvas, placement.shift)

    def extend(self, part: Drawing, outlines: Iterable[Trace], keep: bool) -> None:
        """Add a part of a drawing and what it lacks; `keep` as `add`."""
        self.lacking += part.lacking
        for code, image, place, found in zip(part.codes, part.images, part.placements, outlines, strict=True):
            self.add(code, image, place, found, keep)

    def rank(self) -> None:
        """Bring the doubtful characters into order, the worst first; equal ones by code point."""
        ranks = sorted(self.doubtful, key=lambda code: (-self.severity[code], code))
        self.doubtful = {code: self.doubtful[code] for code in ranks}

    def certain(self) -> Traced:
        """The same without the doubtful ones, which are then among those without a glyph."""
        glyphs = [glyph for glyph in self.glyphs if glyph.code not in self.doubtful]
        return replace(self, glyphs=glyphs, untraced=self.untraced | self.doubtful, doubtful={})


def traced(parts: Iterable[Drawing], jobs: int = 1, keep_images: bool = False) -> Traced:
    """Trace all that is drawn.

    Args:
        parts: of a drawing, as `Drawer.parts` draws them.
        jobs: processes that trace; the outlines do not depend on their number.
        keep_images: whether to keep the images, for a UFO.
    """
    result = Traced()
    with tracing(jobs) as trace_all:
        begun: deque[tuple[Drawing, Iterable[Trace]]] = deque()
        for part in parts:
            begun.append((part, trace_all(part.images)))
            if len(begun) > _AHEAD:
                result.extend(*begun.popleft(), keep_images)
        for part, outlines in begun:
            result.extend(part, outlines, keep_images)
    result.rank()
    return result

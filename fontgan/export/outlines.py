"""Drawn characters as outlines in their em: they come part by part, and their images are forgotten."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from fontgan.building.glyphs import NewGlyph
from fontgan.building.ufo import Picture
from fontgan.drawing.drawing import Drawing, Placement
from fontgan.judging.doubts import Doubt, Judge
from fontgan.outlines.many import tracing
from fontgan.outlines.remarks import Remarks
from fontgan.outlines.tracing import Trace

_AHEAD = 2  # parts that are drawn while others trace those before them


@dataclass
class Traced(Remarks):
    """What has been traced so far, and what is to be said of it.

    Attributes:
        glyphs: the characters that have an outline, in em.
        lacking: those that no content font has.
        pictures: the image of each glyph, where they were asked for.
    """

    glyphs: list[NewGlyph] = field(default_factory=list)
    lacking: list[int] = field(default_factory=list)
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
        if not self.note(code, image, found):
            return
        self.glyphs.append(NewGlyph(code, placement.advance, placement.in_em(found.outline)))
        if keep:
            self.pictures[code] = Picture(image, placement.canvas, placement.shift)

    def extend(
        self, part: Drawing, outlines: Iterable[Trace], doubts: Mapping[int, Doubt], keep: bool
    ) -> None:
        """Add a part of a drawing, what it lacks, and what was found doubtful in it; `keep` as `add`."""
        self.lacking += part.lacking
        for code, image, place, found in zip(part.codes, part.images, part.placements, outlines, strict=True):
            self.add(code, image, place, found, keep)
        for doubt in doubts.values():
            self.doubt(doubt.code, doubt.reasons, doubt.score)

    def certain(self) -> Traced:
        """The same without the doubtful ones, which are then among those without a glyph."""
        glyphs = [glyph for glyph in self.glyphs if glyph.code not in self.doubtful]
        return replace(self, glyphs=glyphs, untraced=self.untraced | self.doubtful, doubtful={})


def traced(
    parts: Iterable[Drawing], jobs: int = 1, keep_images: bool = False, judge: Judge | None = None
) -> Traced:
    """Trace all that is drawn.

    Args:
        parts: of a drawing, as `Drawer.parts` draws them.
        jobs: processes that trace; the outlines do not depend on their number.
        keep_images: whether to keep the images, for a UFO.
        judge: finds the doubtful characters of a part.
    """
    result = Traced()
    with tracing(jobs) as trace_all:
        begun: deque[tuple[Drawing, Iterable[Trace], Mapping[int, Doubt]]] = deque()
        for part in parts:
            begun.append((part, trace_all(part.images), judge(part) if judge else {}))
            if len(begun) > _AHEAD:
                result.extend(*begun.popleft(), keep_images)
        for waiting in begun:
            result.extend(*waiting, keep_images)
    result.rank()
    return result

"""The fonts that a checkpoint draws from, and those that it draws like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fontgan.data.record import FaceRecord, families
from fontgan.data.splits import split_of
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas, font_shift
from fontgan.fonts.charset import is_han, scattered
from fontgan.fonts.location import FontLocation
from fontgan.fonts.source import GlyphSource, open_source
from fontgan.runs.checkpoint import CheckpointRecord


class Placed(NamedTuple):
    """A font, and the vertical shift of all its glyphs on the canvas, in em."""

    source: GlyphSource
    shift: float

    def draw(self, code: int, size: int) -> np.ndarray | None:
        """The glyph image of a character, uint8 (size, size)."""
        return self.source.draw(code, Canvas(size), self.shift)


def first_glyph(fonts: Sequence[Placed], code: int, size: int) -> np.ndarray | None:
    """The glyph of the first font that draws the character."""
    glyphs = (font.draw(code, size) for font in fonts)
    return next((glyph for glyph in glyphs if glyph is not None), None)


def input_fonts(
    known: Sequence[FaceRecord], sources: Sequence[FontLocation], codes: Sequence[int], notes: list[str]
) -> list[Placed]:
    """The fonts to draw from, each with its shift: as in training, where it is the same file.

    Args:
        known: the faces that were trained with.
        sources: where they are now, or others; as they were where there are none.
        codes: the characters that place a font which is not known.
        notes: gets what the user should know.

    Raises:
        FontganError: one of them is gone or has changed, and no source was named.
    """
    shifts = {(face.sha256, face.index, face.axes): face.shift for face in known}
    fonts = []
    for location in sources or [face.location for face in known]:
        if not sources and not location.path.exists():
            raise FontganError(
                f"the font to draw from, {location}, is no longer there: "
                "name it with --source, wherever it is now"
            )
        font = open_source(location)
        shift = shifts.get((font.sha256, location.index, location.axes))
        if shift is not None:
            fonts.append(Placed(font, shift))
            continue
        if not sources:
            raise FontganError(
                f"the font to draw from, {location}, has changed since the training: "
                f"name the one trained with by --source, or the changed one by --source {location}"
            )
        notes.append(
            f"{location} is not the font that was trained with ({families(known)}): pictures may suffer"
        )
        fonts.append(Placed(font, font_shift(font, codes, Canvas(64))))
    return fonts


def known_font(face: FaceRecord, notes: list[str]) -> Placed | None:
    """A font that was trained with; None, with a note, where its file is gone or another."""
    try:
        font = open_source(face.location)
    except FontganError:
        notes.append(f"the font {face.path} is no longer there: its own glyphs are not shown")
        return None
    if font.sha256 != face.sha256:
        notes.append(f"the font {face.path} has changed: its own glyphs are not shown")
        return None
    return Placed(font, face.shift)


def new_font(location: FontLocation) -> Placed:
    """A font that was not trained with.

    Raises:
        FontganError: it cannot be used.
    """
    font = open_source(location)
    return Placed(font, font_shift(font, [code for code in font.mapped() if is_han(code)], Canvas(64)))


def example_glyphs(font: Placed, record: CheckpointRecord, asked: Sequence[int], most: int) -> np.ndarray:
    """Glyphs that show a style, uint8 (n, 1, size, size): of Han characters that the training may know.

    Those that were asked for come last, so that no character is drawn from itself where there are others.

    Raises:
        FontganError: the font draws none.
    """
    wanted = set(asked)
    codes = sorted(
        scattered(font.source.mapped()),
        key=lambda code: (not is_han(code), code in wanted, split_of(code) != "train"),
    )
    glyphs = []
    for code in codes:
        glyph = font.draw(code, record.size)
        if glyph is not None:
            glyphs.append(glyph)
        if len(glyphs) == most:
            break
    if not glyphs:
        raise FontganError(f"{font.source.location} draws nothing to learn its style from: name another font")
    return np.stack(glyphs)[:, None]

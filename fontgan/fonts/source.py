"""Where glyphs come from: a font or a folder of pictures, behind one interface."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas, font_shift
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation, fonts_in
from fontgan.fonts.pictures import PictureFolder, named_pictures

N = TypeVar("N", int, float)


class GlyphSource(Protocol):
    """The common interface of `Face` and `PictureFolder`, which document it."""

    kind: str
    location: FontLocation
    family: str

    @property
    def sha256(self) -> str:
        """Of what it was read from."""

    def another(self) -> GlyphSource:
        """The same, to be used by another thread."""

    def mapped(self) -> Iterator[int]:
        """The code points that it has something for."""

    def draws(self, code: int) -> bool:
        """Whether it draws a character."""

    def ink_centre(self, code: int) -> float | None:
        """The middle of a character's ink above the baseline, in em."""

    def advance(self, code: int) -> float:
        """The horizontal advance of a character that it has, in em."""

    def draw(self, code: int, canvas: Canvas, shift: float = 0.0) -> np.ndarray | None:
        """The glyph image of a character: uint8 (size, size), 0 = ink, 255 = paper; None if not drawn."""


def usual_width(widths: Sequence[N], default: N) -> N:
    """The width that most glyphs have, of several the largest; `default` where there are none."""
    counted = Counter(widths)
    return max(counted, key=lambda width: (counted[width], width), default=default)


def open_source(location: FontLocation) -> GlyphSource:
    """Open a font, or a folder of glyph pictures.

    Raises:
        FontganError: it cannot be used.
    """
    return PictureFolder(location) if location.is_folder else Face(location)


def find_sources(location: FontLocation) -> tuple[list[GlyphSource], list[str]]:
    """All sources at a location: a font, the fonts of a folder, or a folder of glyph pictures.

    Returns the sources and, one line each, what of a folder is skipped and why.

    Raises:
        FontganError: there is nothing that can be used.
    """
    fonts = fonts_in(location.path) if location.is_folder else []
    if not fonts:
        return [open_source(location)], []
    sources: list[GlyphSource] = []
    failures = _pictures_beside_fonts(location.path)
    for font in fonts:
        try:
            sources.append(Face(font))
        except FontganError as error:
            failures.append(str(error))
    if not sources:
        raise FontganError(f"no font in {location.path} can be used: {failures[-1]}")
    return sources, failures


def random_glyphs(
    source: GlyphSource, drawn: Sequence[int], count: int, size: int, seed: int
) -> dict[int, np.ndarray]:
    """Glyph images of some characters, by code point, chosen at random among those that a font draws."""
    canvas = Canvas(size)
    shift = font_shift(source, drawn, canvas)
    chosen = sorted(random.Random(seed).sample(list(drawn), min(count, len(drawn))))
    found = {code: source.draw(code, canvas, shift) for code in chosen}
    return {code: image for code, image in found.items() if image is not None}


def _pictures_beside_fonts(folder: Path) -> list[str]:
    named, _ = named_pictures(folder)
    note = f"{len(named):,} glyph pictures in {folder}, which has fonts too: move them to their own folder"
    return [note] if named else []

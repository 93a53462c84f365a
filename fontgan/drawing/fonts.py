"""The fonts that a checkpoint draws from, and the style fonts that it imitates: found, and opened once."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fontgan.assets import CONTENT_FONT, STYLE_FONTS, bundled_font
from fontgan.data.record import FaceRecord
from fontgan.data.splits import split_of
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas, font_shift
from fontgan.fonts.charset import is_han, scattered
from fontgan.fonts.location import FontLocation, is_there
from fontgan.fonts.source import GlyphSource, open_source, usual_width
from fontgan.runs.dataset import font_paths
from fontgan.runs.folder import Run

AnyFont = FontLocation | Path | str

_SAMPLE = 100  # characters whose widths show the usual one


def location_of(font: AnyFont) -> FontLocation:
    """A font as someone names it.

    Raises:
        FontganError: it is a text that names none.
    """
    return font if isinstance(font, FontLocation) else FontLocation.parse(str(font))


@dataclass(frozen=True)
class PlacedFont:
    """An open font, and how it is placed.

    Attributes:
        source: the font.
        shift: how far all its glyphs are raised on the canvas, in em.
        usual: the width of most of its glyphs, in em.
    """

    source: GlyphSource
    shift: float
    usual: float

    def draw(self, code: int, canvas: Canvas) -> np.ndarray | None:
        """The glyph image of a character, uint8 (size, size); None where the font lacks it."""
        return self.source.draw(code, canvas, self.shift)

    def advance(self, code: int) -> float:
        """The width of a character, in em."""
        return self.source.advance(code)


class Fonts:
    """Opens fonts, each once, and finds those that a checkpoint was trained with.

    A checkpoint names a font by its file and its SHA-256. It is looked for where the run's note of its
    dataset has it, among the bundled fonts, beside the weights, and in the current folder.

    Args:
        canvas: where new fonts are placed.
        weights: the file of the checkpoint, or None where there is none.
    """

    def __init__(self, canvas: Canvas, weights: Path | None = None) -> None:
        self._canvas = canvas
        run = Run.of(weights) if weights else None
        self._noted = font_paths(run) if run else {}
        self._folders = ([weights.absolute().parent] if weights else []) + [Path()]
        self._opened: dict[FontLocation, GlyphSource] = {}

    def open(self, location: FontLocation) -> GlyphSource:
        """The font at a location.

        Raises:
            FontganError: it cannot be used.
        """
        if location not in self._opened:
            self._opened[location] = open_source(location)
        return self._opened[location]

    def new(self, location: FontLocation) -> PlacedFont:
        """A font that was not trained with, placed by its Chinese characters, or by all where it has none.

        Raises:
            FontganError: it cannot be used.
        """
        font = self.open(location)
        codes = list(font.mapped())
        codes = [code for code in codes if is_han(code)] or codes
        return PlacedFont(font, font_shift(font, codes, self._canvas), _usual_advance(font, codes))

    def find(self, face: FaceRecord) -> PlacedFont | None:
        """The font of a face, unchanged; None where it is nowhere."""
        for path in self._places(face):
            try:
                font = self.open(FontLocation(path, face.index, face.axes))
            except FontganError:
                continue
            if font.sha256 == face.sha256:
                return PlacedFont(font, face.shift, face.advance)
        return None

    def lost(self, face: FaceRecord) -> str:
        """Why `find` does not find a font, in words: `a.ttf is missing`."""
        path = next(self._places(face))
        return f"{path} has changed since training" if is_there(str(path)) else f"{path} is missing"

    def _places(self, face: FaceRecord) -> Iterator[Path]:
        """Where the font may lie, the likeliest place first."""
        path = self._noted.get(face.sha256, Path(face.path))
        yield path
        if path.name in (CONTENT_FONT, *STYLE_FONTS):
            yield bundled_font(path.name)
        yield from (folder / path.name for folder in self._folders if path.name)


def _usual_advance(font: GlyphSource, codes: Sequence[int]) -> float:
    """The width that most of some characters have, in em; 1 where there are none."""
    return usual_width([font.advance(code) for code in scattered(codes)[:_SAMPLE] if font.draws(code)], 1.0)


def content_fonts(
    faces: Sequence[FaceRecord], sources: Sequence[FontLocation], stacked: bool, fonts: Fonts
) -> tuple[list[PlacedFont], list[str]]:
    """The content fonts to draw from, and notes on those that were not trained with.

    A source that was trained with is recognised by its SHA-256 and placed as it was then. Without sources,
    the fonts used in training are looked for. If they are stacked, each channel needs its own font: other
    sources take the places of missing fonts, in their order.

    Args:
        faces: the faces that were trained with.
        sources: where they are now, or other fonts.
        stacked: whether they are channels of one image.
        fonts: opens them.

    Raises:
        FontganError: a font is missing or cannot be used.
    """
    known = {face.identity: face for face in faces}
    given: dict[str, PlacedFont] = {}
    others: list[PlacedFont] = []
    ordered: list[PlacedFont] = []
    for location in sources:
        font = fonts.open(location)
        face = known.get((font.sha256, location.index, location.axes))
        placed = PlacedFont(font, face.shift, face.advance) if face else fonts.new(location)
        ordered.append(placed)
        if face:
            given[face.key] = placed
        else:
            others.append(placed)
    families = " + ".join(face.family for face in faces)
    notes = [
        f"{font.source.location} is not a font that it was trained with ({families}): quality may suffer"
        for font in others
    ]
    if sources and not stacked:
        return ordered, notes
    return _in_their_places(faces, given, others, fonts), notes


def _in_their_places(
    faces: Sequence[FaceRecord], given: dict[str, PlacedFont], others: list[PlacedFont], fonts: Fonts
) -> list[PlacedFont]:
    """A font for each face: the one given, the one found, or the next of the others."""
    places = [given.get(face.key) or fonts.find(face) for face in faces]
    missing = [place for place, font in enumerate(places) if font is None]
    kept = [place for place, face in enumerate(faces) if places[place] and face.key not in given]
    if len(others) > len(missing + kept):
        raise FontganError(
            f"{len(given) + len(others)} content fonts were passed, but the network takes {len(faces)}",
            "pass one {source} for each",
        )
    for place, font in zip(missing + kept, others, strict=False):
        places[place] = font
    lost = [fonts.lost(face) for face, font in zip(faces, places, strict=True) if font is None]
    if lost:
        raise FontganError(
            f"the content font {' and '.join(lost)}",
            "move it into the current folder, or pass its new location with {source}",
        )
    return [font for font in places if font]


def style_fonts(faces: Sequence[FaceRecord], fonts: Fonts) -> tuple[list[PlacedFont], list[str]]:
    """The fonts of the faces to imitate that were found, and a note on each one that was not."""
    found = [fonts.find(face) for face in faces]
    notes = [
        f"the style font {fonts.lost(face)}: its own glyphs are not shown"
        for face, font in zip(faces, found, strict=True)
        if font is None
    ]
    return [font for font in found if font], notes


def any_draws(fonts: Iterable[PlacedFont], code: int) -> bool:
    """Whether one of some fonts has a character."""
    return any(font.source.draws(code) for font in fonts)


def first_glyph(
    fonts: Sequence[PlacedFont], code: int, canvas: Canvas
) -> tuple[PlacedFont, np.ndarray] | None:
    """The first font that has the character, and its glyph image."""
    for font in fonts:
        glyph = font.draw(code, canvas)
        if glyph is not None:
            return font, glyph
    return None


def example_glyphs(font: PlacedFont, canvas: Canvas, asked: Container[int], most: int) -> np.ndarray:
    """Glyphs that show a style, uint8 (n, 1, size, size): Han characters of the training split first.

    Those that are asked for come last, so that no character is drawn from itself where there are others.

    Raises:
        FontganError: the font draws none.
    """
    codes = sorted(
        scattered(font.source.mapped()),
        key=lambda code: (not is_han(code), code in asked, split_of(code) != "train"),
    )
    glyphs: list[np.ndarray] = []
    for code in codes:
        glyph = font.draw(code, canvas)
        if glyph is not None:
            glyphs.append(glyph)
        if len(glyphs) == most:
            return np.stack(glyphs)[:, None]
    if not glyphs:
        raise FontganError(
            f"{font.source.location} draws no character to take the style from", "pass another {reference}"
        )
    return np.stack(glyphs)[:, None]

"""Drawn characters, with everything known about each of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image

from fontgan.config.settings import Cleaning
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.charset import code_point_name, describe_characters
from fontgan.fonts.location import FontLocation
from fontgan.outlines.outline import Outline
from fontgan.outlines.svg import svg_document
from fontgan.outlines.tracing import trace
from fontgan.runs.record import CheckpointRecord
from fontgan.sheet import COLUMNS, Row, as_png, content_rows, draw_sheet
from fontgan.untrusted import printable

MOST_ON_SHEET = 20 * COLUMNS

# What a drawing has of each character, and what else differs between the parts of one.
_ARRAYS = ("drawn", "content", "images")
_LISTS = ("codes", "lacking", "fonts", "placements", "truth")

_EM = 1000  # units of an SVG


@dataclass(frozen=True)
class Placement:
    """How a glyph lies on its image.

    Attributes:
        canvas: the sheet.
        shift: by which the ink of the whole style is raised on it, in em.
        advance: the width of the character, centred on it, in em.
    """

    canvas: Canvas
    shift: float
    advance: float

    def in_em(self, outline: Outline) -> Outline:
        """An outline in pixels of the image, in em from the origin of the glyph, y up."""
        return outline.to_em(self.canvas, self.advance, self.shift)

    def as_svg(self, outline: Outline, title: str) -> str:
        """An outline in pixels of the image as an SVG document, of 1,000 units per em.

        The baseline is at y = 0, the origin at x = 0; the page is the em box, as wide as the advance.
        """
        above, below = self.canvas.above, self.canvas.below
        box = (0.0, -above * _EM, self.advance * _EM, (above + below) * _EM)
        down = self.in_em(outline).mapped(lambda points: points * (_EM, -_EM))
        return svg_document(down, box, title)


@dataclass(frozen=True)
class DrawnGlyph:
    """One drawn character. Images are (size, size); of uint8 ones 0 is ink and 255 paper.

    Attributes:
        code: its code point.
        content: what it was drawn from, uint8 (channels, size, size); paper where a font lacks it.
        fonts: the font that gave each channel, or None.
        placement: how it lies on the image.
        drawn: the generator's output, float32 in [0, 1], 1 = paper.
        image: the same as uint8, cleaned if that was asked for.
        truth: the style font's own glyph, uint8, or None where it has none.
        learnt: whether training learnt from that glyph.
    """

    code: int
    content: np.ndarray
    fonts: tuple[FontLocation | None, ...]
    placement: Placement
    drawn: np.ndarray
    image: np.ndarray
    truth: np.ndarray | None
    learnt: bool

    @property
    def character(self) -> str:
        """As text."""
        return chr(self.code)

    @property
    def svg(self) -> str:
        """The outline of its image as an SVG document, of 1,000 units per em, the baseline at y = 0."""
        return self.placement.as_svg(trace(self.image).outline, svg_title(self.code))


def svg_title(code: int) -> str:
    """What the SVG document of a character says that it is: `永 U+6C38`."""
    return f"{printable(chr(code))} {code_point_name(code)}"


@dataclass(frozen=True, repr=False)
class Drawing:
    """The characters that a `Drawer` drew, in the order in which they were asked for.

    Iterating gives a `DrawnGlyph` for each, indexing the one of a character: `drawing["永"]`. In a notebook
    it shows itself as a sheet.

    Attributes:
        record: of the checkpoint.
        drawn_from, drawn_like: the families of the content and the style fonts.
        cleaning: how `images` were cleaned.
        codes: the code points.
        lacking: code points that were asked for and that no content font has.
        content: uint8 (n, channels, size, size).
        fonts, placements, truth: of each character, as `DrawnGlyph` has them.
        drawn: float32 (n, size, size) in [0, 1], 1 = paper.
        images: uint8 (n, size, size).
        learnt: the code points that training learnt from.
        notes: remarks about the fonts, one line each.
    """

    record: CheckpointRecord
    drawn_from: str
    drawn_like: str
    cleaning: Cleaning
    codes: Sequence[int]
    lacking: Sequence[int]
    content: np.ndarray
    fonts: Sequence[tuple[FontLocation | None, ...]]
    placements: Sequence[Placement]
    drawn: np.ndarray
    images: np.ndarray
    truth: Sequence[np.ndarray | None]
    learnt: frozenset[int]
    notes: Sequence[str]

    @classmethod
    def together(cls, parts: Iterable[Drawing]) -> Drawing:
        """The parts of one drawing, in their order, as one; there must be at least one part."""
        named: dict[str, list[Any]] = {name: [] for name in (*_ARRAYS, *_LISTS, "learnt")}
        for part in parts:
            for name, values in named.items():
                values.append(getattr(part, name))
        # One after another: the pieces of an array are released before the next array is made.
        whole: dict[str, Any] = {name: np.concatenate(named.pop(name)) for name in _ARRAYS}
        whole |= {name: list(itertools.chain.from_iterable(named.pop(name))) for name in _LISTS}
        return replace(part, **whole, learnt=frozenset().union(*named["learnt"]))

    def sheet(self, doubtful: Mapping[int, np.ndarray] | None = None) -> Image.Image:
        """Content, drawn and true glyphs one below the other.

        It shows at most `MOST_ON_SHEET` characters, the first ones, so that one can look at it.

        Args:
            doubtful: the characters to mark, and a picture of each to show in place of its image.
        """
        marked = doubtful or {}
        record, shown = self.record, self.codes[:MOST_ON_SHEET]
        title = f"{record.model}: {self.drawn_from} to {self.drawn_like}, {record.step:,} steps"
        if self.cleaning != "none":
            title += f", cleaned ({self.cleaning})"
        if len(shown) < len(self):
            title += f", the first {len(shown)} characters"
        if marked:
            title += f", {len(marked)} doubtful (?)"
        rows = [
            *content_rows(self.content[: len(shown)]),
            Row(
                "generated",
                [marked.get(code, image) for code, image in zip(shown, self.images, strict=False)],
            ),
            Row("true", self.truth[: len(shown)]),
        ]
        return draw_sheet(
            title, [self._label(code) + " ?" * (code in marked) for code in shown], rows, record.size
        )

    def _label(self, code: int) -> str:
        """The code point, and whether training learnt from the true glyph: then it proves nothing."""
        return code_point_name(code) + (" learnt" if code in self.learnt else "")

    def _repr_png_(self) -> bytes:
        """The sheet, in a notebook."""
        return as_png(self.sheet())

    def __repr__(self) -> str:
        return f"Drawing of {describe_characters(self.codes, most=4)} in {self.drawn_like}"

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[DrawnGlyph]:
        return map(self._at, range(len(self)))

    def __contains__(self, character: object) -> bool:
        return character in {*self.codes, *map(chr, self.codes)}

    def __getitem__(self, character: str | int) -> DrawnGlyph:
        """The glyph of a character, or of a code point.

        Raises:
            KeyError: it was not drawn.
        """
        code = ord(character) if isinstance(character, str) else character
        if code not in self.codes:
            raise KeyError(f"{chr(code)} {code_point_name(code)} was not drawn")
        return self._at(self.codes.index(code))

    def _at(self, place: int) -> DrawnGlyph:
        code = self.codes[place]
        return DrawnGlyph(
            code=code,
            content=self.content[place],
            fonts=self.fonts[place],
            placement=self.placements[place],
            drawn=self.drawn[place],
            image=self.images[place],
            truth=self.truth[place],
            learnt=code in self.learnt,
        )

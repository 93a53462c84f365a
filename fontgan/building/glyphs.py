"""Glyphs to build fonts of: plain data in em, brought to the units of a font."""

from __future__ import annotations

import hashlib
import math
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

from fontTools.misc.roundTools import otRound
from fontTools.pens.basePen import BasePen
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.t2CharStringPen import T2CharStringPen

from fontgan.building.overlaps import crossing, nearly_straight, separated, uncrossed
from fontgan.errors import FontganError
from fontgan.fonts.charset import code_point_name

Point = tuple[int, int]
Box = tuple[int, int, int, int]  # left, bottom, right, top

NEW_EM = 1000  # units of a new font
_MOST_UNITS = 16384  # what a coordinate and the difference of two may be, in 16 bits

# Characters without ink, and their usual advance in em. Web pages in Chinese indent with U+2002 and U+2003.
BLANKS = {0x20: 0.25, 0xA0: 0.25, 0x2002: 0.5, 0x2003: 1.0, 0x3000: 1.0}


class Outline(Protocol):
    """The contours of a glyph."""

    def draw(self, pen: Any) -> None:
        """Draw them, in em, with a pen of fontTools.

        y is up, the origin lies on the baseline. Outer contours run counter-clockwise, as in PostScript.
        """


@dataclass(frozen=True)
class NewGlyph:
    """A character to be put into a font.

    Attributes:
        code: its code point.
        advance: in em.
        outline: its contours, in em.
    """

    code: int
    advance: float
    outline: Outline


@dataclass(frozen=True)
class Contour:
    """A closed contour in whole units: lines and cubics, one after another, in little memory.

    Attributes:
        sizes: how many points each part has after the one where it begins: 1 a line, 3 a cubic.
        flat: x and y of all points, the start first.
    """

    sizes: bytes
    flat: array[int]

    @classmethod
    def of(cls, start: Point, parts: Iterable[Sequence[Point]]) -> Contour:
        """A contour of its start and its parts; the line that closes it is implied."""
        kept = list(parts)
        points = [start, *(point for part in kept for point in part)]
        return cls(bytes(map(len, kept)), array("i", (value for point in points for value in point)))

    def points(self) -> list[Point]:
        """All of its points, those beside the curves included."""
        return list(zip(self.flat[::2], self.flat[1::2], strict=True))

    def parts(self) -> Iterator[list[Point]]:
        """The points of each part after the one where it begins."""
        points, place = self.points(), 1
        for size in self.sizes:
            yield points[place : place + size]
            place += size

    def closed(self) -> Iterator[list[Point]]:
        """All points of each part, the line that closes the contour included."""
        last = start = self.points()[0]
        for part in self.parts():
            yield [last, *part]
            last = part[-1]
        if last != start:
            yield [last, start]


@dataclass(frozen=True)
class UnitGlyph:
    """A glyph in the units of a font.

    Attributes:
        code: its code point.
        advance: in units.
        contours: in units, outer ones counter-clockwise; none of a blank glyph.
    """

    code: int
    advance: int
    contours: tuple[Contour, ...]

    @property
    def name(self) -> str:
        """`uni6C38` or `u20000`, as the Adobe Glyph List specification names what it does not list."""
        return glyph_name(self.code)

    def draw(self, pen: Any) -> None:
        """Draw the contours with a pen of fontTools."""
        for contour in self.contours:
            pen.moveTo(contour.points()[0])
            for part in contour.parts():
                (pen.lineTo if len(part) == 1 else pen.curveTo)(*part)
            pen.closePath()

    def box(self) -> Box:
        """The box around all points; those beside a curve may reach further than its ink."""
        points = [point for contour in self.contours for point in contour.points()]
        return _box_of(points)

    def ink_box(self) -> Box:
        """The box around the ink, in whole units."""
        pen = BoundsPen(None)
        self.draw(pen)
        left, bottom, right, top = pen.bounds or (0, 0, 0, 0)
        return math.floor(left), math.floor(bottom), math.ceil(right), math.ceil(top)

    def char_string(self, usual: int, nominal: int) -> Any:
        """A charstring for `CFF`, in a part of the font with this usual and this nominal width."""
        pen = T2CharStringPen(None if self.advance == usual else self.advance - nominal, None)
        self.draw(pen)
        return pen.getCharString()


def glyph_name(code: int) -> str:
    """The name of a character's glyph: `uni6C38`, beyond 16 bits `u20000`."""
    return f"uni{code:04X}" if code <= 0xFFFF else f"u{code:05X}"


def in_units(glyphs: Iterable[NewGlyph], em: int) -> list[UnitGlyph]:
    """The glyphs in units of `1/em`, by code point, without contours that cross.

    Raises:
        FontganError: a code point is not a character, is there twice, or its outline is too large.
    """
    found: dict[int, UnitGlyph] = {}
    for glyph in glyphs:
        if not _is_character(glyph.code):
            raise FontganError(f"{code_point_name(glyph.code)} is not a character that a font can have")
        if glyph.code in found:
            raise FontganError(f"there are two glyphs for {code_point_name(glyph.code)}")
        contours = _uncrossed(_rounded(glyph.outline, em), em)
        found[glyph.code] = made = UnitGlyph(glyph.code, otRound(glyph.advance * em), contours)
        if not 0 <= made.advance <= _MOST_UNITS or any(abs(value) > _MOST_UNITS for value in made.box()):
            raise FontganError(f"the outline of {code_point_name(glyph.code)} is too large for a font")
    return [found[code] for code in sorted(found)]


def _rounded(outline: Outline, em: int) -> tuple[Contour, ...]:
    pen = _Rounding(em)
    outline.draw(pen)
    return tuple(pen.contours)


def _uncrossed(contours: tuple[Contour, ...], em: int) -> tuple[Contour, ...]:
    """The same contours, or where they cross, others around the same area."""
    return uncrossed(
        contours,
        lambda those: crossing([part for contour in those for part in contour.closed()], em),
        lambda those, crossed: _straightened(those, crossed, em),
        lambda those: _rounded(separated(UnitGlyph(0, 0, those)), 1),
    )


def _straightened(contours: Sequence[Contour], crossed: set[int], em: int) -> tuple[Contour, ...]:
    """The same contours, with lines in place of these of their parts, unless they are too much curved."""
    numbers, found = count(), []
    for contour in contours:
        parts = [
            part[-1:] if next(numbers) in crossed and nearly_straight(part, em) else part[1:]
            for part in contour.closed()
        ]
        found.append(Contour.of(contour.points()[0], parts))
    return _rounded(UnitGlyph(0, 0, tuple(found)), 1)


def _is_character(code: int) -> bool:
    """Whether a code point may be one: no half of a surrogate pair, none that Unicode forbids."""
    surrogate, reserved = 0xD800 <= code < 0xE000, 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE
    return 0 < code <= 0x10FFFF and not surrogate and not reserved


def fingerprint(glyphs: Iterable[UnitGlyph]) -> str:
    """Twelve hexadecimal digits that change with any point or advance."""
    digest = hashlib.sha256()
    for glyph in glyphs:
        digest.update(f"{glyph.code} {glyph.advance}".encode())
        for contour in glyph.contours:
            digest.update(f"{contour.sizes.hex()} {contour.flat.tolist()}".encode())
    return digest.hexdigest()[:12]


class _Rounding(BasePen):  # type: ignore[misc]  # fontTools has no types
    """A pen that keeps closed contours, in em, in whole units, without parts and contours of no extent."""

    def __init__(self, em: int) -> None:
        super().__init__(None)
        self._em = em
        self.contours: list[Contour] = []
        self._start: Point = (0, 0)
        self._parts: list[tuple[Point, ...]] = []

    def _moveTo(self, point: Sequence[float]) -> None:  # noqa: N802 - fontTools' name
        self._start, self._parts = self._rounded(point), []

    def _lineTo(self, point: Sequence[float]) -> None:  # noqa: N802
        self._add(self._rounded(point))

    def _curveToOne(self, *points: Sequence[float]) -> None:  # noqa: N802
        first, second, end = map(self._rounded, points)
        straight = first == self._last and second == end
        self._add(*([end] if straight else [first, second, end]))

    def _closePath(self) -> None:  # noqa: N802
        while self._parts and self._parts[-1] == (self._start,):
            self._parts.pop()  # the line that closes a contour is implied
        contour = Contour.of(self._start, self._parts)
        left, bottom, right, top = _box_of(contour.points())
        if right > left and top > bottom:
            self.contours.append(contour)

    _endPath: Callable[[_Rounding], None] = _closePath  # noqa: N815

    @property
    def _last(self) -> Point:
        return self._parts[-1][-1] if self._parts else self._start

    def _rounded(self, point: Sequence[float]) -> Point:
        return otRound(self._em * point[0]), otRound(self._em * point[1])

    def _add(self, *points: Point) -> None:
        if any(point != self._last for point in points):
            self._parts.append(points)


def joined(boxes: Iterable[Box]) -> Box:
    """The box around boxes, at least one."""
    left, bottom, right, top = zip(*boxes, strict=True)
    return min(left), min(bottom), max(right), max(top)


def _box_of(points: Sequence[Point]) -> Box:
    if not points:
        return 0, 0, 0, 0
    across, up = zip(*points, strict=True)
    return min(across), min(up), max(across), max(up)

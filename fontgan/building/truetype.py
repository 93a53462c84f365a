"""Glyphs appended to a font with TrueType outlines, behind the bytes of those that it has.

OpenType specification, «glyf», «loca», «maxp», «hdmx», «LTSH».
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, count, pairwise
from typing import Any

from fontTools.cu2qu import curve_to_quadratic
from fontTools.misc.roundTools import otRound
from fontTools.pens.recordingPen import RecordingPen

from fontgan.building.glyphs import Box, Contour, UnitGlyph
from fontgan.building.overlaps import crossing, nearly_straight, separated, uncrossed
from fontgan.building.tables import Tables

# Of a flag: the point is on the curve; its step in x or y has one byte; the flag repeats; the step is
# positive, or where it does not have one byte, 0.
_ON, _SHORT_X, _SHORT_Y, _REPEAT, _SAME_X, _SAME_Y = 1, 2, 4, 8, 16, 32
_TOLERANCES = (1 / 1000, 1 / 2000, 1 / 4000)  # em between a cubic and the quadratics that stand for it
_MOST_SHORT = 2 * 0xFFFF  # bytes of glyf that a short loca reaches


QuadraticContour = list[tuple[int, int, bool]]  # x, y, whether on the curve


@dataclass(frozen=True)
class EncodedGlyph:
    """A glyph as `glyf` has it.

    Attributes:
        content: its bytes, a multiple of four.
        box: around all of its points.
        points, contours: how many.
    """

    content: bytes
    box: Box
    points: int
    contours: int


def encoded(glyph: UnitGlyph, em: int) -> EncodedGlyph:
    """A glyph of lines and cubics as one of lines and quadratics, outer contours clockwise.

    The quadratics are within a thousandth of an em of the cubics (fontTools' cu2qu), or nearer where they
    would cross; points that lie midway between their neighbours are implied.
    """
    contours = quadratics(glyph, em)
    if not contours:
        return EncodedGlyph(b"", (0, 0, 0, 0), 0, 0)
    points = [point for contour in contours for point in contour]
    across, up, _ = zip(*points, strict=True)
    box = min(across), min(up), max(across), max(up)
    ends = list(accumulate(len(contour) for contour in contours))
    header = struct.pack(f">h4h{len(ends)}HH", len(ends), *box, *(end - 1 for end in ends), 0)
    content = header + _coordinates(points)
    return EncodedGlyph(content + bytes(-len(content) % 4), box, len(points), len(contours))


def quadratics(glyph: UnitGlyph, em: int) -> list[QuadraticContour]:
    """The points (x, y, whether on the curve) of each contour, without those that are implied."""
    contours: list[QuadraticContour] = []
    for tolerance in _TOLERANCES:
        contours = [_quadratic(contour, em * tolerance) for contour in glyph.contours]
        if not _crossing(contours, em):
            return contours
    return uncrossed(
        contours,
        lambda those: _crossing(those, em),
        lambda those, crossed: _straightened(those, crossed, em),
        _separated,
    )


def _crossing(contours: Sequence[QuadraticContour], em: int) -> set[int]:
    return crossing([part for contour in contours for part in quadratic_parts(contour)], em)


class _Quadratics:
    """Contours that fontTools' pens draw."""

    def __init__(self, contours: Sequence[QuadraticContour]) -> None:
        self._contours = contours

    def draw(self, pen: Any) -> None:
        for contour in self._contours:
            for number, part in enumerate(quadratic_parts(contour)):
                if not number:
                    pen.moveTo(part[0])
                (pen.qCurveTo if len(part) > 2 else pen.lineTo)(*part[1:])
            pen.closePath()


def _separated(contours: Sequence[QuadraticContour]) -> list[QuadraticContour]:
    """Others around the same area, on whole units."""
    pen = RecordingPen()
    separated(_Quadratics(contours), clockwise=True).draw(pen)
    found: list[QuadraticContour] = []
    for operator, points in pen.value:
        if operator == "moveTo" or (points and points[-1] is None):
            found.append([])
        # None at the end: a contour without any point on the curve.
        found[-1] += [
            (otRound(x), otRound(y), number == len(points))
            for number, (x, y) in enumerate(filter(None, points), 1)
        ]
    return [whole for contour in found if len(whole := _tidy(contour)) > 2]


def _straightened(contours: Sequence[QuadraticContour], crossed: set[int], em: int) -> list[QuadraticContour]:
    """The same contours, with lines in place of these of their parts, unless they are too much curved."""
    numbers, found = count(), []
    for contour in contours:
        points: list[tuple[float, float, bool]] = []
        for part in quadratic_parts(contour):
            straight = next(numbers) in crossed and nearly_straight(part, em)
            points += [(*point, not number) for number, point in enumerate(part[: 1 if straight else -1])]
        kept = [point for place, point in enumerate(points) if not _implied(points, place)]
        found.append([(otRound(x), otRound(y), on) for x, y, on in kept])
    return [whole for contour in found if len(whole := _tidy(contour)) > 2]


def _tidy(points: QuadraticContour) -> QuadraticContour:
    """The points without those that are there twice, and those that are implied."""
    kept = [point for place, point in enumerate(points) if not (point[2] and point == points[place - 1])]
    return [point for place, point in enumerate(kept) if not _implied(kept, place)]


def quadratic_parts(contour: Sequence[tuple[int, int, bool]]) -> Iterator[list[tuple[float, float]]]:
    """The lines and quadratics of a contour, each by all of its points."""
    whole: list[tuple[float, float, bool]] = []
    for (x, y, on), (right, up, after) in pairwise([*contour, contour[0]]):
        whole.append((x, y, on))
        if not on and not after:
            whole.append(((x + right) / 2, (y + up) / 2, True))
    first = next(place for place, point in enumerate(whole) if point[2])
    part: list[tuple[float, float]] = []
    for *at, on in [*whole[first:], *whole[: first + 1]]:
        part.append((at[0], at[1]))
        if on and len(part) > 1:
            yield part
            part = part[-1:]


def outline_tables(glyphs: Sequence[UnitGlyph], em: int) -> tuple[dict[str, bytes], list[EncodedGlyph]]:
    """`glyf` and a long `loca` of glyphs, and each of them."""
    made = [encoded(glyph, em) for glyph in glyphs]
    offsets = [0, *_ends(made, 0)]
    loca = struct.pack(f">{len(offsets)}I", *offsets)
    return {"glyf": b"".join(glyph.content for glyph in made), "loca": loca}, made


def append_outlines(tables: Tables, glyphs: Sequence[UnitGlyph], em: int) -> list[Box]:
    """Append glyphs to `glyf` and `loca`, and count them in `maxp` and `head`; returns their boxes.

    Raises:
        struct.error, ValueError: a table is damaged.
    """
    made = [encoded(glyph, em) for glyph in glyphs]
    (count,) = struct.unpack_from(">H", tables["maxp"], 4)
    offsets = _offsets(tables, count)
    old = tables["glyf"][: offsets[-1]]
    if len(old) < offsets[-1]:
        raise ValueError("glyf")
    tables["glyf"] = old + b"".join(glyph.content for glyph in made)
    _write_offsets(tables, [*offsets, *_ends(made, len(old))])
    points, contours = max(glyph.points for glyph in made), max(glyph.contours for glyph in made)
    tables["maxp"] = _counted(tables["maxp"], count + len(glyphs), points, contours)
    return [glyph.box for glyph in made]


def append_device_widths(content: bytes, count: int, advances: Sequence[int], em: int) -> bytes:
    """`hdmx`, widths in pixels at some sizes, with those of further glyphs: none of them is hinted.

    Args:
        content: the table.
        count: of the glyphs that it has.
        advances: of the new ones, in units.
        em: units.
    """
    version, number, size = struct.unpack_from(">HHI", content)
    length = 2 + count + len(advances)
    length += -length % 4
    records = b""
    for start in range(8, 8 + number * size, size):
        pixels, most = content[start], content[start + 1]
        widths = [min(255, (2 * advance * pixels + em) // (2 * em)) for advance in advances]
        record = bytes([pixels, max(most, *widths)]) + content[start + 2 : start + 2 + count] + bytes(widths)
        records += record.ljust(length, b"\0")
    return struct.pack(">HHI", version, number, length) + records


def append_thresholds(content: bytes, new: int) -> bytes:
    """`LTSH`, from which size on a glyph is as wide as its outline: new ones at every size."""
    version, count = struct.unpack_from(">HH", content)
    return struct.pack(">HH", version, count + new) + content[4 : 4 + count] + b"\1" * new


def _offsets(tables: Tables, count: int) -> list[int]:
    """Where each glyph begins in `glyf`, and where the last one ends."""
    (long,) = struct.unpack_from(">h", tables["head"], 50)
    if long:
        return list(struct.unpack_from(f">{count + 1}I", tables["loca"]))
    return [2 * offset for offset in struct.unpack_from(f">{count + 1}H", tables["loca"])]


def _write_offsets(tables: Tables, offsets: list[int]) -> None:
    """`loca`, in the form that it had where that reaches far enough, else in the long one."""
    head = tables["head"]
    long = struct.unpack_from(">h", head, 50)[0] or offsets[-1] > _MOST_SHORT
    if long:
        tables["loca"] = struct.pack(f">{len(offsets)}I", *offsets)
    else:
        tables["loca"] = struct.pack(f">{len(offsets)}H", *(offset // 2 for offset in offsets))
    tables["head"] = head[:50] + struct.pack(">h", 1 if long else 0) + head[52:]


def _counted(maxp: bytes, count: int, points: int, contours: int) -> bytes:
    """`maxp` with at least these numbers in it."""
    old_points, old_contours = struct.unpack_from(">HH", maxp, 6)
    most = struct.pack(">HHH", count, max(old_points, points), max(old_contours, contours))
    return maxp[:4] + most + maxp[10:]


def tops(tables: Tables, glyphs: Sequence[int]) -> dict[int, int]:
    """How high some glyphs reach, in units; those without ink are omitted."""
    (count,) = struct.unpack_from(">H", tables["maxp"], 4)
    offsets = _offsets(tables, count)
    inked = [glyph for glyph in glyphs if offsets[glyph + 1] > offsets[glyph]]
    return {glyph: struct.unpack_from(">h", tables["glyf"], offsets[glyph] + 8)[0] for glyph in inked}


def _ends(glyphs: Sequence[EncodedGlyph], start: int) -> list[int]:
    return [start + end for end in accumulate(len(glyph.content) for glyph in glyphs)]


def _quadratic(contour: Contour, tolerance: float) -> list[tuple[int, int, bool]]:
    """The points of a contour, each on the curve or beside it, in the other direction."""
    points: list[tuple[int, int, bool]] = [(*contour.points()[0], True)]
    for part in contour.parts():
        if len(part) == 3:
            curve = curve_to_quadratic([points[-1][:2], *part], tolerance)
            points += [(otRound(x), otRound(y), False) for x, y in curve[1:-1]]
        points.append((*part[-1], True))
    if len(points) > 1 and points[-1] == points[0]:
        points.pop()
    points.reverse()
    return [point for place, point in enumerate(points) if not _implied(points, place)]


def _implied(points: Sequence[tuple[float, float, bool]], place: int) -> bool:
    """Whether a point on the curve lies midway between two beside it, to half a unit."""
    (left, low, before), (x, y, on) = points[place - 1], points[place]
    right, high, after = points[(place + 1) % len(points)]
    return on and not before and not after and abs(2 * x - left - right) < 2 and abs(2 * y - low - high) < 2


def _coordinates(points: Sequence[tuple[int, int, bool]]) -> bytes:
    """Flags, steps to the right and steps up, each in as few bytes as it takes."""
    flags, across, up = bytearray(), bytearray(), bytearray()
    last_x = last_y = 0
    previous, repeated = -1, False
    for x, y, on in points:
        flag = on | _step(x - last_x, across, _SHORT_X, _SAME_X) | _step(y - last_y, up, _SHORT_Y, _SAME_Y)
        last_x, last_y = x, y
        if flag == previous and repeated and flags[-1] < 255:
            flags[-1] += 1
        elif flag == previous and not repeated:
            flags[-1] |= _REPEAT
            flags.append(1)
            repeated = True
        else:
            flags.append(flag)
            repeated = False
        previous = flag
    return bytes(flags + across + up)


def _step(length: int, into: bytearray, short: int, same: int) -> int:
    """Write a step, and return what the flag of its point says of it."""
    if length == 0:
        return same
    if -256 < length < 256:
        into.append(abs(length))
        return short | (same if length > 0 else 0)
    into += struct.pack(">h", length)
    return 0

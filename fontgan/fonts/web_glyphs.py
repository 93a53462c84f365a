"""The glyphs of a WOFF2 file, which it packs as streams of numbers: back to «glyf», «loca» and «hmtx».

W3C, «WOFF File Format 2.0», 5.1 to 5.4. The outlines are those that were packed. Their bytes are not, since
coordinates take two bytes each here.
"""

from __future__ import annotations

import struct
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from fontgan.fonts.composites import COMPONENT_SIZES, MORE_COMPONENTS

# Bytes of a stream: these take seconds, and a CJK font of 65,535 glyphs has at most half as many.
_MOST = {"contours": 1 << 22, "points": 1 << 24, "components": 1 << 24}
# OpenType specification, «glyf»: a flag of a component, and flags of a point.
_INSTRUCTIONS = 0x100
_ON_CURVE, _OVERLAP = 1, 0x40


def _triplet(kind: int) -> tuple[int, tuple[int, int], tuple[int, int], tuple[int, int]]:
    """How a step of one kind is packed (5.2): its bytes, then for x and y: bits, what is added, the sign."""
    one, two = (1 if kind & 1 else -1), (1 if kind & 2 else -1)
    if kind < 10:
        return 1, (0, 8), (0, (kind & 14) << 7), (1, one)
    if kind < 20:
        return 1, (8, 0), ((kind - 10 & 14) << 7, 0), (one, 1)
    if kind < 84:
        rest = kind - 20
        return 1, (4, 4), (1 + (rest & 0x30), 1 + ((rest & 12) << 2)), (one, two)
    if kind < 120:
        rest = kind - 84
        return 2, (8, 8), (1 + (rest // 12 << 8), 1 + (rest % 12 >> 2 << 8)), (one, two)
    return (3, (12, 12), (0, 0), (one, two)) if kind < 124 else (4, (16, 16), (0, 0), (one, two))


_KINDS = [_triplet(kind) for kind in range(128)]
_FOUR = np.arange(4)[:, None]
_SIZES = np.array([size for size, *_ in _KINDS])  # (128,)
_BITS, _ADDED, _SIGNS = (np.array([kind[part] for kind in _KINDS]).T for part in (1, 2, 3))  # (2, 128)


class ByteReader:
    """Numbers read one after the other.

    Attributes:
        at: the byte that comes next.
    """

    def __init__(self, data: bytes | memoryview, at: int = 0) -> None:
        self._data, self.at = memoryview(data), at

    def take(self, count: int) -> memoryview:
        """The next bytes.

        Raises:
            IndexError: there are fewer.
        """
        taken = self._data[self.at : self.at + count]
        if len(taken) < count:
            raise IndexError("the data is too short")
        self.at += count
        return taken

    def number(self, size: int) -> int:
        """An unsigned number of some bytes."""
        return int.from_bytes(self.take(size), "big")

    def base128(self) -> int:
        """A number in groups of 7 bits, the highest first (4.1, UIntBase128)."""
        value = 0
        for _ in range(5):
            byte = self.number(1)
            value = value << 7 | byte & 127
            if byte < 128:
                return value
        raise ValueError("a length has more than 32 bits")

    def short(self) -> int:
        """A number of 16 bits that is mostly below 253 (4.1, 255UInt16)."""
        first = self.number(1)
        if first == 253:
            return self.number(2)
        return first if first < 253 else self.number(1) + (253 if first == 255 else 506)


class Glyphs(NamedTuple):
    """Two tables of TrueType outlines, and the least x of each glyph."""

    glyf: bytes
    loca: bytes
    left: list[int]


def unpack_glyphs(data: memoryview) -> Glyphs:
    """«glyf» and «loca», with offsets of 32 bits, out of a transformed «glyf».

    Raises:
        ValueError, IndexError, struct.error: it is damaged, or has more points than any font.
    """
    streams = _Streams(data)
    glyphs = [streams.glyph(number) for number in range(streams.count)]
    offsets = np.fromiter(accumulate(map(len, glyphs), initial=0), ">u4")
    left = [struct.unpack_from(">h", glyph, 2)[0] if glyph else 0 for glyph in glyphs]
    return Glyphs(b"".join(glyphs), offsets.tobytes(), left)


def unpack_metrics(data: memoryview, wide: int, left: list[int]) -> bytes:
    """«hmtx» out of a transformed one (5.4), in which side bearings that are the least x are omitted.

    Args:
        data: the transformed table.
        wide: how many glyphs have an advance of their own: «hhea», numberOfHMetrics.
        left: the least x of each glyph.

    Raises:
        IndexError: it is damaged.
    """
    reader = ByteReader(data)
    omitted = reader.number(1)
    advances = np.frombuffer(reader.take(2 * wide), ">u2")
    bearings = np.array(left, ">i2")
    for bit, part in ((1, bearings[:wide]), (2, bearings[wide:])):
        if not omitted & bit:
            part[:] = np.frombuffer(reader.take(2 * len(part)), ">i2")
    if wide > len(bearings):
        raise IndexError("there are more advances than glyphs")
    both = np.column_stack((advances, bearings[:wide].view(">u2")))
    return both.astype(">u2").tobytes() + bearings[wide:].tobytes()


class _Streams:
    """The parts of a transformed «glyf» (5.1), from which glyphs are taken in their order."""

    def __init__(self, data: memoryview) -> None:
        reader = ByteReader(data)
        _, options, self.count, _, *sizes = struct.unpack(">4H7I", reader.take(36))
        parts = [ByteReader(reader.take(size)) for size in sizes]
        self._kinds, self._contours, self._flags, self._outlines, self._components, *parts = parts
        self._boxes, self._instructions = parts
        if sizes[1] > _MOST["contours"] or sizes[2] > _MOST["points"] or sizes[4] > _MOST["components"]:
            raise ValueError("it has more points than any font")
        self._boxed = self._boxes.take((self.count + 31) // 32 * 4)
        marks = (self.count + 7) // 8
        self._overlaps = reader.take(marks) if options & 1 else memoryview(bytes(marks))

    def glyph(self, number: int) -> bytes:
        """The next glyph, which is of that number."""
        contours: int = struct.unpack(">h", self._kinds.take(2))[0]
        if not contours:
            return b""
        box = self._boxes.take(8) if _bit(self._boxed, number) else b""
        if contours < 0:
            return struct.pack(">h", contours) + bytes(box).ljust(8, b"\0") + self._composite()
        computed, outline = self._simple(contours, _bit(self._overlaps, number))
        return struct.pack(">h", contours) + (box or computed) + outline

    def _composite(self) -> bytes:
        parts, flags, instructed = [], MORE_COMPONENTS, 0
        while flags & MORE_COMPONENTS:
            start = self._components.take(4)
            flags = start[0] << 8 | start[1]
            parts += [start, self._components.take(int(COMPONENT_SIZES[flags & 0xFF]))]
            instructed |= flags & _INSTRUCTIONS
        return b"".join(parts) + (self._instructed() if instructed else b"")

    def _simple(self, contours: int, overlap: bool) -> tuple[bytes, bytes]:
        """The box of an outline, computed, and what follows it in «glyf»."""
        ends = np.cumsum([self._contours.short() for _ in range(contours)])
        flags = np.frombuffer(self._flags.take(int(ends[-1])), np.uint8)
        steps = self._steps(flags & 127)
        places = steps.cumsum(axis=1)
        box = np.concatenate((places.min(axis=1), places.max(axis=1))).astype(">i2")
        marks = np.where(flags < 128, _ON_CURVE, 0).astype(np.uint8)
        marks[0] |= _OVERLAP if overlap else 0
        last = (ends - 1).astype(">u2").tobytes()
        coordinates = marks.tobytes() + steps.astype(">i2").tobytes()
        return box.tobytes(), last + self._instructed() + coordinates

    def _steps(self, kinds: np.ndarray) -> np.ndarray:
        """From each point to the next: int (2, points), x and y."""
        size, bits = _SIZES[kinds], _BITS[:, kinds]
        ends = size.cumsum()
        # Three bytes more, so that four can be taken at each place.
        packed = np.frombuffer(bytes(self._outlines.take(int(ends[-1]))) + bytes(3), np.uint8)
        four = packed[(ends - size) + _FOUR].astype(np.uint32)
        numbers = (four[0] << 24 | four[1] << 16 | four[2] << 8 | four[3]) >> (32 - 8 * size)
        both = np.stack((numbers >> bits[1], numbers)) & (1 << bits) - 1
        steps: np.ndarray = (both + _ADDED[:, kinds]) * _SIGNS[:, kinds]
        return steps

    def _instructed(self) -> bytes:
        """The instructions of a glyph, after their length."""
        length = self._outlines.short()
        return struct.pack(">H", length) + self._instructions.take(length)


def _bit(bits: memoryview, number: int) -> bool:
    return bool(bits[number >> 3] & 0x80 >> (number & 7))

"""Harmful files for the tests and for the attacks: fonts, web fonts and pictures byte by byte, and JSON."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import brotli
from fontTools.ttLib import TTFont

from tests.toy_fonts import EM, build_font

_MORE, _OFFSETS = 0x20, 2  # OpenType specification, «glyf», flags of a component
_CHUNK = 1 << 24  # bytes that are packed at a time


def composite(*used: int) -> bytes:
    """A glyph that is put together from others, by their numbers."""
    last = len(used) - 1
    parts = (
        struct.pack(">HHbb", _OFFSETS | (_MORE if place < last else 0), glyph, 0, 0)
        for place, glyph in enumerate(used)
    )
    return struct.pack(">5h", -1, 0, 0, EM, EM) + b"".join(parts)


def chain(length: int, times: int = 1) -> list[bytes]:
    """Composites for `font_of`: each uses the one before it, so many times; the first uses the rectangle."""
    return [composite(*[1 + number] * times) for number in range(length)]


def circle(length: int) -> list[bytes]:
    """Composites for `font_of`: each uses the one after it, and the last one the first."""
    return [composite(2 + (number + 1) % length) for number in range(length)]


def font_of(path: Path, glyphs: Iterable[bytes]) -> Path:
    """A font whose glyph 1 is a rectangle, with further glyphs from 2 on; U+4E00 is the last one."""
    font = TTFont(build_font(path, [0x4E00]))
    long = font["head"].indexToLocFormat
    starts = struct.unpack(f">3{'I' if long else 'H'}", font.getTableData("loca"))
    offsets, parts = [start * (1 if long else 2) for start in starts], [font.getTableData("glyf")]
    for glyph in glyphs:
        parts.append(glyph)
        offsets.append(offsets[-1] + len(glyph))
    count = len(offsets) - 1
    tables = {tag: font.getTableData(tag) for tag in ("head", "maxp", "hhea", "cmap", "name", "OS/2")}
    tables["glyf"], tables["loca"] = b"".join(parts), struct.pack(f">{len(offsets)}I", *offsets)
    tables["head"] = tables["head"][:50] + b"\0\1" + tables["head"][52:]  # offsets of 32 bits
    tables["maxp"] = tables["maxp"][:4] + struct.pack(">H", count) + tables["maxp"][6:]
    tables["hhea"] = tables["hhea"][:34] + b"\0\1"  # one advance for all
    tables["hmtx"] = struct.pack(">Hh", EM, 0) + bytes(2 * (count - 1))
    tables["cmap"] = struct.pack(
        ">HHHHIHHIIIIII", 0, 1, 3, 10, 12, 12, 0, 28, 0, 1, 0x4E00, 0x4E00, count - 1
    )
    path.write_bytes(sfnt(tables))
    return path


def sfnt(tables: Mapping[str, bytes]) -> bytes:
    """A TrueType font of some tables."""
    at, directory = 12 + 16 * len(tables), struct.pack(">4s4H", b"\0\1\0\0", len(tables), 0, 0, 0)
    for tag, content in tables.items():
        directory += struct.pack(">4s3I", tag.encode(), 0, at, len(content))
        at += -(-len(content) // 4) * 4
    return directory + b"".join(content + bytes(-len(content) % 4) for content in tables.values())


def entries_of(font: bytes) -> Iterator[tuple[bytes, int, int, int]]:
    """(Tag, checksum, offset, length) of the tables of a font."""
    (count,) = struct.unpack_from(">H", font, 4)
    return struct.iter_unpack(">4s3I", font[12 : 12 + 16 * count])


def collection(*fonts: bytes) -> bytes:
    """A collection; offsets in fonts count from the beginning of the file."""
    header = struct.pack(">4sII", b"ttcf", 1 << 16, len(fonts)) + bytes(4 * len(fonts))
    whole, starts = bytearray(header), []
    for font in fonts:
        moved, start = bytearray(font), len(whole)
        for number, (_, _, offset, _) in enumerate(entries_of(font)):
            struct.pack_into(">I", moved, 12 + 16 * number + 8, offset + start)
        starts.append(start)
        whole += moved
    struct.pack_into(f">{len(starts)}I", whole, 12, *starts)
    return bytes(whole)


def woff(font: bytes, claims: int | None = None) -> bytes:
    """The font as WOFF; every table claims `claims` bytes where that is given."""
    entries = list(entries_of(font))
    at, directory, packed = 44 + 20 * len(entries), b"", b""
    for tag, checksum, start, length in entries:
        content = zlib.compress(font[start : start + length])
        if len(content) >= length and claims is None:
            content = font[start : start + length]
        claimed = length if claims is None else claims
        directory += struct.pack(">4s4I", tag, at, len(content), claimed, checksum)
        content += bytes(-len(content) % 4)
        at, packed = at + len(content), packed + content
    header = struct.pack(">4s4sIHHI", b"wOFF", font[:4], at, len(entries), 0, len(font))
    return header + bytes(44 - len(header)) + directory + packed


def flavoured(path: Path, flavour: str) -> Path:
    """The font as `woff` or `woff2`, as fontTools packs it, beside it."""
    font = TTFont(path)
    font.flavor = flavour
    font.save(path.with_suffix(f".{flavour}"))
    return path.with_suffix(f".{flavour}")


def with_brotli(font: Path, stream: bytes) -> bytes:
    """A font as WOFF2, with an honest header and directory and another stream."""
    content = flavoured(font, "woff2").read_bytes()
    (packed,) = struct.unpack_from(">I", content, 20)
    # The directory, whose length is nowhere, ends where the stream begins.
    start = next(at for at in range(len(content) - packed, 0, -1) if _unpacks(content[at : at + packed]))
    header = content[:8] + struct.pack(">I", start + len(stream)) + content[12:20]
    return header + struct.pack(">I", len(stream)) + content[24:start] + stream


def _unpacks(stream: bytes) -> bool:
    try:
        return bool(brotli.decompress(stream))
    except brotli.error:
        return False


def brotli_zeros(total: int) -> bytes:
    """A Brotli stream of about that many zeros."""
    packer = brotli.Compressor(quality=1)
    return b"".join([*(packer.process(bytes(_CHUNK)) for _ in range(total // _CHUNK)), packer.finish()])


def zlib_zeros(total: int) -> bytes:
    """A zlib stream of about that many zeros."""
    packer = zlib.compressobj(9)
    return b"".join([*(packer.compress(bytes(_CHUNK)) for _ in range(total // _CHUNK)), packer.flush()])


def png(width: int, height: int, rows: int | None = None, extra: bytes = b"") -> bytes:
    """A picture of a black bar on white, one bit per pixel, in few bytes.

    Args:
        width: what it says, and has.
        height: what it says.
        rows: how many it has; all where it is None.
        extra: chunks before the pixels.
    """
    packer, wide = zlib.compressobj(9), (width + 7) // 8
    white = b"\xff" * wide
    bar = b"\xff" * (wide // 3) + bytes(wide - 2 * (wide // 3)) + b"\xff" * (wide // 3)
    parts = [
        packer.compress(b"\0" + (bar if height // 3 <= row <= 2 * height // 3 else white))
        for row in range(height if rows is None else rows)
    ]
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    data = png_chunk(b"IDAT", b"".join((*parts, packer.flush())))
    return b"\x89PNG\r\n\x1a\n" + header + extra + data + png_chunk(b"IEND", b"")


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every table and list in some JSON with each of its keys, from the outside to the inside."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield data, key
        yield from places(value)

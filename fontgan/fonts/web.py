"""Fonts packed for the web, WOFF and WOFF2, unpacked to SFNT within bounds.

A few bytes may unpack to gigabytes. So both formats are unpacked here, up to what their own directory claims
and never beyond `MOST_UNPACKED`.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fontgan.fonts.web_glyphs import ByteReader, unpack_glyphs, unpack_metrics

MOST_UNPACKED = 128 << 20  # bytes; the largest web fonts of CJK have 40 MB

# W3C, «WOFF File Format 1.0» and «WOFF File Format 2.0»: the headers up to what describes the file itself.
_WOFF = ">4s4sIHHI"  # signature, flavour, length, tables, reserved, size when unpacked
_WOFF_HEADER, _WOFF2_HEADER = 44, 48
# WOFF 2.0, 4.1: tags by number.
_TAGS = (
    b"cmap head hhea hmtx maxp name OS/2 post cvt_ fpgm glyf loca prep CFF_ VORG EBDT EBLC gasp hdmx "
    b"kern LTSH PCLT VDMX vhea vmtx BASE GDEF GPOS GSUB EBSC JSTF MATH CBDT CBLC COLR CPAL SVG_ sbix "
    b"acnt avar bdat bloc bsln cvar fdsc feat fmtx fvar gvar hsty just lcar mort morx opbd prop trak "
    b"Zapf Silf Glat Gloc Feat Sill"
).split()


class _Table(NamedTuple):
    """A table of SFNT: its tag, checksum and bytes."""

    tag: bytes
    checksum: int
    content: bytes | memoryview


class _Entry(NamedTuple):
    """A table of WOFF2: its length in the stream, and whether it is transformed there."""

    tag: bytes
    length: int
    transformed: bool


def unpack_woff(content: bytes) -> bytes:
    """The SFNT in a WOFF file.

    Raises:
        ValueError: it is damaged, or claims more than `MOST_UNPACKED`.
    """
    try:
        _, flavour, _, count, _, _ = struct.unpack_from(_WOFF, content)
        entries = [
            struct.unpack_from(">4s4I", content, _WOFF_HEADER + 20 * number) for number in range(count)
        ]
    except struct.error as error:
        raise ValueError("its directory is not complete") from error
    _check_size(length for *_, length, _ in entries)
    data = memoryview(content)
    tables = [
        _Table(tag, checksum, _inflated(data[offset : offset + packed], length))
        for tag, offset, packed, length, checksum in entries
    ]
    return _sfnt(flavour, tables)


def _inflated(packed: memoryview, length: int) -> bytes | memoryview:
    if len(packed) == length:  # stored as it is, where packing makes it no smaller
        return packed
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(packed, length + 1)
    except zlib.error as error:
        raise ValueError("a table cannot be unpacked") from error
    if len(content) != length:
        raise ValueError("a table is not as long as the directory claims")
    return content


def unpack_woff2(content: bytes) -> bytes:
    """The SFNT in a WOFF2 file.

    Raises:
        ValueError: it is damaged, is a collection, or claims more than `MOST_UNPACKED`.
    """
    try:
        _, flavour, _, count, _, _, packed = struct.unpack_from(_WOFF + "I", content)
        reader = ByteReader(content, _WOFF2_HEADER)
        entries = [_entry(reader) for _ in range(count)]
    except (struct.error, IndexError) as error:
        raise ValueError("its directory is not complete") from error
    if flavour == b"ttcf":
        raise ValueError("it packs a collection, which is not supported")
    length = _check_size(entry.length for entry in entries)
    stream = memoryview(_decompressed(content[reader.at : reader.at + packed], length))
    tables, at = {}, 0
    for entry in entries:
        tables[entry.tag] = stream[at : at + entry.length]
        at += entry.length
    try:
        rebuilt = _rebuilt(tables, {entry.tag for entry in entries if entry.transformed})
    except (struct.error, IndexError) as error:
        raise ValueError("its glyphs are not complete") from error
    return _sfnt(flavour, [_Table(tag, 0, table) for tag, table in rebuilt.items()])


def _entry(reader: ByteReader) -> _Entry:
    flags = reader.number(1)
    tag = reader.take(4).tobytes() if flags & 63 == 63 else _TAGS[flags & 63].replace(b"_", b" ")
    length, version = reader.base128(), flags >> 6
    transformed = version != 3 if tag in (b"glyf", b"loca") else version != 0
    return _Entry(tag, reader.base128() if transformed else length, transformed)


def _decompressed(packed: bytes, length: int) -> bytes:
    """The brotli stream of a known length."""
    import brotli  # few fonts come as WOFF2

    decoder, output = brotli.Decompressor(), io.BytesIO()
    try:
        output.write(decoder.process(packed, output_buffer_limit=length + 1))
        while output.tell() <= length and not decoder.is_finished():
            part = decoder.process(b"", output_buffer_limit=length + 1 - output.tell())
            if not part:
                break
            output.write(part)
    except brotli.error as error:
        raise ValueError("it cannot be unpacked") from error
    if output.tell() != length or not decoder.is_finished():
        raise ValueError("it is not as long as its directory claims")
    return output.getvalue()


def _rebuilt(tables: dict[bytes, memoryview], transformed: set[bytes]) -> dict[bytes, bytes | memoryview]:
    """The tables as SFNT has them; WOFF 2.0, 5.1 to 5.4."""
    if not transformed <= {b"glyf", b"loca", b"hmtx"} or (b"glyf" in transformed) != (b"loca" in transformed):
        raise ValueError("it has a transformation that is not known")
    rebuilt: dict[bytes, bytes | memoryview] = dict(tables)
    if b"glyf" in transformed:
        glyphs = unpack_glyphs(tables[b"glyf"])
        rebuilt[b"glyf"], rebuilt[b"loca"] = glyphs.glyf, glyphs.loca
        head = bytearray(tables.get(b"head", b""))
        head[50:52] = (1).to_bytes(2, "big")  # the offsets of «loca» have 32 bits
        rebuilt[b"head"] = bytes(head)
    if b"hmtx" in transformed:
        if b"glyf" not in transformed:
            raise ValueError("it has a transformation that is not known")
        (wide,) = struct.unpack_from(">H", tables.get(b"hhea", b""), 34)
        rebuilt[b"hmtx"] = unpack_metrics(tables[b"hmtx"], wide, glyphs.left)
    return rebuilt


def _check_size(lengths: Iterable[int]) -> int:
    """The sum of the lengths of tables."""
    total = sum(lengths)
    if total > MOST_UNPACKED:
        raise ValueError(f"it claims {total >> 20:,} MB")
    return total


def _sfnt(flavour: bytes, tables: Sequence[_Table]) -> bytes:
    """A font of some tables; OpenType specification, «Organization of an OpenType Font»."""
    output = io.BytesIO()
    output.write(struct.pack(">4s4H", flavour, len(tables), 0, 0, 0))
    offset = 12 + 16 * len(tables)
    for tag, checksum, content in tables:
        output.write(struct.pack(">4sIII", tag, checksum, offset, len(content)))
        offset += -(-len(content) // 4) * 4
    for _, _, content in tables:
        output.write(content)
        output.write(bytes(-len(content) % 4))
    return output.getvalue()

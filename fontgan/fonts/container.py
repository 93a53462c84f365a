"""The bytes of a font file: read once, unpacked, and checked before FreeType sees them."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from fontgan.errors import FontganError
from fontgan.fonts.composites import composite_mistake
from fontgan.fonts.location import PICTURE_SUFFIXES
from fontgan.fonts.web import unpack_woff, unpack_woff2
from fontgan.untrusted import read_file, unreadable

_SFNT = {
    b"\0\1\0\0": "TrueType",
    b"true": "TrueType",
    b"OTTO": "OpenType",
    b"ttcf": "collection",
    b"wOFF": "WOFF",
    b"wOF2": "WOFF2",
}
# Tables without which nothing can be drawn, or wrong things.
_NEEDED = {b"glyf", b"loca", b"CFF ", b"CFF2", b"cmap", b"head", b"hmtx", b"maxp"}
_MOST_BYTES = 512 << 20  # the largest CJK collections have 200 MB


@dataclass(frozen=True)
class FontFile:
    """A font file in memory.

    Attributes:
        path: where it was read.
        content: the file's own bytes.
    """

    path: Path
    content: bytes

    @classmethod
    def read(cls, path: Path) -> FontFile:
        """Read the file.

        Raises:
            FontganError: it is missing, is not a regular file, cannot be read, or cannot be a font by its
                size.
        """
        try:
            content = read_file(path, _MOST_BYTES, "a font")
        except FileNotFoundError as error:
            raise FontganError(f"there is no font file or folder {path}", "check the path") from error
        except IsADirectoryError as error:
            raise FontganError(f"{path} is a directory", "pass a font file in it") from error
        except OSError as error:
            raise unreadable(f"the font file {path}", error) from error
        if not content:
            raise FontganError(f"the font file {path} is empty", "download it again")
        return cls(path, content)

    @property
    def container(self) -> str:
        """How the file packs its font: TrueType, OpenType, collection, WOFF, WOFF2 or other."""
        return _SFNT.get(self.content[:4], "other")

    @cached_property
    def sha256(self) -> str:
        """Of the file as it is, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    def tables(self, index: int) -> list[tuple[bytes, int, int, int]]:
        """(Tag, checksum, offset, length) of the tables of a face; none where the directory is damaged.

        OpenType specification, «Table Directory» and «Font Collections».
        """
        data, start = self.unpacked, 0
        try:
            if data[:4] == b"ttcf":
                if index >= struct.unpack_from(">I", data, 8)[0]:
                    return []
                (start,) = struct.unpack_from(">I", data, 12 + 4 * index)
            (count,) = struct.unpack_from(">H", data, start + 4)
            return [struct.unpack_from(">4sIII", data, start + 12 + 16 * number) for number in range(count)]
        except struct.error:
            return []

    def table(self, index: int, tag: bytes) -> memoryview:
        """The bytes of a table of a face, as many of them as there are; none where it lacks the table."""
        for name, _, offset, length in self.tables(index):
            if name == tag and length:
                return memoryview(self.unpacked)[offset : offset + length]
        return memoryview(b"")

    def check(self, index: int) -> None:
        """Refuse a face that FreeType would read in part, wrongly, or without an end.

        Raises:
            FontganError: the file is not a font, or was cut short, or its tables or glyphs claim more than
                any font has.
        """
        if self.container == "other":
            raise self.not_a_font()
        size, claimed = len(self.unpacked), 0
        for tag, _, offset, length in self.tables(index):
            claimed += min(length, max(0, size - offset))
            if tag in _NEEDED and offset + length > size:
                name = tag.decode().strip()
                raise FontganError(
                    f"{self.path} is cut short: its {name} table is not complete", "download it again"
                )
        # Some tables have two names, and so lie in the file twice.
        mistake = "has tables that overlap" if claimed > 2 * size else self._composite_mistake(index)
        if mistake:
            raise FontganError(
                f"{self.path} {mistake}, as fonts in use never do",
                "download it again, or use another font",
            )

    def not_a_font(self) -> FontganError:
        """What is said of a file that FreeType cannot read."""
        if self.path.suffix.lower() in PICTURE_SUFFIXES:
            return FontganError(
                f"{self.path} is a picture, not a font", "pass the folder of glyph pictures that it is in"
            )
        return FontganError(
            f"{self.path} is not a font that FreeType can read, or it is damaged",
            "use a TTF, OTF, TTC, WOFF or WOFF2 file",
        )

    def damaged_tables(self, index: int) -> list[str]:
        """The tables whose checksums are wrong, by name; none of WOFF2, which has no checksums."""
        if self.container == "WOFF2":
            return []
        data, wrong = memoryview(self.unpacked), []
        for tag, checksum, offset, length in self.tables(index):
            # That of «head» is of the whole file, which makers of collections take otherwise.
            if tag != b"head" and _checksum(data[offset : offset + length]) != checksum:
                wrong.append(tag.decode("ascii", "replace").strip())
        return wrong

    @cached_property
    def unpacked(self) -> bytes:
        """The font as SFNT, which FreeType and the checks read.

        Raises:
            FontganError: a packed file that cannot be unpacked.
        """
        unpack = {"WOFF": unpack_woff, "WOFF2": unpack_woff2}.get(self.container)
        if unpack is None:
            return self.content
        try:
            return unpack(self.content)
        except ValueError as error:
            raise FontganError(
                f"{self.path} is a damaged {self.container} file: {error}",
                "download it again, or use the TTF or OTF",
            ) from error

    def _composite_mistake(self, index: int) -> str:
        """Why the TrueType outlines of a face must not be drawn; empty where they may be."""
        tables = {tag: offset for tag, _, offset, length in reversed(self.tables(index)) if length}
        glyf, head, maxp = (self.table(index, tag) for tag in (b"glyf", b"head", b"maxp"))
        if not glyf or b"loca" not in tables or len(head) < 52 or len(maxp) < 6:
            return ""
        long_offsets = head[51] != 0 or head[50] != 0
        # Where «loca» claims to be too short, FreeType reads what lies behind it.
        wanted = (int.from_bytes(maxp[4:6], "big") + 1) * (4 if long_offsets else 2)
        start, length = tables[b"loca"], max(wanted, len(self.table(index, b"loca")))
        return composite_mistake(glyf, memoryview(self.unpacked)[start : start + length], long_offsets)


def _checksum(content: memoryview) -> int:
    """OpenType specification, «Calculating Checksums»: the sum of its 32-bit numbers."""
    whole = len(content) // 4 * 4
    last = int.from_bytes(bytes(content[whole:]).ljust(4, b"\0"), "big")
    return (int(np.frombuffer(content[:whole], ">u4").sum(dtype=np.uint64)) + last) & 0xFFFFFFFF

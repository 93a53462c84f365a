"""The bytes of a font file: read once, and WOFF2 unpacked for FreeType, which reads all the others."""

from __future__ import annotations

import hashlib
import io
import struct
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from fontgan.errors import FontganError

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
_WOFF2_HEADER = ">4sIIHHI"  # signature, flavour, length, tables, reserved, size when unpacked


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
            FontganError: it is not there, cannot be read, or cannot be a font by its size.
        """
        if path.is_dir():
            raise FontganError(f"{path} is a directory", "pass a font file in it")
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise FontganError(
                    f"{path} is larger than 512 MB, so it cannot be a font", "pass a font file"
                )
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise FontganError(f"there is no font file or folder {path}", "check the path") from error
        except (OSError, ValueError) as error:
            raise FontganError(f"the font file {path} cannot be read: {error}") from error
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

        OpenType specification, «Table Directory» and «Font Collections». None of a WOFF file either, of which
        FreeType checks the length itself.
        """
        if self.container in ("WOFF", "other"):
            return []
        data = self.unpacked
        try:
            start = struct.unpack_from(">I", data, 12 + 4 * index)[0] if data[:4] == b"ttcf" else 0
            (count,) = struct.unpack_from(">H", data, start + 4)
            return [struct.unpack_from(">4sIII", data, start + 12 + 16 * number) for number in range(count)]
        except struct.error:
            return []

    def check_whole(self, index: int) -> None:
        """Refuse a file that was cut short, although FreeType would draw parts of it.

        Raises:
            FontganError: a table that is needed lies beyond the end.
        """
        for tag, _, offset, length in self.tables(index):
            if tag in _NEEDED and offset + length > len(self.unpacked):
                name = tag.decode().strip()
                raise FontganError(
                    f"{self.path} is cut short: its {name} table is not complete", "download it again"
                )

    def damaged_tables(self, index: int) -> list[str]:
        """The tables whose checksums are wrong, by name."""
        data, wrong = self.unpacked, []
        for tag, checksum, offset, length in self.tables(index):
            if tag == b"head":  # its sum is of the whole file, which makers of collections take otherwise
                continue
            content = data[offset : offset + length]
            padded = content + bytes(-len(content) % 4)
            if int(np.frombuffer(padded, ">u4").sum(dtype=np.uint64)) & 0xFFFFFFFF != checksum:
                wrong.append(tag.decode("ascii", "replace").strip())
        return wrong

    @cached_property
    def unpacked(self) -> bytes:
        """The bytes that FreeType can read.

        Raises:
            FontganError: a WOFF2 file that cannot be unpacked.
        """
        return _unpack_woff2(self.path, self.content) if self.container == "WOFF2" else self.content


def _unpack_woff2(path: Path, content: bytes) -> bytes:
    from fontTools.ttLib import TTFont  # slow to import, and few fonts come as WOFF2

    damaged = FontganError(f"{path} is a damaged WOFF2 file", "download it again, or use the TTF or OTF")
    header = content[: struct.calcsize(_WOFF2_HEADER)]
    if len(header) < struct.calcsize(_WOFF2_HEADER):
        raise damaged
    # Brotli makes a font some two or three times smaller; a header that claims more is not a font's.
    size: int = struct.unpack(_WOFF2_HEADER, header)[-1]
    if size > min(_MOST_BYTES, 64 * len(content) + 65536):
        raise damaged
    try:
        font = TTFont(io.BytesIO(content), recalcBBoxes=False, recalcTimestamp=False)
        font.flavor = None
        output = io.BytesIO()
        font.save(output, reorderTables=None)
    except Exception as error:  # fontTools, brotli and struct each raise their own on damaged bytes
        raise damaged from error
    return output.getvalue()

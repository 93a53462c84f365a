"""A face of a font file as its tables, and tables as a font file."""

from __future__ import annotations

import io
import os
import re
import struct
from pathlib import Path
from typing import Any

from fontTools.misc.timeTools import epoch_diff
from fontTools.ttLib import TTFont, sortedTagList
from fontTools.ttLib.sfnt import SFNTWriter

from fontgan.errors import FontganError
from fontgan.files import replacing
from fontgan.fonts.container import FontFile

Tables = dict[str, bytes]

MOST_GLYPHS = 65534  # of the 65,535 that 16 bits number, the last one makes some programs stumble
FORMATS = ("ttf", "otf", "woff", "woff2")
_DATE = 1767225600  # 2026-01-01, where SOURCE_DATE_EPOCH names no other day


def check_format(kind: str) -> None:
    """Refuse what is not the name of a font format.

    Raises:
        FontganError: it is not.
    """
    if kind not in FORMATS:
        raise FontganError(
            f"there is no font format {kind!r}", f"choose {{format}} from {', '.join(FORMATS)}"
        )


def read_tables(file: FontFile, index: int) -> Tables:
    """The tables of a face by tag, a web font unpacked.

    Raises:
        FontganError: the file is damaged, or has no such face.
    """
    try:
        tables = _sfnt_tables(file, index)
    except (struct.error, ValueError) as error:
        raise FontganError(
            f"{file.path} is damaged: its tables cannot be read", "download it again"
        ) from error
    if not tables:
        raise FontganError(f"{file.path} has no face #{index}, or is not a font", "pass a TTF or OTF file")
    return tables


def write_tables(tables: Tables) -> bytes:
    """A TTF or OTF file of tables, checksums included."""
    output = io.BytesIO()
    writer: Any = SFNTWriter(output, len(tables), "OTTO" if "CFF " in tables else "\0\1\0\0")
    for tag in sortedTagList(list(tables)):
        content = tables[tag]
        if tag == "head":  # the sum over the whole file, which counts as zero in itself
            content = content[:8] + bytes(4) + content[12:]
        writer[tag] = content
    writer.close()
    return output.getvalue()


def packed(content: bytes, kind: str) -> bytes:
    """A TTF or OTF as a web font, or as it is where `kind` is neither `woff` nor `woff2`."""
    if not kind.startswith("woff"):
        return content
    font = TTFont(io.BytesIO(content), recalcBBoxes=False, recalcTimestamp=False)
    font.flavor = kind
    output = io.BytesIO()
    font.save(output, reorderTables=False)
    return output.getvalue()


def save_font(path: Path, content: bytes) -> None:
    """Write a font file, whole or not at all.

    Raises:
        FontganError: there is a folder of that name, or it cannot be written.
    """
    if path.is_dir():
        raise FontganError(f"{path} is a folder", "pass the path of a font file with {output}")
    with replacing(path) as beside:
        beside.write_bytes(content)


def timestamp() -> int:
    """The time that fonts are dated, in seconds since 1904: SOURCE_DATE_EPOCH, or always the same day.

    See https://reproducible-builds.org/specs/source-date-epoch.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    return (int(given) if re.fullmatch(r"[0-9]{1,11}", given) else _DATE) - int(epoch_diff)


def _sfnt_tables(file: FontFile, index: int) -> Tables:
    data = file.unpacked
    if data[:4] == b"ttcf" and index >= struct.unpack_from(">I", data, 8)[0]:
        return {}
    tables = {}
    for tag, _, offset, length in file.tables(index):
        if offset + length > len(data):
            raise ValueError(tag)
        tables[tag.decode("ascii")] = data[offset : offset + length]
    return tables

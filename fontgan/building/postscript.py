"""Glyphs appended to a font with PostScript outlines, keyed by name or by CID.

Adobe Technical Note 5176, «The Compact Font Format Specification».
"""

from __future__ import annotations

import io
import struct
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Any

from fontTools.cffLib import CFFFontSet
from fontTools.ttLib import TTFont

from fontgan.building.glyphs import Box, UnitGlyph, joined
from fontgan.building.names import Names
from fontgan.building.tables import Tables


def append_outlines(
    tables: Tables, glyphs: Sequence[UnitGlyph], like: Sequence[int], names: Names | None
) -> list[Box]:
    """Append charstrings to `CFF`, and count them in `maxp`; returns the boxes of the glyphs.

    The charstrings and subroutines that it has stay the same bytes.

    Args:
        tables: of the font.
        glyphs: the new ones.
        like: glyphs of the font that the new ones resemble. In a font keyed by CID, which is divided into
            parts, they go into the part that most of these are in.
        names: a new name of the font, or None.
    """
    (count,) = struct.unpack_from(">H", tables["maxp"], 4)
    fonts = CFFFontSet()
    fonts.decompile(io.BytesIO(tables["CFF "]), None)
    top = fonts[0]
    strings = top.CharStrings
    order = top.charset = list(top.charset)
    if len(order) != count or len(strings.charStringsIndex) != count:
        raise ValueError("CFF")
    selector = getattr(top, "FDSelect", None)
    part = _usual(selector.gidArray, like) if selector else 0
    private = top.FDArray[part].Private if selector else top.Private
    keys = _cids(order, len(glyphs)) if hasattr(top, "ROS") else _free_names(order, glyphs)
    for key, glyph in zip(keys, glyphs, strict=True):
        strings.charStrings[key] = len(order)
        string = glyph.char_string(private.defaultWidthX, private.nominalWidthX)
        string.private, string.globalSubrs = private, fonts.GlobalSubrs
        strings.charStringsIndex.append(string)
        order.append(key)
        if selector:
            selector.gidArray.append(part)
    if hasattr(top, "ROS"):
        top.CIDCount = max(getattr(top, "CIDCount", 8720), max(int(key[3:]) for key in keys) + 1)
    boxes = [glyph.ink_box() for glyph in glyphs]
    top.FontBBox = list(joined([top.FontBBox, *boxes]))
    if names:
        _rename(fonts, top, names)
    output = io.BytesIO()
    fonts.compile(output, TTFont(recalcBBoxes=False))
    tables["CFF "] = output.getvalue()
    maxp = tables["maxp"]
    tables["maxp"] = maxp[:4] + struct.pack(">H", count + len(glyphs)) + maxp[6:]
    return boxes


def _usual(parts: Sequence[int], like: Sequence[int]) -> int:
    """The part of a font that most of some glyphs are in, or most of all where there are none."""
    chosen = [parts[glyph] for glyph in like if glyph < len(parts)] or parts
    return Counter(chosen).most_common(1)[0][0]


def _cids(order: Sequence[str], count: int) -> list[str]:
    """The numbers that follow the largest one, as fontTools spells them; then any that are free."""
    taken = {int(name[3:]) for name in order[1:]}
    after = max(taken, default=0) + 1
    free = (number for number in (*range(after, 0xFFFF), *range(1, after)) if number not in taken)
    return [f"cid{number:05}" for number in islice(free, count)]


def _free_names(order: Sequence[str], glyphs: Sequence[UnitGlyph]) -> list[str]:
    """The names of the glyphs, with a suffix where the font has one of that name."""
    taken = set(order)
    names = []
    for glyph in glyphs:
        name, number = glyph.name, 1
        while name in taken:
            name, number = f"{glyph.name}.alt{number}", number + 1
        taken.add(name)
        names.append(name)
    return names


def _rename(fonts: Any, top: Any, names: Names) -> None:
    fonts.fontNames[0] = names.postscript
    top.FullName, top.FamilyName = names.full, names.family

"""Whether a font that was extended keeps what it had: glyphs, advances, features, the shaping of texts."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont

from fontgan.building.characters import characters_of
from fontgan.building.glyphs import NewGlyph
from fontgan.building.merge import MergedFont, merge_font
from fontgan.fonts.location import FontLocation
from tests.building.outlines import opened, rings

BYTES = ("GSUB", "GPOS", "GDEF", "PfEd")  # tables that glyphs' numbers hold together


def merged(path: Path, glyphs: list[NewGlyph] | None = None, **options: Any) -> MergedFont:
    """Rings merged into a font."""
    return merge_font(FontLocation(path), glyphs or rings(), **options)


def kept(path: Path, content: bytes, index: int = -1, same_bytes: bool = True) -> None:
    """Assert that every glyph, advance and feature of a font is in another as it was."""
    old, new = TTFont(path, fontNumber=index), opened(content)
    count = old["maxp"].numGlyphs
    assert new["maxp"].numGlyphs > count
    for tag in BYTES:
        assert (tag in old) == (tag in new)
        assert tag not in old or old.reader[tag] == new.reader[tag]
    names = list(zip(old.getGlyphOrder(), new.getGlyphOrder()[:count], strict=True))
    assert all(old["hmtx"][was] == new["hmtx"][now] for was, now in names)
    if "glyf" in old and same_bytes:
        offsets = list(old["loca"])
        assert offsets == list(new["loca"])[: count + 1]
        assert new.reader["glyf"].startswith(old.reader["glyf"][: offsets[-1]])
    else:
        assert all(drawn(old, was, False) == drawn(new, now, False) for was, now in names)
    before, after = (characters_of(font.reader["cmap"]) for font in (old, new))
    assert before.items() <= after.items()


def drawn(font: Any, name: str, same_bytes: bool = True) -> Any:
    """The bytes of a glyph, or what it draws where they are not apart or do not count."""
    if "glyf" in font and same_bytes:
        number = font.getGlyphID(name)
        return font.reader["glyf"][font["loca"][number] : font["loca"][number + 1]]
    pen = RecordingPen()
    font.getGlyphSet()[name].draw(pen)
    return pen.value


def shaped(content: bytes, text: str, direction: str = "ltr") -> list[tuple[int, ...]]:
    """What HarfBuzz makes of a text: glyph, place in the text, advances and offsets of each."""
    harfbuzz: Any = importlib.import_module("uharfbuzz")
    font = harfbuzz.Font(harfbuzz.Face(content))
    buffer = harfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = direction
    harfbuzz.shape(font, buffer)
    return [
        (one.codepoint, one.cluster, where.x_advance, where.y_advance, where.x_offset, where.y_offset)
        for one, where in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
    ]

"""A font's own description of itself, and what it really draws."""

from __future__ import annotations

import io
import struct
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import freetype

from fontgan.fonts.charset import NAMED
from fontgan.fonts.face import Face
from fontgan.fonts.source import GlyphSource, usual_width
from fontgan.fonts.tables import shown_names, variation_axes
from fontgan.progress import Silent, Watcher

# OpenType specification, «OS/2», fsType: bits 0–3 exclude one another, the others are added.
_EMBEDDING = {0: "installable", 2: "restricted", 4: "preview and print", 8: "editable"}
_EMBEDDING_LIMITS = {0x100: "no subsetting", 0x200: "bitmaps only"}


@dataclass(frozen=True)
class Coverage:
    """The part of a character set that a font draws."""

    total: int
    drawn: int
    missing: int


@dataclass(frozen=True)
class Metrics:
    """The measures of a font, in font units.

    Attributes:
        em: units of an em.
        ascent, descent, line_gap: of «hhea»; the descent is negative.
        advance: the one that most ideographs have, or the widest character's; 0 where nothing is drawn.
        vertical: whether it has metrics for vertical writing.
    """

    em: int
    ascent: int
    descent: int
    line_gap: int
    advance: int
    vertical: bool


@dataclass(frozen=True)
class Description:
    """All that `fontgan inspect` shows of a font or of a folder of glyph pictures.

    Attributes:
        path: as it was given.
        kind: `font` or `pictures`.
        format: container and outlines, such as `WOFF2, TrueType outlines`.
        faces: in the file.
        axes: tag to (least, default, most) of a variable font.
        names: those that are shown, by what they name; in English where it has that.
        damaged: tables whose checksums are wrong.
        embedding: what the embedding bits permit.
        metrics: None for pictures.
        sha256: of the file.
        mapped, drawn: how many code points.
        charsets: a set's name to how much of it is drawn, in the order of `NAMED`.
    """

    path: str
    kind: str
    format: str
    faces: int
    axes: dict[str, tuple[float, float, float]]
    names: dict[str, str]
    damaged: list[str]
    embedding: str
    metrics: Metrics | None
    sha256: str
    mapped: int
    drawn: int
    charsets: dict[str, Coverage]


def describe(source: GlyphSource, watcher: Watcher | None = None) -> tuple[Description, list[int]]:
    """Read all of a font: its description, and the code points that it draws, ascending."""
    mapped = list(source.mapped())
    watcher = watcher or Silent()
    watcher.start("reading", len(mapped))
    drawn = []
    for code in mapped:
        if source.draws(code):
            drawn.append(code)
        watcher.advance()
    charsets = {name: coverage(set(drawn), codes()) for name, codes in NAMED.items()}
    font = _Tables(source) if isinstance(source, Face) else None
    described = Description(
        path=str(source.location),
        kind=source.kind,
        format=font.format if font else "glyph pictures",
        faces=font.face.num_faces if font else 1,
        axes=font.axes() if font else {},
        names=font.names() if font else {"family": source.family},
        damaged=font.damaged() if font else [],
        embedding=font.embedding() if font else "",
        metrics=font.metrics(drawn) if font else None,
        sha256=source.sha256,
        mapped=len(mapped),
        drawn=len(drawn),
        charsets=charsets,
    )
    return described, drawn


def coverage(drawn: Collection[int], codes: Sequence[int]) -> Coverage:
    """The part of the characters `codes` that is among those drawn."""
    found = sum(code in drawn for code in codes)
    return Coverage(len(codes), found, len(codes) - found)


class _Tables:
    """The tables that describe a font, of which each may be missing or damaged."""

    def __init__(self, font: Face) -> None:
        self._font = font
        self.face = freetype.Face(io.BytesIO(font.file.unpacked), font.location.index)

    @property
    def format(self) -> str:
        """Container and kind of outlines."""
        outlines = "CFF2" if self._table("CFF2") else self.face.get_format().decode()
        return f"{self._font.file.container}, {outlines} outlines"

    def axes(self) -> dict[str, tuple[float, float, float]]:
        """Tag to (least, default, most)."""
        axes = variation_axes(self._table("fvar"))
        return {axis.tag: (axis.minimum, axis.default, axis.maximum) for axis in axes}

    def names(self) -> dict[str, str]:
        """The texts of «name» that are shown."""
        return shown_names(self._table("name"))

    def damaged(self) -> list[str]:
        """The tables whose checksums are wrong."""
        return self._font.file.damaged_tables(self._font.location.index)

    def embedding(self) -> str:
        """What the embedding bits permit, in words."""
        table = self._table("OS/2")
        if len(table) < 10:
            return "not specified"
        (bits,) = struct.unpack(">H", table[8:10])
        permitted = next((text for bit, text in _EMBEDDING.items() if bits & 0xF == bit), f"unknown ({bits})")
        limits = [text for bit, text in _EMBEDDING_LIMITS.items() if bits & bit]
        return ", ".join([permitted, *limits])

    def metrics(self, drawn: Sequence[int]) -> Metrics:
        """Its measures, the advance over some of the characters that it draws."""
        hhea = self._table("hhea")
        ascent, descent, gap = struct.unpack(">hhh", hhea[4:10]) if len(hhea) >= 10 else (0, 0, 0)
        em = int(self.face.units_per_EM)
        wide = [code for code in drawn if code >= 0x2E80] or drawn
        sample = wide[:: max(1, len(wide) // 100)]
        advances = [round(self._font.advance(code) * em) for code in sample]
        return Metrics(em, ascent, descent, gap, usual_width(advances, 0), bool(self._table("vhea")))

    def _table(self, tag: str) -> memoryview:
        """A table of the font; nothing where it lacks it."""
        return self._font.file.table(self._font.location.index, tag.encode())

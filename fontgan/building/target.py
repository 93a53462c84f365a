"""A font that is given further characters, table by table."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from fontgan.building import postscript, truetype
from fontgan.building.characters import characters_of, with_characters
from fontgan.building.coverage import code_pages, unicode_ranges
from fontgan.building.glyphs import BLANKS, Box, UnitGlyph, fingerprint, joined
from fontgan.building.header import extend_head, extend_os2, extend_post
from fontgan.building.metrics import append_advances, extended_header, extents, read_advances
from fontgan.building.names import Names
from fontgan.building.tables import Tables, read_tables, timestamp
from fontgan.building.texts import read_texts, revised, write_texts
from fontgan.errors import FontganError
from fontgan.fonts.charset import describe_characters, is_han
from fontgan.fonts.container import FontFile
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation

_NEEDED = ("cmap", "head", "hhea", "hmtx", "maxp")
_LIKE = 64  # old glyphs that new ones resemble, of which their place is taken
_TOP = 0.88  # em from the baseline to where a column begins, where a font does not say it


@dataclass
class Target:
    """A font to be extended.

    Attributes:
        location: where it lies.
        tables: its tables, changed in place.
        mapped: code point to glyph.
        drawn: the characters that it draws.
        em: units of its em.
        count: of its glyphs.
        notes: what is worth knowing of the changes.
    """

    location: FontLocation
    tables: Tables
    mapped: dict[int, int]
    drawn: set[int]
    em: int
    count: int
    notes: list[str] = field(default_factory=list)

    @property
    def is_cff(self) -> bool:
        """Whether its outlines are PostScript's."""
        return "CFF " in self.tables

    @property
    def suffix(self) -> str:
        """Of its file's name."""
        return ".otf" if self.is_cff else ".ttf"

    @classmethod
    def open(cls, location: FontLocation) -> Target:
        """Open a font, or refuse it."""
        if location.path.is_dir():
            raise FontganError(f"{location.path} is a folder", "pass a font file to merge into")
        file = FontFile.read(location.path)
        face = Face(FontLocation(location.path, location.index), file)
        tables = read_tables(file, location.index)
        _refuse(location, tables)
        try:
            (em,) = struct.unpack_from(">H", tables["head"], 18)
            (count,) = struct.unpack_from(">H", tables["maxp"], 4)
            mapped = characters_of(tables["cmap"])
        except (struct.error, ValueError) as error:
            raise FontganError(
                f"{location} is damaged: its cmap cannot be read", "download it again"
            ) from error
        if not mapped:
            raise FontganError(f"{location} has no Unicode cmap of format 4 or 12", "use another font")
        return cls(location, tables, mapped, {code for code in mapped if face.draws(code)}, em, count)

    def extend(self, new: Sequence[UnitGlyph], names: Names | None, notices: str) -> None:
        """Append glyphs with all that follows from it."""
        if self.is_cff:
            boxes = postscript.append_outlines(self.tables, new, self._like(), names)
        else:
            boxes = truetype.append_outlines(self.tables, new, self.em)
        self._extend_lines(new, boxes)
        self._extend_columns(boxes)
        self._extend_characters(new)
        self._extend_devices(new)
        self._extend_headers(new, boxes, names, notices)
        self.tables.pop("DSIG", None)
        replaced = [glyph.code for glyph in new if glyph.code in self.drawn]
        if replaced:
            self.notes.append(
                f"replaced: {describe_characters(replaced)}; the old glyphs stay in the file, and features "
                "that name them do not concern the new ones"
            )

    def _extend_lines(self, new: Sequence[UnitGlyph], boxes: Sequence[Box]) -> None:
        """`hmtx` and `hhea`."""
        tables = self.tables
        (entries,) = struct.unpack_from(">H", tables["hhea"], 34)
        pairs = [(glyph.advance, box[0]) for glyph, box in zip(new, boxes, strict=True)]
        tables["hmtx"], entries = append_advances(tables["hmtx"], entries, self.count, pairs)
        reach = extents(pairs, [box[2] - box[0] for box in boxes])
        tables["hhea"] = extended_header(tables["hhea"], reach, entries)

    def _extend_columns(self, boxes: Sequence[Box]) -> None:
        """`vmtx` and `vhea`: the new glyphs hang where most of the old ones do."""
        tables = self.tables
        if not {"vhea", "vmtx"} <= set(tables):
            return
        (entries,) = struct.unpack_from(">H", tables["vhea"], 34)
        old = read_advances(tables["vmtx"], entries, self.count)
        advance, top = self._hanging(old)
        pairs = [(advance, top - box[3]) for box in boxes]
        tables["vmtx"], entries = append_advances(tables["vmtx"], entries, self.count, pairs)
        reach = extents(pairs, [box[3] - box[1] for box in boxes])
        tables["vhea"] = extended_header(tables["vhea"], reach, entries)

    def _hanging(self, old: Sequence[tuple[int, int]]) -> tuple[int, int]:
        """The vertical advance that most of the glyphs have that new ones resemble, and where it begins."""
        like = self._like()
        advance = Counter([old[glyph][0] for glyph in like] or [self.em]).most_common(1)[0][0]
        if "VORG" in self.tables:
            return advance, int(struct.unpack_from(">h", self.tables["VORG"], 4)[0])
        if self.is_cff or not like:
            return advance, round(_TOP * self.em)
        tops = [old[glyph][1] + top for glyph, top in truetype.tops(self.tables, like).items()]
        return advance, Counter(tops or [round(_TOP * self.em)]).most_common(1)[0][0]

    def _extend_characters(self, new: Sequence[UnitGlyph]) -> None:
        numbers = {glyph.code: self.count + place for place, glyph in enumerate(new)}
        self.tables["cmap"], notes = with_characters(self.tables["cmap"], numbers)
        self.notes += notes

    def _extend_devices(self, new: Sequence[UnitGlyph]) -> None:
        tables, advances = self.tables, [glyph.advance for glyph in new]
        if "hdmx" in tables:
            tables["hdmx"] = truetype.append_device_widths(tables["hdmx"], self.count, advances, self.em)
        if "LTSH" in tables:
            tables["LTSH"] = truetype.append_thresholds(tables["LTSH"], len(new))

    def _extend_headers(
        self, new: Sequence[UnitGlyph], boxes: Sequence[Box], names: Names | None, notices: str
    ) -> None:
        """`name`, `head`, `OS/2` and `post`."""
        tables, revision = self.tables, 0.0
        if "name" in tables:
            unique = fingerprint(new)
            texts, revision = revised(
                read_texts(tables["name"]), unique, names, notices, self.location.path.stem
            )
            tables["name"] = write_texts(texts)
        (modified,) = struct.unpack_from(">q", tables["head"], 28)
        tables["head"] = extend_head(tables["head"], boxes, revision, max(modified, timestamp()))
        if "OS/2" in tables:
            codes = {glyph.code for glyph in new}
            covered = self.drawn | codes | (BLANKS.keys() & self.mapped.keys())
            tables["OS/2"], notes = extend_os2(
                tables["OS/2"],
                codes,
                unicode_ranges(codes),
                code_pages(covered),
                self._average(),
                joined(boxes),
            )
            self.notes += notes
            if notes:
                tables.pop("VDMX", None)
        if "post" in tables:
            tables["post"], note = extend_post(tables["post"], [glyph.name for glyph in new])
            self.notes += [f"post: {note}"] if note else []

    def _average(self) -> int:
        """The mean of the advances that are not 0, rounded as fontTools does it."""
        (entries,) = struct.unpack_from(">H", self.tables["hhea"], 34)
        (count,) = struct.unpack_from(">H", self.tables["maxp"], 4)
        wide = [advance for advance, _ in read_advances(self.tables["hmtx"], entries, count) if advance]
        return int(sum(wide) / len(wide) + 0.5) if wide else 0

    def _like(self) -> list[int]:
        """Some glyphs of Chinese characters."""
        glyphs = [self.mapped[code] for code in sorted(self.drawn) if is_han(code)]
        return [glyph for glyph in glyphs[:: max(1, len(glyphs) // _LIKE)] if glyph < self.count]


def _refuse(location: FontLocation, tables: Tables) -> None:
    """Refuse fonts that cannot be extended without changing what they are."""
    if "fvar" in tables or "CFF2" in tables or location.axes:
        raise FontganError(
            f"{location.path} is a variable font: new characters would not follow its axes",
            "make an instance of it first: fonttools varLib.instancer {path} {axis}=…",
            path=location.path,
            axis=_first_axis(tables),
        )
    if "sbix" in tables:
        raise FontganError(f"{location} has bitmaps for its glyphs (sbix)", "use a font of outlines alone")
    missing = [tag for tag in _NEEDED if tag not in tables]
    if missing or ("CFF " not in tables and not {"glyf", "loca"} <= set(tables)):
        lacks = ", ".join(missing) or "glyf or CFF"
        raise FontganError(f"{location} is damaged: it has no table {lacks}", "download it again")


def _first_axis(tables: Tables) -> str:
    """The tag of the first axis of a variable font: OpenType specification, «fvar»."""
    fvar = tables.get("fvar", b"").ljust(6, b"\0")
    start = int.from_bytes(fvar[4:6], "big")
    tag = fvar[start : start + 4].decode("ascii", "replace")
    return tag if len(tag) == 4 and tag.isalnum() else "wght"

"""What became of the tables of a font, for its owner to read."""

from __future__ import annotations

from dataclasses import dataclass

from fontgan.building.tables import Tables

# What changes in a table when glyphs are appended; {} is how many.
_WHY = {
    "glyf": "{} appended behind the old bytes",
    "loca": "{} appended",
    "CFF ": "{} appended; the old charstrings and subroutines are the same bytes",
    "hmtx": "{} appended",
    "vmtx": "{} appended",
    "hdmx": "{} appended",
    "LTSH": "{} appended",
    "hhea": "largest advance, smallest bearings, number of entries",
    "vhea": "largest advance, smallest bearings, number of entries",
    "maxp": "number of glyphs, most points and contours",
    "cmap": "{} added to the Unicode encodings; the others are the same bytes",
    "head": "box around all glyphs, revision, date, checksum, form of loca",
    "OS/2": "Unicode ranges, code pages, average width, first and last character, Windows' box",
    "post": "names of the new glyphs",
    "name": "unique identifier, version, and what was asked for",
}
_WHY_DROPPED = {"DSIG": "a signature of the old bytes", "VDMX": "Windows' heights, which have changed"}


@dataclass(frozen=True)
class TableChange:
    """What became of a table.

    Attributes:
        tag: its name.
        state: `same` bytes, `changed`, `added` or `dropped`.
        why: what changed in it, in words; empty for `same`.
    """

    tag: str
    state: str
    why: str = ""

    def __str__(self) -> str:
        state = "same bytes" if self.state == "same" else self.state
        return f"{self.tag.strip()}: {state}" + (f" ({self.why})" if self.why else "")


def compared(before: Tables, after: Tables, count: int) -> list[TableChange]:
    """What became of each table of a font to which `count` glyphs were appended, by their names."""

    def change(tag: str) -> TableChange:
        if tag not in after:
            return TableChange(tag, "dropped", _WHY_DROPPED.get(tag, ""))
        if before.get(tag) == after[tag]:
            return TableChange(tag, "same")
        return TableChange(tag, "changed", _WHY.get(tag, "").format(f"{count:,} glyphs"))

    return [change(tag) for tag in sorted({*before, *after})]

"""New characters merged into a font that exists: appended, and everything else left as it is.

The tables are extended byte by byte, since a program that reads and writes a whole font changes more than it
must. Glyphs keep their numbers and their bytes; hence features, kerning and variation sequences, which go
by these numbers, stay the same bytes too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fontgan.building.changes import TableChange, compared
from fontgan.building.glyphs import NewGlyph, in_units
from fontgan.building.licence import TARGET, FontLicence, LicenceReport, licence_of
from fontgan.building.names import Names
from fontgan.building.tables import MOST_GLYPHS, write_tables
from fontgan.building.target import Target
from fontgan.errors import FontganError
from fontgan.fonts.location import FontLocation


@dataclass(frozen=True)
class MergedFont:
    """A font with new characters in it.

    Attributes:
        content: the file.
        suffix: `.ttf` or `.otf`.
        added: the new characters.
        replaced: those of them that the font drew before.
        kept: characters that were given, and that the font draws itself.
        blank: characters that were given without an outline, and left out.
        tables: what became of each table.
        notes: what else is worth knowing, one line each.
        licences: of all fonts involved.
    """

    content: bytes
    suffix: str
    added: tuple[int, ...]
    replaced: tuple[int, ...]
    kept: tuple[int, ...]
    blank: tuple[int, ...]
    tables: tuple[TableChange, ...]
    notes: tuple[str, ...]
    licences: LicenceReport


def merge_font(
    target: FontLocation,
    glyphs: Iterable[NewGlyph],
    replace: bool = False,
    family: str = "",
    family_zh: str = "",
    fonts: Sequence[FontLicence] = (),
    permitted: bool = False,
) -> MergedFont:
    """Append characters to a font, in the order of their code points.

    A character that the font draws is kept as it is. With `replace` it becomes a new glyph; the old one
    stays, for other characters and features may use it.

    Args:
        target: a font with TrueType or CFF outlines; of a collection one face, of a web font its contents.
        glyphs: the new characters.
        replace: whether new glyphs replace those that the font has.
        family: another family name; empty to keep the old one.
        family_zh: its Chinese form.
        fonts: the licences of the other fonts that the glyphs come from.
        permitted: whether the owner of the target permits to change it, whatever it says of itself.

    Raises:
        FontganError: nothing is to be added, the font is damaged, variable, full or must not be changed.
    """
    names = Names(family, family_zh) if family else None
    font = Target.open(target)
    licences = LicenceReport((licence_of(font.tables, TARGET, target.path.stem), *fonts))
    licences.check(family or licences.fonts[0].font, permitted)
    kept: list[int] = []
    units = in_units(_not_drawn(glyphs, set() if replace else font.drawn, kept), font.em)
    new = [glyph for glyph in units if glyph.contours]
    check_numbers(font, new, kept)
    before = dict(font.tables)
    try:
        font.extend(new, names, licences.notice)
    except Exception as error:  # fontTools, struct and numpy each raise their own on damaged bytes
        raise FontganError(
            f"{target} is damaged: characters cannot be added to it", "repair it with a font editor"
        ) from error
    return MergedFont(
        write_tables(font.tables),
        font.suffix,
        added=tuple(glyph.code for glyph in new),
        replaced=tuple(glyph.code for glyph in new if glyph.code in font.drawn),
        kept=tuple(sorted(kept)),
        blank=tuple(glyph.code for glyph in units if not glyph.contours),
        tables=tuple(compared(before, font.tables, len(new))),
        notes=tuple(font.notes),
        licences=licences,
    )


def _not_drawn(glyphs: Iterable[NewGlyph], drawn: set[int], kept: list[int]) -> Iterator[NewGlyph]:
    """The glyphs of characters that are not drawn; those that are go to `kept`."""
    for glyph in glyphs:
        if glyph.code in drawn:
            kept.append(glyph.code)
        else:
            yield glyph


def check_numbers(font: Target, new: Sequence[object], kept: Sequence[int]) -> None:
    """Refuse to add nothing, or more than there is room for.

    Args:
        font: to be extended.
        new: what is to be added.
        kept: the characters that it draws itself.

    Raises:
        FontganError: there is nothing to add, or no room.
    """
    if not new and not kept:
        raise FontganError("there is nothing to add: no character has an outline", "choose other {chars}")
    if not new:
        raise FontganError(
            f"{font.location} already draws all of these {len(kept):,} characters",
            "choose other {chars}, or replace its own with {replace}",
        )
    room = MOST_GLYPHS - font.count
    if len(new) > room:
        raise FontganError(
            f"{font.location} has {font.count:,} glyphs, which leaves no room for {len(new):,} more: "
            f"a font has up to {MOST_GLYPHS:,}",
            f"choose up to {max(0, room):,} characters with {{chars}}"
            if room > 0
            else "make a new font instead",
        )

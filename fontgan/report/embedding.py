"""Fonts inside a page: as a whole, or the few characters that a text needs.

The characters of other fonts are copied into small new fonts. So what a stranger's font holds besides, from
names to programs, never comes into the page, and no reserved name does.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from fontgan.building.copying import copied_glyphs
from fontgan.building.font import build_font
from fontgan.building.licence import CONTENT, read_licence
from fontgan.building.names import Names
from fontgan.building.tables import packed
from fontgan.errors import FontganError
from fontgan.fonts.charset import unique_characters
from fontgan.fonts.location import FontLocation
from fontgan.untrusted import printable

_NO_SUBSETTING, _BITMAPS_ONLY = 0x100, 0x200  # OpenType specification, «OS/2», fsType


@dataclass(frozen=True)
class Compared:
    """A font to compare with.

    Attributes:
        role: `Content` or `Style`; the page calls the font by it.
        family: its name.
        font: a WOFF file of a few of its characters; empty where it is left out.
        has: these characters.
        note: why it is left out; empty where it is not.
    """

    role: str
    family: str
    font: bytes = b""
    has: frozenset[int] = frozenset()
    note: str = ""


def compared(role: str, location: FontLocation, text: str) -> Compared:
    """What a font has of a text, unless its embedding bits forbid that it is in a page.

    Args:
        role: `Content` or `Style`.
        location: the font.
        text: what is set in it.

    Raises:
        FontganError: the font cannot be used.
    """
    if location.is_folder:
        return Compared(role, printable(location.path.name), note=f"{role}: pictures are not compared.")
    licence = read_licence(location, CONTENT)
    family = licence.font
    if licence.restricted or licence.embedding & (_NO_SUBSETTING | _BITMAPS_ONLY):
        return Compared(role, family, note=f"{role}: {family} does not permit to be embedded in part.")
    glyphs = list(copied_glyphs(location, unique_characters(text)))
    try:
        built = build_font(glyphs, Names(role), "woff")
    except FontganError:
        if glyphs:
            raise
        return Compared(role, family, note=f"{role}: {family} has no character of this text.")
    return Compared(role, family, built.content, frozenset(built.codes))


def web_font(font: bytes, kind: str) -> tuple[bytes, str]:
    """A font as it goes into a page, and its format: a web font as it is, others packed as WOFF.

    WOFF2 would make 3.7 MB of 6,730 brush characters where WOFF makes 4.4 (of 7.0), but takes 23 s of a
    processor where WOFF takes 0.8 s.
    """
    return (font, kind) if kind.startswith("woff") else (packed(font, "woff"), "woff")


def font_face(name: str, font: bytes, kind: str) -> str:
    """The rule of CSS that holds a font and gives it a name."""
    content = base64.b64encode(font).decode()
    return f'@font-face {{ font-family: "{name}"; src: url(data:font/{kind};base64,{content}); }}'

"""What the licences of fonts permit, and which one a font has that is made of them.

A reading of what the fonts say of themselves, not legal advice.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, replace

from fontgan.building.names import Names
from fontgan.building.tables import Tables, read_tables
from fontgan.building.texts import by_number, read_texts
from fontgan.errors import FontganError
from fontgan.fonts.container import FontFile
from fontgan.fonts.location import FontLocation
from fontgan.untrusted import printable

OFL = "SIL Open Font License 1.1"
OFL_TEXT = (
    "This Font Software is licensed under the SIL Open Font License, Version 1.1. "
    "This license is available with a FAQ at: https://openfontlicense.org"
)
OFL_URL = "https://openfontlicense.org"

# How a font takes part, and what that does to the result.
TARGET = "extended"
COPIED = "glyphs copied from it"
STYLE = "imitated"
CONTENT = "drawn from"
_PARTS_OF_RESULT = (TARGET, COPIED, STYLE)

_RESTRICTED = 0x2  # OpenType specification, «OS/2», fsType: must not be embedded, modified or exchanged
_RESERVED = r"reserved font names?(?:\(s\))?:?\s+([^\n]+?)(?:\.(?:\s|$)|$|;|\n|\bThis\b)"
_LONGEST = 300  # characters of a text in a line
_LONGEST_NAME = 63


@dataclass(frozen=True)
class FontLicence:
    """What a font says of its licence.

    Attributes:
        font: its family.
        role: how it takes part: `TARGET`, `COPIED`, `STYLE` or `CONTENT`.
        copyright, trademark, licence, url: name IDs 0, 7, 13 and 14.
        embedding: the bits of fsType.
    """

    font: str
    role: str
    copyright: str = ""
    trademark: str = ""
    licence: str = ""
    url: str = ""
    embedding: int = 0

    @property
    def is_ofl(self) -> bool:
        """Whether it is under the SIL Open Font License."""
        text = f"{self.licence} {self.url} {self.copyright}".lower()
        return "open font licen" in text or "openfontlicense.org" in text or "scripts.sil.org/ofl" in text

    @property
    def restricted(self) -> bool:
        """Whether its embedding bits forbid to change it without its owner's permission."""
        return self.embedding & 0xF == _RESTRICTED

    @property
    def reserved_names(self) -> tuple[str, ...]:
        """The names that its licence keeps from changed versions (OFL 1.1, clause 3)."""
        found: list[str] = []
        # A licence may be there with its whole text, which speaks of reserved names in other places too.
        for text, before in ((self.copyright, ""), (self.licence, r"\bwith\s+(?:the\s+)?")):
            for match in re.finditer(before + _RESERVED, text, re.IGNORECASE):
                found += _names_in(match[1])
        return tuple(dict.fromkeys(name for name in found if 0 < len(name) <= _LONGEST_NAME))

    def line(self) -> str:
        """The font, its role and its licence in a line."""
        licence = OFL if self.is_ofl else " ".join(self.licence.split())[:_LONGEST] or "not specified"
        url = f" ({self.url[:_LONGEST]})" if self.url and not self.is_ofl else ""
        reserved = f"; reserved font names: {', '.join(self.reserved_names)}" if self.reserved_names else ""
        forbidden = "; embedding restricted" if self.restricted else ""
        return printable(f"{self.font}, {self.role}: {licence}{url}{reserved}{forbidden}")


@dataclass(frozen=True)
class LicenceReport:
    """The licences of all fonts that a new one is made of.

    Attributes:
        fonts: each of them.
    """

    fonts: tuple[FontLicence, ...]

    @property
    def is_ofl(self) -> bool:
        """Whether the result has to be under the SIL Open Font License (clause 5)."""
        return any(font.is_ofl for font in self.fonts if font.role in _PARTS_OF_RESULT)

    @property
    def notice(self) -> str:
        """The copyright notices that the result carries, of the fonts that are in it."""
        notices = [font.copyright for font in self.fonts if font.role in (TARGET, COPIED) and font.copyright]
        return "\n".join(dict.fromkeys(notices))

    def lines(self) -> list[str]:
        """The report as lines to show: the fonts, then the licence of the result."""
        others = [font.font for font in self.fonts if font.role in _PARTS_OF_RESULT and not font.is_ofl]
        owned = printable(", ".join(others))
        if self.is_ofl:
            result = f"{OFL}, to be published under no other licence"
            result += f"; ask for permission to include {owned}" if owned else ""
        else:
            result = f"as the owner of {owned} permits" if owned else "yours"
        return [*(font.line() for font in self.fonts), f"The new font: {result}"]

    def applied_to(self, names: Names) -> Names:
        """The names of a new font with the notices and the licence that follow."""
        notice = "\n".join(text for text in (names.copyright, self.notice) if text)
        if not self.is_ofl:
            return replace(names, copyright=notice)
        return replace(names, copyright=notice, licence=OFL_TEXT, licence_url=OFL_URL)

    def check(self, family: str, permitted: bool = False) -> None:
        """Refuse what the licences forbid.

        Args:
            family: of the new font.
            permitted: whether the user states that the owners of the fonts permit it, or is the owner.

        Raises:
            FontganError: a font must not be changed, or its name is reserved.
        """
        for font in self.fonts:
            if permitted or font.role not in _PARTS_OF_RESULT:
                continue
            if font.restricted and font.role in (TARGET, COPIED):
                raise FontganError(
                    f"the embedding bits of {font.font} forbid to change it without its owner's permission",
                    "pass {permitted} if you own it or have that permission",
                )
            if not font.is_ofl:
                continue
            for name in font.reserved_names:
                if _squeezed(name) in _squeezed(family):
                    raise FontganError(
                        f"{name!r} is a reserved font name: a changed {font.font} cannot be {family!r}",
                        "pass another name with {family}",
                    )


def read_licence(location: FontLocation, role: str, file: FontFile | None = None) -> FontLicence:
    """What a font says of its licence.

    Args:
        location: of the font; nothing is said by a folder of pictures.
        role: how it takes part.
        file: its bytes where they were read.

    Raises:
        FontganError: it cannot be read.
    """
    if location.path.is_dir():
        return FontLicence(location.path.name, role)
    file = file or FontFile.read(location.path)
    return licence_of(read_tables(file, location.index), role, location.path.stem)


def licence_of(tables: Tables, role: str, otherwise: str) -> FontLicence:
    """What the tables of a font say of its licence; `otherwise` names a font that has no name."""
    texts = by_number(read_texts(tables.get("name", b"")))
    (bits,) = struct.unpack_from(">H", tables.get("OS/2", b"").ljust(10, b"\0"), 8)
    return FontLicence(
        printable(texts.get(16) or texts.get(1) or otherwise),
        role,
        copyright=texts.get(0, ""),
        trademark=texts.get(7, ""),
        licence=texts.get(13, ""),
        url=texts.get(14, ""),
        embedding=bits,
    )


def _names_in(text: str) -> list[str]:
    """The names in «'Source', "Noto" and Plex»."""
    quoted = re.findall(r"[\"'“”‘’«»]([^\"'“”‘’«»]+)[\"'“”‘’«»]", text)
    plain = re.split(r",|\band\b|&", text)
    return [printable(" ".join(name.split()).strip(" .,;:()")) for name in (quoted or plain)]


def _squeezed(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()

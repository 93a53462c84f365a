"""What a font is called: legal everywhere, or refused."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fontgan.errors import FontganError
from fontgan.untrusted import printable

MOST_FAMILY = 31  # characters of name ID 1: a LOGFONT of Windows has no room for more
STYLE = "Regular"
ENGLISH, CHINESE = 0x409, 0x804  # Windows' languages; Chinese as in China
# OpenType specification, «name», ID 6: printable ASCII, without what PostScript reads as syntax.
_NOT_IN_POSTSCRIPT = re.compile(r"[^!-~]|[\[\](){}<>/%]")
_MOST_TEXT = 32000  # characters of a licence and the like: 64 KB as they are stored


@dataclass(frozen=True)
class Names:
    """How a font is called, and what may be done with it.

    Attributes:
        family: in Latin letters, at most 31, as menus show it.
        family_zh: in Chinese, shown by Chinese systems; empty for none.
        version: `1.000`.
        copyright: whose font it is; empty for nothing.
        licence, licence_url: what is permitted; empty for nothing.

    Raises:
        FontganError: a name that cannot be in a font.
    """

    family: str
    family_zh: str = ""
    version: str = "1.000"
    copyright: str = ""
    licence: str = ""
    licence_url: str = ""

    def __post_init__(self) -> None:
        _check_family(self.family)
        if len(self.family_zh) > MOST_FAMILY or not self.family_zh.isprintable():
            raise FontganError(
                f"the Chinese family name {printable(self.family_zh[:40])} does not fit into a font, "
                f"which has room for {MOST_FAMILY} visible characters",
                "pass a shorter one with {family_zh}",
            )
        if not re.fullmatch(r"\d{1,4}\.\d{3}", self.version):
            raise FontganError(f"{printable(self.version)} is not a version of a font", "write it as 1.000")
        if max(map(len, (self.copyright, self.licence, self.licence_url))) > _MOST_TEXT:
            raise FontganError(f"a notice of more than {_MOST_TEXT:,} characters does not fit into a font")

    @property
    def postscript(self) -> str:
        """The PostScript name: `MyHand-Regular`."""
        return postscript_name(self.family, STYLE)

    @property
    def full(self) -> str:
        """The full name: `My Hand Regular`."""
        return f"{self.family} {STYLE}"

    @property
    def revision(self) -> float:
        """The version as a number."""
        return float(self.version)


def postscript_name(family: str, style: str) -> str:
    """A PostScript name of what is legal in it: `MyHand-Regular`."""
    return f"{_NOT_IN_POSTSCRIPT.sub('', family)}-{_NOT_IN_POSTSCRIPT.sub('', style) or STYLE}"


def family_of(text: str) -> str:
    """The part of a text that may be a family's name; «Font» where there is none."""
    legal = "".join(char for char in text if char == " " or not _NOT_IN_POSTSCRIPT.match(char))
    return legal.strip()[:MOST_FAMILY].strip() or "Font"


def _check_family(family: str) -> None:
    legal = re.sub(" ", "", family)
    if not legal or family != family.strip():
        raise FontganError("the family name is empty, or has spaces at its ends", "pass {family}")
    wrong = _NOT_IN_POSTSCRIPT.search(legal)
    if wrong:
        raise FontganError(
            f"the family name {printable(family[:60])} has {printable(wrong[0])!r}, "
            "which the PostScript name of a font cannot have",
            "pass Latin letters, digits and hyphens with {family}, a Chinese name with {family_zh}",
        )
    if len(family) > MOST_FAMILY:
        raise FontganError(
            f"the family name {family[:60]} has {len(family)} characters; Windows shows fonts of up to "
            f"{MOST_FAMILY}",
            "pass a shorter one with {family}",
        )

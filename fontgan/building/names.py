"""What a font is called: the texts of its «name» table, legal everywhere or refused."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fontTools.ttLib import newTable

from fontgan.building.tables import parsed
from fontgan.errors import FontganError
from fontgan.untrusted import printable

MOST_FAMILY = 31  # characters of name ID 1: a LOGFONT of Windows has no room for more
STYLE = "Regular"
_ENGLISH, _CHINESE = 0x409, 0x804  # of Windows; Chinese as in China
# OpenType specification, «name», ID 6: printable ASCII, without what PostScript reads as syntax.
_NOT_IN_POSTSCRIPT = re.compile(r"[^!-~]|[\[\](){}<>/%]")
_MOST_TEXT = 4096  # characters of a licence and the like


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
        FontganError: a family name that cannot be in a font.
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

    @property
    def postscript(self) -> str:
        """The PostScript name: `MyHand-Regular`."""
        return f"{_NOT_IN_POSTSCRIPT.sub('', self.family)}-{STYLE}"

    @property
    def full(self) -> str:
        """The full name: `My Hand Regular`."""
        return f"{self.family} {STYLE}"

    @property
    def revision(self) -> float:
        """The version as a number."""
        return float(self.version)

    def table(self, fingerprint: str) -> Any:
        """The `name` table, for Windows' platform, which all systems read.

        Args:
            fingerprint: makes the unique identifier unique.
        """
        english = {
            0: self.copyright,
            1: self.family,
            2: STYLE,
            3: f"{self.version};{self.postscript};{fingerprint}",
            4: self.full,
            5: f"Version {self.version}",
            6: self.postscript,
            13: self.licence,
            14: self.licence_url,
        }
        chinese = {1: self.family_zh, 2: STYLE, 4: self.family_zh} if self.family_zh else {}
        table = newTable("name")
        table.names = []
        for language, texts in ((_ENGLISH, english), (_CHINESE, chinese)):
            for number, text in texts.items():
                if text:
                    table.setName(text[:_MOST_TEXT], number, 3, 1, language)
        return table


def read_texts(content: bytes) -> dict[int, str]:
    """The texts of a `name` table by number, in English where it has that; what is damaged is left out."""
    found: dict[int, str] = {}
    english: set[int] = set()
    for platform, _, language, number, length, start in _records(content):
        text = content[start : start + min(length, 2 * _MOST_TEXT)]
        if number in english or (number in found and (platform, language) != (3, _ENGLISH)):
            continue
        decoded = text.decode("mac_roman" if platform == 1 else "utf-16-be", "replace").replace("\0", "")
        if decoded.strip():
            found[number] = decoded.strip()
            if (platform, language) == (3, _ENGLISH):
                english.add(number)
    return found


def check_bounds(content: bytes) -> None:
    """Refuse a `name` table whose texts, laid over one another, are far longer than itself.

    Raises:
        ValueError: it is damaged.
    """
    if sum(record[4] for record in _records(content)) > 16 * len(content) + (1 << 20):
        raise ValueError("name")


def _records(content: bytes) -> Iterator[tuple[int, int, int, int, int, int]]:
    """(Platform, encoding, language, number, length, start in the table) of the texts that are complete."""
    if len(content) < 6:
        return
    count, texts = struct.unpack_from(">HH", content, 2)
    for number in range(min(count, (len(content) - 6) // 12)):
        *record, offset = struct.unpack_from(">6H", content, 6 + 12 * number)
        platform, encoding, language, identifier, length = record
        yield platform, encoding, language, identifier, length, texts + offset


def renamed(table: Any, names: Names) -> None:
    """Give the texts of an existing `name` table another family, in all places where the old one stands.

    Those in other languages are removed, except for Chinese ones where there is a Chinese family name.
    """
    style = str(table.getDebugName(17) or table.getDebugName(2) or STYLE)
    postscript = f"{_NOT_IN_POSTSCRIPT.sub('', names.family)}-{_NOT_IN_POSTSCRIPT.sub('', style) or STYLE}"
    texts = {1: names.family, 16: names.family, 4: f"{names.family} {style}", 6: postscript}
    kept = []
    for record in table.names:
        if record.nameID in (18, 20, 21, 22, 25):  # further forms of the old name
            continue
        if record.nameID in texts:
            english = (record.platformID, record.langID) in ((3, _ENGLISH), (1, 0), (0, 0))
            if not english and record.nameID != 6:
                continue
            record.string = texts[record.nameID]
        kept.append(record)
    table.names = kept
    for number in (1, 4, 6):
        table.setName(texts[number], number, 3, 1, _ENGLISH)
    if names.family_zh:
        table.setName(names.family_zh, 1, 3, 1, _CHINESE)
        table.setName(f"{names.family_zh} {style}" if style != STYLE else names.family_zh, 4, 3, 1, _CHINESE)


def revised(
    content: bytes, unique: str, names: Names | None, notices: str, otherwise: str
) -> tuple[bytes, float]:
    """A `name` table for a changed font: another identifier and version, so that systems tell it apart.

    Args:
        content: the table.
        unique: makes the identifier unique.
        names: another family, or None to keep it.
        notices: copyright notices to add; empty for none.
        otherwise: a PostScript name where the font has none.

    Returns the table, and the version as a number; 0 where the font has no version.

    Raises:
        ValueError and others of fontTools': it is damaged.
    """
    check_bounds(content)
    table = parsed("name", content, None)
    if names:
        renamed(table, names)
    texts = read_texts(content)
    version = re.search(r"\d{1,4}\.\d{1,3}", texts.get(5, ""))
    revision = round(float(version[0]) + 0.001, 3) if version else 0.0
    changed: dict[int, Callable[[str], str]] = {
        3: lambda _: f"{revision:.3f};{table.getDebugName(6) or otherwise};{unique}",
        5: lambda text: re.sub(r"\d{1,4}\.\d{1,3}", f"{revision:.3f}", text, count=1),
        0: lambda text: "\n".join([text, *(line for line in notices.splitlines() if line not in text)]),
    }
    for record in table.names:
        if record.nameID in changed:
            record.string = changed[record.nameID](record.toUnicode(errors="replace"))
    for number in (0, 3):
        if not table.getName(number, 3, 1) and (number == 3 or notices):
            table.setName(changed[number]("").strip(), number, 3, 1, _ENGLISH)
    return bytes(table.compile(None)), revision


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

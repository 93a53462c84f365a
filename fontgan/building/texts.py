"""The «name» table: its texts read within bounds, and written again with some of them changed.

OpenType specification, «name».
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from fontgan.building.names import CHINESE, ENGLISH, STYLE, Names, postscript_name
from fontgan.fonts.tables import name_codec, name_records

_WINDOWS, _MAC, _UNICODE = 3, 1, 0
_MOST_BYTES = 16 << 20  # of all texts, which a damaged table may lay over one another
_OF_OLD_NAME = frozenset({18, 20, 21, 22, 25})  # further forms of a family's name
_FIRST_TAGGED = 0x8000  # languages from here on are named elsewhere in the table, in format 1
_VERSION = r"(\d{1,4}\.\d{1,3})\d*(?:\.\d+)*"


@dataclass(frozen=True, order=True)
class Text:
    """A text of a font, in one language.

    Attributes:
        platform, encoding, language: by the numbers of the specification.
        number: what the text is for.
        content: its bytes.
    """

    platform: int
    encoding: int
    language: int
    number: int
    content: bytes

    @property
    def text(self) -> str:
        """The text; what cannot be read is replaced."""
        return self.content.decode(self._codec, "replace").replace("\0", "").strip()

    def saying(self, text: str) -> Text:
        """Another text in its place."""
        return replace(self, content=text.encode(self._codec, "replace"))

    @property
    def english(self) -> bool:
        """Whether it is in English, or in no language."""
        return (self.platform, self.language) in ((_WINDOWS, ENGLISH), (_MAC, 0), (_UNICODE, 0))

    @property
    def _codec(self) -> str:
        return name_codec(self.platform)


def windows(number: int, text: str, language: int = ENGLISH) -> Text:
    """A text on Windows' platform, which all systems read."""
    return Text(_WINDOWS, 1, language, number, b"").saying(text)


def read_texts(content: bytes) -> list[Text]:
    """The texts of a table; those that are damaged are left out."""
    found, total = [], 0
    for platform, encoding, language, number, text in name_records(memoryview(content)):
        total += len(text)
        if language < _FIRST_TAGGED and total <= _MOST_BYTES:
            found.append(Text(platform, encoding, language, number, bytes(text)))
    return found


def write_texts(texts: Iterable[Text]) -> bytes:
    """A table of texts; equal ones are written once.

    Raises:
        struct.error: they are too long for a font.
    """
    ordered = sorted(texts)
    heads, contents, places = b"", b"", dict[bytes, int]()
    for one in ordered:
        if one.content not in places:
            places[one.content] = len(contents)
            contents += one.content
        numbers = (one.platform, one.encoding, one.language, one.number)
        heads += struct.pack(">6H", *numbers, len(one.content), places[one.content])
    return struct.pack(">HHH", 0, len(ordered), 6 + len(heads)) + heads + contents


def by_number(texts: Iterable[Text]) -> dict[int, str]:
    """The texts that are not empty by what they are for, in English where there is that."""
    found: dict[int, str] = {}
    for one in sorted(texts, key=lambda one: (one.platform, one.language) == (_WINDOWS, ENGLISH)):
        if one.text and (one.number not in found or one.english):
            found[one.number] = one.text
    return found


def new_texts(names: Names, fingerprint: str) -> list[Text]:
    """The texts of a new font.

    Args:
        names: how it is called.
        fingerprint: makes its identifier unique.
    """
    english = {
        0: names.copyright,
        1: names.family,
        2: STYLE,
        3: f"{names.version};{names.postscript};{fingerprint}",
        4: names.full,
        5: f"Version {names.version}",
        6: names.postscript,
        13: names.licence,
        14: names.licence_url,
    }
    texts = [windows(number, text) for number, text in english.items() if text]
    return texts + _chinese(names.family_zh, STYLE)


def revised(
    texts: Iterable[Text], unique: str, names: Names | None, notices: str, otherwise: str
) -> tuple[list[Text], float]:
    """The texts of a changed font: another identifier and version, so that systems tell it apart.

    Args:
        texts: of the font.
        unique: makes the identifier unique.
        names: another family, or None to keep it.
        notices: copyright notices to add; empty for none.
        otherwise: a PostScript name where the font has none.

    Returns the texts, and the version as a number; 0 where the font has no version.
    """
    kept = renamed(texts, names) if names else list(texts)
    known = by_number(kept)
    version = re.search(_VERSION, known.get(5, ""))
    revision = round(float(version[1]) + 0.001, 3) if version else 0.0
    changed: dict[int, Callable[[str], str]] = {
        3: lambda _: f"{revision:.3f};{known.get(6, otherwise)};{unique}",
        5: lambda text: re.sub(_VERSION, f"{revision:.3f}", text, count=1),
    }
    if notices:
        changed[0] = lambda text: "\n".join([text, *(one for one in notices.splitlines() if one not in text)])
    made = [one.saying(changed[one.number](one.text)) if one.number in changed else one for one in kept]
    missing = [number for number in (0, 3) if number in changed and number not in known]
    return [*made, *(windows(number, changed[number]("").strip()) for number in missing)], revision


def renamed(texts: Iterable[Text], names: Names) -> list[Text]:
    """The texts with another family, in all places where the old one stands.

    Those in other languages are removed, except for Chinese ones where there is a Chinese family name.
    """
    own = list(texts)
    known = by_number(own)
    style = known.get(17) or known.get(2) or STYLE
    new = {1: names.family, 4: f"{names.family} {style}", 6: postscript_name(names.family, style)}
    new |= {16: names.family} if 16 in known else {}
    kept = [one for one in own if one.number not in {*new, *_OF_OLD_NAME}]
    kept += [one.saying(new[one.number]) for one in own if one.number in new and one.english]
    placed = {(one.platform, one.language, one.number) for one in kept}
    kept += [
        windows(number, text) for number, text in new.items() if (_WINDOWS, ENGLISH, number) not in placed
    ]
    return kept + [
        one for one in _chinese(names.family_zh, style) if (_WINDOWS, CHINESE, one.number) not in placed
    ]


def _chinese(family: str, style: str) -> list[Text]:
    if not family:
        return []
    full = family if style == STYLE else f"{family} {style}"
    return [windows(number, text, CHINESE) for number, text in ((1, family), (2, style), (4, full))]

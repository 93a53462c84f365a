"""Sets of characters, by name, from a file, or as text.

The named sets are read out of Python's own codecs, which follow the standards' tables, out of Unicode's
blocks, or out of the lists in `assets/charsets`.
"""

from __future__ import annotations

import difflib
import functools
import re
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

from fontgan.assets import bundled_charset
from fontgan.errors import FontganError
from fontgan.fonts.location import is_there
from fontgan.untrusted import MOST_TEXT, read_file, shortened, unreadable

# Unicode's general categories of what is never drawn: separators, controls, formats, surrogates.
_NOT_DRAWN = {"Zs", "Zl", "Zp", "Cc", "Cf", "Cs"}

_MOST_SHOWN = 80  # characters of a text in a message

MISSING = "missing"  # with a set's name after a colon: those of the set that the style font lacks


def gb2312_level(level: int) -> list[int]:
    """The code points of GB2312's hanzi of `level` 1 (3,755) or 2 (3,008), in the standard's order."""
    # GB/T 2312-1980: level 1 is rows 16 to 55 (by pronunciation), level 2 rows 56 to 87 (by radical).
    return _rows("gb2312", {1: range(16, 56), 2: range(56, 88)}[level])


def _rows(codec: str, rows: range) -> list[int]:
    """The characters of the rows of a 94 × 94 standard, by its EUC codec: each byte is a number plus 0xA0."""
    pairs = (bytes((row + 0xA0, cell + 0xA0)) for row in rows for cell in range(1, 95))
    return [ord(char) for pair in pairs for char in pair.decode(codec, errors="ignore")]


def _big5(first: int, last: int) -> list[int]:
    """The hanzi of Big5 from one code to another; a lead byte and a trail byte of 40–7E or A1–FE."""
    trails = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    codes = (lead << 8 | trail for lead in range(first >> 8, (last >> 8) + 1) for trail in trails)
    texts = (
        code.to_bytes(2, "big").decode("big5", errors="ignore") for code in codes if first <= code <= last
    )
    return [ord(char) for text in texts for char in text]


@functools.cache
def _listed(name: str) -> tuple[int, ...]:
    return tuple(unique_characters(_read_text(bundled_charset(name))))


def _spans(*spans: tuple[int, int]) -> list[int]:
    """The assigned, visible characters of spans of code points, ends included."""
    return unique_characters("".join(chr(code) for first, last in spans for code in range(first, last + 1)))


def _common(first: int = 0, last: int = 8105) -> list[int]:
    return list(_listed("gb18030-common.txt")[first:last])


# Unified ideographs to their last assigned code point, as of Unicode 15.1.
_IDEOGRAPHS = {
    "cjk": (0x4E00, 0x9FFF),
    "cjk-ext-a": (0x3400, 0x4DBF),
    "cjk-ext-b": (0x20000, 0x2A6DF),
    "cjk-ext-c": (0x2A700, 0x2B739),
    "cjk-ext-d": (0x2B740, 0x2B81D),
    "cjk-ext-e": (0x2B820, 0x2CEA1),
    "cjk-ext-f": (0x2CEB0, 0x2EBE0),
    "cjk-ext-g": (0x30000, 0x3134A),
    "cjk-ext-h": (0x31350, 0x323AF),
    "cjk-ext-i": (0x2EBF0, 0x2EE5D),
}
_HIRAGANA = ((0x3041, 0x3096), (0x309B, 0x309F))
_KATAKANA = ((0x30A0, 0x30FF),)
_GENERAL_PUNCTUATION = tuple((ord(char), ord(char)) for char in "·—‘’“”…")

NAMED: dict[str, Callable[[], list[int]]] = {
    "gb2312": lambda: gb2312_level(1) + gb2312_level(2),
    "gb2312-1": lambda: gb2312_level(1),
    "gb2312-2": lambda: gb2312_level(2),
    "gb18030-common": _common,
    "gb18030-common-1": lambda: _common(0, 3500),
    "gb18030-common-2": lambda: _common(3500, 6500),
    "gb18030-common-3": lambda: _common(6500),
    "big5": lambda: _big5(0xA440, 0xC67E) + _big5(0xC940, 0xF9D5),
    "big5-1": lambda: _big5(0xA440, 0xC67E),
    "big5-2": lambda: _big5(0xC940, 0xF9D5),
    "jis-x-0208": lambda: _rows("euc_jp", range(16, 85)),
    "jis-x-0208-1": lambda: _rows("euc_jp", range(16, 48)),
    "jis-x-0208-2": lambda: _rows("euc_jp", range(48, 85)),
    "joyo": lambda: list(_listed("joyo.txt")),
    "ks-x-1001": lambda: _rows("euc_kr", range(16, 41)),
    "kana": lambda: _spans(*_HIRAGANA, *_KATAKANA),
    "hiragana": lambda: _spans(*_HIRAGANA),
    "katakana": lambda: _spans(*_KATAKANA),
    "ascii": lambda: _spans((0x21, 0x7E)),
    "latin-1": lambda: _spans((0x21, 0x7E), (0xA1, 0xFF)),
    "cjk-punctuation": lambda: _spans(
        (0x3001, 0x3029), (0x3030, 0x303F), (0xFF01, 0xFF5E), (0xFFE0, 0xFFE6), *_GENERAL_PUNCTUATION
    ),
    **{name: functools.partial(_spans, span) for name, span in _IDEOGRAPHS.items()},
    # Not unified: F900–FAFF and its supplement. Twelve of the first block are, by an old mistake.
    "cjk-compatibility": lambda: _spans((0xF900, 0xFA6D), (0xFA70, 0xFAD9), (0x2F800, 0x2FA1D)),
}


def parse_charset(text: str, style: Callable[[int], bool] | None = None) -> list[int]:
    """The code points that `text` stands for: names of `NAMED`, a UTF-8 text file, or the text itself.

    Several names are separated by commas; case does not matter in them. A text that ends in `.txt`, or that
    is the path of something, is a file. `missing:NAME` (or `missing`, of gb2312) is what the style font
    lacks of a set. Each code point comes once, in the order of its first mention, without spaces and
    controls.

    Args:
        text: what the user wrote.
        style: whether the style font draws a code point, where there is a style font.

    Raises:
        FontganError: the file is not there or not UTF-8, a name is misspelt, there is no character, or
            `missing` is asked for without a style font.
    """
    if text == MISSING or text.startswith(f"{MISSING}:"):
        return _missing(text, style)
    if not is_there(text):
        _check_unicode(text)
    names = [name.strip() for name in text.lower().replace("_", "-").split(",")]
    if all(name in NAMED for name in names):
        return list(dict.fromkeys(code for name in names for code in NAMED[name]()))
    for name in difflib.get_close_matches(names[0], NAMED, n=1, cutoff=0.75):
        raise FontganError(f"there is no character set {_quoted(text)}; did you mean {name!r}?")
    codes = unique_characters(_read_text(Path(text)) if _names_a_file(text) else _without_names(text))
    if not codes:
        raise FontganError(
            f"the character set {_quoted(text)} holds no character",
            "write the characters themselves, a text file in UTF-8, or the name of a set, such as gb2312",
        )
    return codes


def _missing(text: str, style: Callable[[int], bool] | None) -> list[int]:
    if style is None:
        raise FontganError(
            f"{_quoted(text)} stands for what a style font lacks, but there is no style font here",
            "choose a set, such as gb2312",
        )
    whole = "gb2312" if text == MISSING else text.partition(":")[2]
    codes = [code for code in parse_charset(whole) if not style(code)]
    if not codes:
        raise FontganError(
            f"the font already has all of {shortened(whole, _MOST_SHOWN)}", "choose other {chars}"
        )
    return codes


def _quoted(text: str) -> str:
    return repr(shortened(text, _MOST_SHOWN))


def _check_unicode(text: str) -> None:
    """Refuse what a terminal of another encoding passed on: Python has lone surrogates for such bytes."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise FontganError(
            "the characters are not in UTF-8", "write them in a text file, in UTF-8"
        ) from error


def _without_names(text: str) -> str:
    """The text, or where it is nothing but code points (`U+6C38 U+548C`), their characters."""
    words = re.split(r"[\s,]+", text.strip())
    if not all(re.fullmatch(r"[uU]\+[0-9A-Fa-f]{4,6}", word) for word in words):
        return text
    codes = [int(word[2:], 16) for word in words]
    return "".join(chr(code) for code in codes if code <= 0x10FFFF)


def unique_characters(text: str) -> list[int]:
    """The code points of `text`, each once, in order, without spaces, controls and byte-order mark."""
    # Private-use and not yet assigned code points stay: fonts draw them.
    once = dict.fromkeys(text)  # first, since a text may be a library
    return [ord(char) for char in once if unicodedata.category(char) not in _NOT_DRAWN]


def is_han(code: int) -> bool:
    """Whether a code point is a Chinese character, in Unicode's words a CJK unified ideograph."""
    return unicodedata.name(chr(code), "").startswith("CJK UNIFIED IDEOGRAPH")


def scattered(codes: Iterable[int]) -> list[int]:
    """In an order that the code points alone decide and in which neighbours are apart.

    The first N of two nearly equal sets are nearly equal.
    """
    # Multiplied by an odd number near 2^32 / golden ratio, neighbours are scattered (Knuth, TAOCP 3, 6.4).
    return sorted(codes, key=lambda code: code * 2654435761 % 2**32)


def code_point_name(code: int) -> str:
    """`U+6C38` for 0x6C38: how files, sheets and messages name a character."""
    return f"U+{code:04X}"


def describe_characters(codes: Iterable[int], most: int = 8) -> str:
    """A short mention of some characters for a message: `永 U+6C38, 和 U+548C and 12 more`."""
    listed = list(codes)
    shown = ", ".join(f"{chr(code)} {code_point_name(code)}" for code in listed[:most])
    return shown + (f" and {len(listed) - most:,} more" if len(listed) > most else "")


def _names_a_file(text: str) -> bool:
    return text.endswith(".txt") or (text != "" and "\n" not in text and is_there(text))


def _read_text(path: Path) -> str:
    """The text of a file, in UTF-8, with or without a byte-order mark."""
    try:
        return read_file(path, MOST_TEXT, "a set of characters").decode("utf-8-sig")
    except OSError as error:
        raise unreadable(f"the character set {path}", error) from error
    except UnicodeDecodeError as error:
        raise FontganError(f"the character set {path} is not UTF-8 text", "save it as UTF-8") from error

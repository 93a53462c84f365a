"""Sets of characters, by name, from a file, or as text.

The named sets are read out of Python's own codecs, which follow the standards' tables.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from fontgan.errors import FontganError

# GB/T 2312-1980: level 1 is rows 16 to 55 (by pronunciation), level 2 rows 56 to 87 (by radical).
_GB2312_ROWS = {1: range(16, 56), 2: range(56, 88)}

# Unicode's general categories of what is never drawn: separators, controls, formats, surrogates.
_NOT_DRAWN = {"Zs", "Zl", "Zp", "Cc", "Cf", "Cs"}


def gb2312_level(level: int) -> list[int]:
    """The code points of GB2312's hanzi of `level` 1 (3,755) or 2 (3,008), in the standard's order."""
    codes: list[int] = []
    for row in _GB2312_ROWS[level]:
        for cell in range(1, 95):
            # EUC-CN: a character is its row and its cell, each plus 0xA0.
            text = bytes((row + 0xA0, cell + 0xA0)).decode("gb2312", errors="ignore")
            codes.extend(map(ord, text))
    return codes


NAMED = {
    "gb2312": lambda: gb2312_level(1) + gb2312_level(2),
    "gb2312-1": lambda: gb2312_level(1),
    "gb2312-2": lambda: gb2312_level(2),
}


def parse_charset(text: str) -> list[int]:
    """The code points that `text` stands for: a name of `NAMED`, a UTF-8 text file, or the text itself.

    A text that ends in `.txt`, or that is the path of something, is a file. Each code point comes once,
    in the order of its first mention, without spaces and controls.

    Raises:
        FontganError: the file is not there or not UTF-8, a name is misspelt, or there is no character.
    """
    if text in NAMED:
        return NAMED[text]()
    for name in difflib.get_close_matches(text, NAMED, n=1, cutoff=0.75):
        raise FontganError(f"there is no character set {text!r}; did you mean {name!r}?")
    codes = unique_characters(_read_text(Path(text)) if _names_a_file(text) else text)
    if not codes:
        raise FontganError(
            f"the character set {text!r} holds no character: "
            f"give a text, a text file in UTF-8, or one of {', '.join(NAMED)}"
        )
    return codes


def unique_characters(text: str) -> list[int]:
    """The code points of `text`, each once, in order, without spaces, controls and byte-order mark."""
    # Private-use and not yet assigned code points stay: fonts draw them.
    return list(dict.fromkeys(ord(char) for char in text if unicodedata.category(char) not in _NOT_DRAWN))


def code_point_name(code: int) -> str:
    """`U+6C38` for 0x6C38: how files, sheets and messages name a character."""
    return f"U+{code:04X}"


def describe_characters(codes: Iterable[int], most: int = 8) -> str:
    """A short mention of some characters for a message: `永 U+6C38, 和 U+548C and 12 more`."""
    listed = list(codes)
    shown = ", ".join(f"{chr(code)} {code_point_name(code)}" for code in listed[:most])
    return shown + (f" and {len(listed) - most:,} more" if len(listed) > most else "")


def _names_a_file(text: str) -> bool:
    # A long text cannot be a path, and asking for it would raise.
    return text.endswith(".txt") or (len(text.encode()) < 256 and "\n" not in text and Path(text).exists())


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FontganError(
            f"the character set {path} cannot be read ({error.strerror}): check the path"
        ) from error
    except UnicodeDecodeError as error:
        raise FontganError(f"the character set {path} is not UTF-8 text: save it as UTF-8") from error

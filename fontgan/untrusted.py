"""Data that others wrote: read within bounds, checked against types, and made safe to print.

Everything that fontgan opens may come from a stranger: fonts, pictures, checkpoints, records, logs, settings.
Files pass through `read_file` or `open_file`, JSON through `parse_json`, its tables through `converted`, and
all texts through `printable` before a terminal sees them. `formats.read_record` reads whole records.
"""

from __future__ import annotations

import json
import os
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any, TypeVar

from fontgan.errors import FontganError

T = TypeVar("T")

MOST_TEXT = 64 << 20  # bytes of a text that people write
MOST_RECORD = 16 << 20  # bytes of JSON: the record of a dataset of 20,000 faces
_MOST_DEPTH = 32  # tables in tables; Python itself gives up at some hundreds, here and there
_MOST_SHOWN = 200  # characters of a value or a reason in a message

# Unicode's general categories of what a terminal obeys or hides instead of showing it: controls, formats
# (among them those that reverse the direction of writing), lone surrogates, line and paragraph separators.
_NOT_SHOWN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class DamagedError(FontganError):
    """Data that is not what its format says; the problem says what is wrong with it."""


def open_file(path: Path) -> BufferedReader:
    """Open a regular file to read.

    A device may never end and a pipe may never begin, so neither is read.

    Raises:
        FontganError: it is neither a regular file nor a folder.
        OSError: it is missing, a folder, or cannot be opened.
    """
    try:
        # Without waiting: opening a pipe that nobody writes to would not return.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except ValueError as error:  # a null character
        raise FileNotFoundError(2, "No such file or directory", str(path)) from error
    file = os.fdopen(descriptor, "rb")
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        file.close()
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(21, "Is a directory", str(path))
        raise FontganError(f"{path} is not a regular file", "save it as a file first")
    return file


def read_file(path: Path, most: int, what: str) -> bytes:
    """The bytes of a regular file.

    Args:
        path: the file.
        most: more bytes than this are refused, before they are read.
        what: what it should be, for the message: `a font`.

    Raises:
        FontganError: it is not a regular file, or is too large.
        OSError: it is missing, a folder, or cannot be read.
    """
    with open_file(path) as file:
        size = os.fstat(file.fileno()).st_size
        content = file.read(size + 1) if size <= most else b""  # what is asked for is set aside at once
        if len(content) > size:  # it has grown
            content += file.read(most + 1 - len(content))
    if size > most or len(content) > most:
        raise FontganError(f"{path} is larger than {most >> 20:,} MB, so it cannot be {what}")
    return content


def parse_json(content: bytes | str, what: str) -> Any:
    """What JSON makes of a text.

    Args:
        content: the text, in UTF-8.
        what: the file, as a message names it.

    Raises:
        DamagedError: it is not JSON, or too long.
    """
    if len(content) > MOST_RECORD:
        raise DamagedError(f"{what} is damaged: it is larger than {MOST_RECORD >> 20} MB")
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"{what} is damaged: it is not JSON") from error


def check_depth(data: object, what: str) -> None:
    """Make sure that data can be walked through and written again.

    Raises:
        DamagedError: it is nested too deeply.
    """
    level = [data]
    for _ in range(_MOST_DEPTH):
        tables = [
            one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)
        ]
        if not tables:
            return
        level = [inner for table in tables for inner in table]
    raise DamagedError(f"{what} is damaged: it is nested too deeply")


def converted(kind: type[T], data: object, what: str) -> T:
    """A record out of what JSON or TOML made of it; unknown keys are ignored.

    Args:
        kind: a dataclass, or a type of the standard library's; `fontgan/bounds.py` has types with ranges.
        data: plain data.
        what: the file, as a message names it.

    Raises:
        DamagedError: a value is missing, of another type, or out of its range; the message says which, as
            in `$.faces[0].index`.
    """
    import msgspec  # not for help and messages, which pass through `printable` too

    check_depth(data, what)
    try:
        return msgspec.convert(data, kind, dec_hook=_read_path)
    except FontganError as error:  # what a dataclass says when it is made
        raise DamagedError(f"{what} is damaged: {shown(error.problem)}") from error
    except (msgspec.ValidationError, RecursionError, OverflowError, UnicodeError) as error:
        reason = shown(error)
        raise DamagedError(f"{what} is damaged: {reason[:1].lower()}{reason[1:]}") from error


def _read_path(kind: type[Any], value: object) -> Path:
    """A path, which JSON has as a text."""
    if kind is not Path or not isinstance(value, str):
        raise ValueError(f"expected a path, got `{type(value).__name__}`")
    return Path(value)


@contextmanager
def cured_by(remedy: str, **values: object) -> Iterator[None]:
    """Give this remedy to what is found damaged inside the block; the arguments are `FontganError`'s."""
    try:
        yield
    except DamagedError as error:
        raise type(error)(error.problem, remedy, **values) from error


def shown(value: object, most: int = _MOST_SHOWN) -> str:
    """A value as a message quotes it: one line, of at most `most` characters before it is made printable."""
    try:
        text = str(value)
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        return "a number of thousands of digits"
    return printable(shortened(text, most))


def shortened(text: str, most: int) -> str:
    """A text of at most `most` characters, with an ellipsis where its end is missing."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def unreadable(what: object, error: OSError, remedy: str = "check the path") -> FontganError:
    """The error for a file or a folder that cannot be read.

    Args:
        what: as a message names it: `the font file a.ttf`.
        error: why.
        remedy: what fixes it.
    """
    return FontganError(f"{what} cannot be read ({error.strerror or error})", remedy)


def printable(text: object, lines: bool = False) -> str:
    r"""A text with everything that a terminal would obey or hide spelt as `\u001b`, as in JSON.

    So it is one line, and JSON stays the same JSON.

    Args:
        text: anything; its `str` is taken.
        lines: whether line breaks stay.
    """
    shown = str(text)
    if shown.isprintable():
        return shown
    return "".join(
        char if (lines and char == "\n") or unicodedata.category(char) not in _NOT_SHOWN else _escaped(char)
        for char in shown
    )


def _escaped(char: str) -> str:
    r"""`\u001b`; two of them for a character beyond 16 bits."""
    code = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{code[at : at + 2].hex()}" for at in range(0, len(code), 2))

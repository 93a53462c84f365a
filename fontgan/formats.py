"""Records in files, of whatever version: read in one step, written with all that they were read with.

A record is a frozen dataclass whose annotations say what each field may be (`fontgan/bounds.py`). One that
has a field `extra` keeps there what a newer version has added to its table. Files of older versions are
brought to today's format by small named steps.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from fontgan.errors import FontganError
from fontgan.untrusted import DamagedError, converted, parse_json, printable, shown

T = TypeVar("T")

# A step of the format whose number is its key, such as `from_2_to_3`, returns the table in the next one. It
# gets a table of its own, but what lies in that is shared. It checks nothing: where it fails, the data is
# damaged, and what it returns is checked.
Steps = Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]

_DAMAGE = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError, FontganError)


class UnknownFormatError(FontganError):
    """Data of a format that this version does not read: newer, or too old."""


class NoFormatError(DamagedError):
    """Data that is not JSON or names no format: nothing that fontgan wrote."""


def read_record(kind: type[T], content: bytes | str, current: int, steps: Steps, what: str) -> T:
    """A record out of the JSON that some version of fontgan has written.

    Args:
        kind: the dataclass of the record.
        content: JSON; a table with its number under `format`.
        current: the number of the format that is written today.
        steps: one for each older format that is still read.
        what: the file, as a message names it: `the checkpoint runs/kai/…`.

    Raises:
        NoFormatError: it is not JSON, or names no format.
        UnknownFormatError: it is of a newer format, or of one that is too old.
        DamagedError: it is damaged; the message says where.
    """
    try:
        data = parse_json(content, what)
    except DamagedError as error:
        raise NoFormatError(error.problem) from error
    return as_record(kind, upgraded(data, current, steps, what), what)


def as_record(kind: type[T], data: object, what: str) -> T:
    """A record out of a table of today's format.

    Raises:
        DamagedError: it is damaged; the message says where.
    """
    record: T = _with_extra(converted(kind, data, what), data)
    return record


def upgraded(data: object, current: int, steps: Steps, what: str) -> dict[str, Any]:
    """Data as the current format has it, whichever known format it was written in; unknown keys stay.

    Args:
        data: what JSON or pickle made of a file; a table with its number under `format`. It is not changed.
        current: the number of the format that is written today.
        steps: one for each older format that is still read.
        what: the file, as a message names it.

    Returns:
        A table of its own, whose `format` is `current`.

    Raises:
        FontganError: as `read_record`.
    """
    number = data.get("format") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(number, int) or isinstance(number, bool):
        raise NoFormatError(f"{what} has no format number, so fontgan cannot have written it")
    if number > current:
        raise UnknownFormatError(
            f"{what} has format {shown(number)}, but this fontgan reads formats up to {current}",
            "update fontgan",
        )
    found = dict(data)
    for older in range(number, current):
        if older not in steps:
            raise UnknownFormatError(
                f"{what} has format {shown(number)}, which fontgan no longer reads", "make it again"
            )
        try:
            found = steps[older](dict(found))
        except _DAMAGE as error:
            raise DamagedError(f"{what} is damaged: it does not hold what format {older} has") from error
    return {**found, "format": current}


def to_json(record: Any) -> Any:
    """A record as plain data; what a newer version has added to it stands where it was."""
    if is_dataclass(record):
        values = {item.name: to_json(getattr(record, item.name)) for item in fields(record)}
        return {**values.pop("extra", {}), **values}
    if isinstance(record, Mapping):
        return {name: to_json(value) for name, value in record.items()}
    return [to_json(value) for value in record] if isinstance(record, tuple | list) else record


def to_text(data: Any, indent: int | None = None) -> str:
    r"""Plain data as JSON that can be shown as it is, and written as UTF-8 whatever texts are in it.

    Args:
        data: plain data; what JSON does not have becomes a text.
        indent: of a file that people read; None: one line.
    """
    return printable(json.dumps(data, ensure_ascii=False, indent=indent, default=str), lines=True)


def _with_extra(record: Any, data: Any) -> Any:
    """A record, and the records in it, with what their tables have beside the fields under `extra`."""
    if is_dataclass(record) and isinstance(data, Mapping):
        names = [item.name for item in fields(record)]
        values = {
            name: _with_extra(getattr(record, name), data[name])
            for name in names
            if name in data and name != "extra"
        }
        if "extra" in names:
            values["extra"] = {name: value for name, value in data.items() if name not in values}
        return replace(record, **values)  # type: ignore[type-var]  # it is a dataclass
    if isinstance(record, tuple) and len(record) == len(data):
        return tuple(map(_with_extra, record, data))
    return record

"""File formats: files of older versions are brought to today's format by small named steps."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from fontgan.errors import FontganError

# A step of the format whose number is its key, such as `from_2_to_3`, returns the data in the next one.
Steps = Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]

# What JSON makes of the plain types of a record's fields.
_PLAIN: Mapping[Any, tuple[type[Any], ...]] = {
    "str": (str,),
    "Path": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
}
_MOST = 2**63


class UnknownFormatError(FontganError):
    """Data of a format that this version does not read: newer, too old, or none at all."""


class NoFormatError(UnknownFormatError):
    """Data that names no format: nothing that fontgan wrote."""


def upgraded(data: object, current: int, steps: Steps, what: str) -> dict[str, Any]:
    """Data as the current format has it, whichever known format it was written in.

    Unknown keys stay; who reads the data keeps them, so that they are written back.

    Args:
        data: what JSON or TOML made of a file; a table with its number under `format`.
        current: the number of the format that is written today.
        steps: one for each older format that is still read. A step may change what it is passed.
        what: the file, as a message names it: `the checkpoint runs/kai/…`.

    Returns:
        A table of its own, whose `format` is `current`.

    Raises:
        NoFormatError: it names no format.
        UnknownFormatError: it is of a newer format, or of one that is too old.
    """
    number = data.get("format") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(number, int) or isinstance(number, bool):
        raise NoFormatError(f"{what} has no format number, so fontgan cannot have written it")
    if number > current:
        raise UnknownFormatError(
            f"{what} has format {number}, but this fontgan reads formats up to {current}", "update fontgan"
        )
    found = data if number == current else copy.deepcopy(data)
    for older in range(number, current):
        if older not in steps:
            raise UnknownFormatError(
                f"{what} has format {number}, which fontgan no longer reads", "make it again"
            )
        found = steps[older](found)
    return {**found, "format": current}


def check_plain(kind: type[Any], data: Mapping[str, Any]) -> None:
    """Make sure that texts, switches and numbers, which must be finite, are what a record's fields hold.

    Args:
        kind: a dataclass whose annotations are texts; fields of other types are left to their readers.
        data: what JSON made of it; what is missing is left to its reader too.

    Raises:
        TypeError: a value is of another type, or a number that is infinite or beyond 64 bits.
    """
    for item in fields(kind):
        if item.type in _PLAIN and item.name in data:
            value = data[item.name]
            if (item.type != "bool" and isinstance(value, bool)) or not isinstance(value, _PLAIN[item.type]):
                raise TypeError(f"{item.name} is not {item.type}")
            if isinstance(value, int | float) and not abs(value) < _MOST:
                raise TypeError(f"{item.name} is too large")

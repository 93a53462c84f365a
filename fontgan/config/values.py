"""Single values: texts and what TOML and JSON have, read as a field's type and checked against its range."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from fontgan.untrusted import shown

# Null characters, and the lone surrogates that stand for bytes that are not UTF-8: TOML does not have them.
_NOT_WRITTEN = frozenset(map(chr, (0, *range(0xD800, 0xE000))))
_MOST_SHOWN = 80  # characters of a value in a message
_MOST_TEXT = 4096  # characters, as many as a path has on Linux
_TYPES: dict[type[Any], Mapping[str, Any]] = {}  # which take a while to find


def types_of(kind: type[Any]) -> Mapping[str, Any]:
    """The type of each field of a settings dataclass, by name."""
    if kind not in _TYPES:
        _TYPES[kind] = get_type_hints(kind)
    return _TYPES[kind]


def checked(kind: type[Any], name: str, value: Any) -> Any:
    """A value as the field of that name has it.

    Args:
        kind: a settings dataclass.
        name: of one of its fields.
        value: a text, or what Python, TOML and JSON have of it.

    Raises:
        ValueError: the field cannot have it; the message says what it wants instead.
    """
    read = _read(value, types_of(kind)[name])
    _check_range(read, kind.__dataclass_fields__[name].metadata)
    return read


def choices(kind: type[Any], name: str) -> tuple[str, ...]:
    """The values that the field of that name allows; empty if it is not a choice."""
    wanted = types_of(kind)[name]
    return get_args(wanted) if get_origin(wanted) is Literal else ()


def assigned(name: str, value: Any) -> str:
    """`name=value`, as a message shows it: in one line, and not the whole of a long value."""
    return f"{name}={shown(value, _MOST_SHOWN)}"


def _check_range(value: Any, limits: Mapping[str, Any]) -> None:
    least, most, entries = limits["least"], limits["most"], limits["entries"]
    values = value if isinstance(value, tuple) else (value,)
    if len(values) > entries:
        raise ValueError(f"it must have at most {entries} entries")
    for each in values:
        if isinstance(each, int | float) and not (_is_finite(each) and least <= each <= most):
            bounds = (
                f"at least {_number(least)}"
                if most == math.inf
                else f"from {_number(least)} to {_number(most)}"
            )
            raise ValueError(f"it must be {bounds}")
        if isinstance(each, str | Path) and len(str(each)) > _MOST_TEXT:
            raise ValueError(f"it must be a text of at most {_MOST_TEXT:,} characters")


def _number(value: float) -> str:
    return f"{value:,.10g}"


def _is_finite(number: int | float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # a whole number that no float can hold
        return False


def _read(value: Any, kind: Any) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is UnionType:  # the only unions are of a type and None
        return None if value is None else _read(value, next(one for one in arguments if one is not NoneType))
    if origin is Literal:
        if value not in arguments:
            raise ValueError(f"choose one of {', '.join(arguments)}")
        return value
    if origin is tuple:
        return _read_list(value, arguments[0])
    if kind is bool:
        return _read_switch(value)
    if kind in (int, float):
        return _read_number(value, kind)
    if not isinstance(value, str | Path):
        raise ValueError("expected text")
    if not _NOT_WRITTEN.isdisjoint(str(value)):
        raise ValueError("it must be a text that UTF-8 can hold, without null characters")
    return kind(value)


def _read_list(value: Any, kind: Any) -> tuple[Any, ...]:
    """A list, or a text such as `8, 16` or `[8, 16]`; an empty text is an empty list."""
    if isinstance(value, str):
        text = value.strip("[] ")
        value = [part.strip() for part in text.split(",")] if text else []
    if not isinstance(value, list | tuple):
        raise ValueError("expected a list")
    return tuple(_read(part, kind) for part in value)


def _read_switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value not in ("true", "false"):
        raise ValueError("write true or false")
    return bool(value == "true")


def _read_number(value: Any, kind: type[int] | type[float]) -> int | float:
    try:
        if isinstance(value, bool) or (kind is int and isinstance(value, float)):
            raise ValueError
        return kind(value)
    except (ValueError, TypeError, OverflowError):
        raise ValueError("expected a number" if kind is float else "expected a whole number") from None

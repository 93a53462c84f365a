"""Settings out of texts, TOML and JSON, each value checked against its field's type and range."""

from __future__ import annotations

import dataclasses
import difflib
import math
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from fontgan.errors import FontganError

T = TypeVar("T")

_MANY = 20  # names that no line should hold


def read_values(
    kind: type[Any], given: Mapping[str, Any], others: Iterable[str] = ()
) -> tuple[dict[str, Any], list[str]]:
    """The values of a settings dataclass that were given, as its fields have them, and all mistakes.

    Args:
        kind: the dataclass.
        given: by the fields' names, texts or what TOML and JSON have.
        others: further names that a misspelt one may have meant.

    Returns what could be read, and a line for each unknown name (with the nearest one) and each value
    that its field cannot have.
    """
    known = get_type_hints(kind)
    values: dict[str, Any] = {}
    mistakes = []
    for name, value in given.items():
        if name not in known:
            mistakes.append(f"there is no setting {name!r}{nearest(name, [*known, *others])}")
            continue
        try:
            values[name] = _read(value, known[name])
            _check_range(values[name], kind.__dataclass_fields__[name].metadata)
        except ValueError as error:
            mistakes.append(f"{name}={value}: {error}")
    return values, mistakes


def changed(settings: T, given: Mapping[str, Any]) -> T:
    """`settings` with the values that were given.

    Raises:
        FontganError: a name is unknown, or a value is none of its field; all mistakes are told together.
    """
    values, mistakes = read_values(type(settings), given)
    if mistakes:
        raise FontganError("; ".join(mistakes))
    return dataclasses.replace(settings, **values)  # type: ignore[type-var]


def from_record(kind: type[T], record: Mapping[str, Any]) -> T:
    """The settings of that kind out of JSON data, as `dataclasses.asdict` gives it.

    Raises:
        FontganError: it has what they have not, as it does when another version wrote the data.
    """
    values, mistakes = read_values(kind, record)
    if mistakes:
        raise FontganError(f"{'; '.join(mistakes)}: another fontgan version wrote this")
    return kind(**values)


def read_toml(path: Path) -> dict[str, dict[str, Any]]:
    """The tables of a TOML file of settings.

    Raises:
        FontganError: there is no such file, it is no TOML, or something stands outside of its tables.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FontganError(f"there is no configuration {path}: name another --config") from error
    except OSError as error:
        raise FontganError(f"the configuration {path} cannot be read: {error.strerror}") from error
    except ValueError as error:  # TOML's mistakes and those of UTF-8
        raise FontganError(f"{path} is no TOML: {error}") from error
    outside = [name for name, table in tables.items() if not isinstance(table, dict)]
    if outside:
        raise FontganError(f"{path}: {', '.join(outside)} must stand in a table, [training] or the model's")
    return tables


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint for a misspelt name: `; did you mean 'skip'?`, or all names where none is near and few are."""
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f": there are {', '.join(known)}" if len(known) < _MANY else "; --dry-run lists them all"


def _check_range(value: Any, limits: Mapping[str, Any]) -> None:
    least, most = limits["least"], limits["most"]
    for number in value if isinstance(value, tuple) else (value,):
        if isinstance(number, int | float) and not (math.isfinite(number) and least <= number <= most):
            bounds = f"at least {least:g}" if most == math.inf else f"from {least:g} to {most:g}"
            raise ValueError(f"it must be {bounds}")


def _read(value: Any, kind: Any) -> Any:
    """A value as that type: a text, or what TOML and JSON have of it.

    Raises:
        ValueError: it is none.
    """
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is UnionType:  # the only unions are of a type and None
        return None if value is None else _read(value, next(one for one in arguments if one is not NoneType))
    if origin is Literal:
        if value not in arguments:
            raise ValueError(f"choose one of {', '.join(arguments)}")
        return value
    if origin is tuple:
        parts = value.strip("[]").split(",") if isinstance(value, str) else value
        if not isinstance(parts, list | tuple):
            raise ValueError("a list is needed")
        return tuple(_read(part, arguments[0]) for part in parts)
    if kind is bool:
        return _read_switch(value)
    if kind in (int, float):
        return _read_number(value, kind)
    if not isinstance(value, str | Path):
        raise ValueError("a text is needed")
    return kind(value)


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
    except (ValueError, TypeError):
        raise ValueError("a number is needed" if kind is float else "a whole number is needed") from None

"""Settings out of texts, TOML and records, each value checked against its field's type and range."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from fontgan.config.groups import Draft, groups_of, paths_of
from fontgan.config.values import assigned, checked, types_of
from fontgan.errors import FontganError
from fontgan.untrusted import check_depth, read_file, shown, unreadable

T = TypeVar("T")

FORMAT = 2  # of config.toml; 1 had no groups and no number
MOST_NAMES = 20  # in one message
_MOST = 256 << 10  # bytes of a configuration; those of runs have some 10,000
_MANY_DOTS = 100  # in one line: a.a.a… takes time and memory that grow with the square of its length


def read_values(kind: type[Any], given: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The values of a settings dataclass without groups that were given, and all mistakes.

    Args:
        kind: the dataclass.
        given: by the fields' names, texts or what TOML and JSON have.

    Returns:
        The values that could be read, and a line for each unknown name (with the nearest one) and for each
        value that its field cannot have.
    """
    known = types_of(kind)
    values: dict[str, Any] = {}
    unknown = [name for name in given if name not in known][:MOST_NAMES]
    mistakes = [f"there is no setting {shown(repr(name))}{nearest(name, known)}" for name in unknown]
    for name, value in given.items():
        if name not in known:
            continue
        try:
            values[name] = checked(kind, name, value)
        except ValueError as error:
            mistakes.append(f"{assigned(name, value)}: {error}")
    return values, mistakes


def changed(settings: T, given: Mapping[str, Any]) -> T:
    """`settings` with the values that were given, by dotted, short or old names.

    Raises:
        FontganError: a name is unknown, a value cannot be, or some contradict each other; all in one line.
    """
    draft = Draft(settings)
    draft.set(given)
    found, mistakes = draft.finished()
    unknown = [no_such_setting(type(settings), name) for _, name in draft.unknown[:MOST_NAMES]]
    mistakes = unknown + mistakes
    if mistakes:
        raise FontganError("; ".join(mistakes))
    return found  # type: ignore[no-any-return]


def from_record(kind: type[T], record: Mapping[str, Any]) -> T:
    """The settings of that kind out of JSON data, in groups or flat as they were before there were groups.

    A setting that the record lacks gets the value that files from before it existed stand for. Names
    that no setting has are left alone: a newer version wrote them.

    Raises:
        FontganError: a value cannot be.
    """
    draft = Draft(kind())
    draft.set(record, whole=True)
    draft.fill(older_values(kind))
    settings, mistakes = draft.finished()
    if mistakes:
        raise FontganError("; ".join(mistakes), "another version of fontgan wrote this")
    return settings  # type: ignore[no-any-return]


def older_values(kind: type[Any]) -> dict[str, Any]:
    """By dotted name, the values that files from before a setting existed stand for."""
    parts = {"": kind, **{f"{name}.": group for name, group in groups_of(kind).items()}}
    return {
        prefix + name: item.metadata["older"]
        for prefix, part in parts.items()
        for name, item in part.__dataclass_fields__.items()
        if "older" in item.metadata
    }


def read_toml(path: Path) -> dict[str, dict[str, Any]]:
    """The tables of a TOML file of settings.

    Raises:
        FontganError: there is no such file, it is not TOML, a newer version wrote it, or something stands
            outside its tables.
    """
    try:
        text = read_file(path, _MOST, "a configuration").decode()
        if any(line.count(".") > _MANY_DOTS for line in text.splitlines()):
            raise RecursionError
        tables = tomllib.loads(text)
        check_depth(tables, str(path))
    except FileNotFoundError as error:
        raise FontganError(f"there is no configuration {path}", "choose another {config}") from error
    except OSError as error:
        raise unreadable(f"the configuration {path}", error) from error
    except ValueError as error:  # TOML's mistakes and those of UTF-8
        raise FontganError(f"{path} is not TOML: {shown(error)}") from error
    except RecursionError as error:
        raise FontganError(f"{path} is not a configuration: it is nested too deeply") from error
    written = tables.pop("format", 1)
    if not isinstance(written, int) or written < 1:
        raise FontganError(f"{path} has format {shown(written)}, which is none", "remove that line")
    if written > FORMAT:
        raise FontganError(
            f"{path} has format {shown(written)}, but this version of fontgan reads up to {FORMAT}",
            "update fontgan",
        )
    if len(tables) > MOST_NAMES:
        raise FontganError(f"{path} is not a configuration: it has {len(tables):,} tables")
    outside = ", ".join(name for name, table in tables.items() if not isinstance(table, dict))
    if outside:
        raise FontganError(f"{path}: {shown(outside)} must be in a table, [training] or the model's")
    return tables


def no_such_setting(kind: type[Any], name: str, others: Iterable[str] = ()) -> str:
    """The message for a name that no setting of a model has, with the nearest one.

    Args:
        kind: the settings of the model.
        name: the name.
        others: further names to suggest.
    """
    paths = paths_of(kind)
    short = [path.rpartition(".")[2] for path in paths if not path.startswith("discriminator.")]
    near = nearest(name, dict.fromkeys([*short, *paths, *others]))
    return f"there is no setting {shown(repr(name))}{near}"


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint for a misspelt name: `; did you mean 'skip'?`, or all names where none is near and few exist."""
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return (
        f": there are {', '.join(known)}"
        if len(known) < MOST_NAMES
        else "; the config.toml of a run lists them all"
    )

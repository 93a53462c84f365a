"""Settings as TOML, each under its help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fontgan.config.reading import FORMAT
from fontgan.config.settings import explained

if TYPE_CHECKING:
    from tomlkit.items import Table


def to_toml(tables: Mapping[str, Any], title: str) -> str:
    """TOML text of settings: a table each and one for each group, every value under its help as a comment.

    What is None is omitted, but for a group that is off: `discriminator = "none"`.

    Args:
        tables: a name and a settings dataclass for each table.
        title: the first line of the file, as a comment.
    """
    import tomlkit  # only a run writes TOML, and printing help should not wait for it

    document = tomlkit.document()
    document.add(tomlkit.comment(title))
    document.add("format", tomlkit.item(FORMAT))
    for name, settings in tables.items():
        document.add(name, _table(settings))
    return tomlkit.dumps(document)


def _table(settings: Any) -> Table:
    import tomlkit

    table = tomlkit.table()
    groups = {}
    for item in fields(settings):
        value = getattr(settings, item.name)
        if "group" in item.metadata:
            if value is not None:
                groups[item.name] = value
                continue
            value = "none"
        if value is not None:
            table.add(tomlkit.comment(explained(type(settings), item.name)))
            table.add(item.name, _plain(value))
    for name, group in groups.items():
        table.add(name, _table(group))
    return table


def _plain(value: Any) -> Any:
    """A setting as TOML has it."""
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Path) else value

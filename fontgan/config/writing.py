"""Settings as TOML, each under its help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any


def to_toml(tables: Mapping[str, Any], title: str) -> str:
    """TOML text of settings: one table each, every value under its help as a comment; no empty ones.

    Args:
        tables: a name and a settings dataclass for each table.
        title: the first line of the file, as a comment.
    """
    import tomlkit  # only a run writes TOML, and printing help should not wait for it

    document = tomlkit.document()
    document.add(tomlkit.comment(title))
    for name, settings in tables.items():
        table = tomlkit.table()
        for item in fields(settings):
            value = getattr(settings, item.name)
            if value is not None:
                table.add(tomlkit.comment(item.metadata["help"]))
                table.add(item.name, _plain(value))
        document.add(name, table)
    return tomlkit.dumps(document)


def _plain(value: Any) -> Any:
    """A setting as TOML has it."""
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Path) else value

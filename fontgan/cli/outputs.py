"""Where commands write that draw with a run, unless someone names another place."""

from __future__ import annotations

from pathlib import Path

from fontgan.errors import FontganError


def folder_of(parent: str, run: str, *words: str | None) -> Path:
    """The folder of a run in `parent`; another style, reference, direction or cleaning has its own."""
    return Path(parent) / "-".join((run, *(word for word in words if word and word != "none")))


def check_folder(target: Path) -> None:
    """Refuse a folder that cannot be one, before anything is drawn.

    Raises:
        FontganError: there is a file of that name.
    """
    if target.exists() and not target.is_dir():
        raise FontganError(f"{target} is a file, not a folder", "choose another {output}")

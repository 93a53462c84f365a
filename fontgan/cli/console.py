"""What all commands show in the same way: messages and progress, on standard error."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

from fontgan.compute.launch import first_process
from fontgan.fonts.location import FontLocation

# Results, such as paths, are echoed to standard output, where a script can read them. Names of fonts and
# of files are shown as they are: a bracket in one is not markup.
messages = Console(stderr=True, highlight=False, markup=False, quiet=not first_process())
results = Console(highlight=False, markup=False)


def print_json(data: dict[str, Any]) -> None:
    """Print a result as JSON; what JSON does not know, such as a path, as text."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))


def default_sheet(location: FontLocation) -> Path:
    """A file for the sheet of each file, face and place: `All.ttc-2.png`, `MyFont.ttf-wght-700.png`."""
    name = str(location).removeprefix(str(location.path.parent)).strip("/")
    return Path("inspected") / f"{re.sub('[#@=,]', '-', name)}.png"


class Bar:
    """A `fontgan.progress.Watcher` drawn by Rich: one bar per task, and one for all of them."""

    def __init__(self, unit: str) -> None:
        self._progress = RichProgress(
            TextColumn("{task.description:<16}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(unit),
            TimeRemainingColumn(),
            console=messages,
        )
        self._task: TaskID | None = None
        self._whole: TaskID | None = None

    def whole(self, total: int) -> None:
        """Show a bar for all tasks together, or correct its length."""
        if self._whole is None:
            self._progress.start()  # not before there is something to show: an empty bar leaves a blank line
            self._whole = self._progress.add_task("in all", total=total)
        self._progress.update(self._whole, total=total)

    def start(self, title: str, total: int) -> None:
        """Show a new bar under those that are done."""
        self._progress.start()
        self._task = self._progress.add_task(title, total=total)

    def advance(self, steps: int = 1) -> None:
        """Advance the newest bar."""
        for task in (self._task, self._whole):
            if task is not None:
                self._progress.advance(task, steps)

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress.tasks:
            self._progress.stop()

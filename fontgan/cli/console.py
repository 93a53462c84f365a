"""What all commands show in the same way: results on standard output, messages on standard error.

All texts may come from a stranger: the name of a font, a record, a file's name. So all of them pass through
`printable`, here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress
from rich.table import Table
from rich.text import Text

from fontgan.compute.launch import first_process
from fontgan.fonts.location import FontLocation
from fontgan.untrusted import printable

_NO_LIMIT = 10_000  # columns, to measure a table without a terminal


class _Console(Console):
    """A console that makes every text printable, and takes nothing in one for markup or emoji.

    Rich calls `render_str` for each `str`, also in tables, and leaves a `Text` as it is.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """One line, whatever stands in it."""
        return super().render_str(printable(text), **options)


messages = _Console(stderr=True, quiet=not first_process())
results = _Console()


def echo(text: object) -> None:
    """Print a result, such as a path, as one line on standard output, where a script can read it."""
    typer.echo(printable(text))


def print_json(data: object) -> None:
    """Print a result as JSON; what JSON does not know, such as a path, as text."""
    typer.echo(printable(json.dumps(data, ensure_ascii=False, indent=2, default=str), lines=True))


def show_notes(notes: Iterable[str]) -> None:
    """Print remarks, a line each, with the other messages."""
    for note in notes:
        messages.print(f"note: {note}", style="yellow", soft_wrap=True)


def several_lines(lines: Iterable[str], style: str = "") -> Text:
    """A text of several lines, each of them printable."""
    return Text("\n".join(map(printable, lines)), style)


def show_rows(
    console: Console, title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], names: int = 1
) -> None:
    """Print a table; where that is wider than the terminal, print each of its rows by itself.

    Args:
        console: `messages` or `results`.
        title: above it; as it is a path that someone may copy, it is never broken.
        headings: of the columns.
        rows: the cells of each row.
        names: how many of the first columns are names; the others are figures.
    """
    table = Table()
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="left" if number < names else "right", no_wrap=True)
    rows = list(rows)
    for row in rows:
        table.add_row(*row)
    console.print(title, style="italic", soft_wrap=True)
    if console.measure(table, options=console.options.update_width(_NO_LIMIT)).maximum <= console.width:
        console.print(table)
        return
    for name, *cells in rows:
        figures = (" ".join(filter(None, pair)) for pair in zip(headings[1:], cells, strict=True) if pair[1])
        console.print(name, style="bold")
        console.print(Padding(", ".join(figures), (0, 0, 0, 2)))


def show_facts(title: str, facts: Mapping[str, str]) -> None:
    """Print what is known of a thing on standard output, by name; empty texts are omitted."""
    table = Table(show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in facts.items():
        if text:
            table.add_row(name, text)
    results.print(title, style="italic", soft_wrap=True)
    results.print(table)


def default_sheet(location: FontLocation) -> Path:
    """A file for the sheet of each file, face and place: `All.ttc-2.png`, `MyFont.ttf-wght-700.png`."""
    name = str(location).removeprefix(str(location.path.parent)).strip("/")
    return Path("inspected") / f"{re.sub('[#@=,]', '-', name)}.png"


class Bar:
    """A `fontgan.progress.Watcher` drawn by Rich: one bar per task, and one for all of them."""

    def __init__(self, unit: str) -> None:
        self._progress = RichProgress(
            TextColumn("{task.description:<16}", markup=False),
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
        self._task = self._progress.add_task(printable(title), total=total)

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

"""What all commands show in the same way: messages and progress, on standard error."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

# Results, such as paths, are echoed to standard output, where a script can read them. Names of fonts and
# of files are shown as they are: a bracket in one is no markup.
messages = Console(stderr=True, highlight=False, markup=False)


class Bar:
    """A `fontgan.progress.Progress` drawn by Rich: one bar for each piece of work."""

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

    def start(self, title: str, total: int) -> None:
        """Show a new bar under those that are done."""
        self._task = self._progress.add_task(title, total=total)

    def advance(self, steps: int = 1) -> None:
        """Move the newest bar on."""
        if self._task is not None:
            self._progress.advance(self._task, steps)

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

"""The protocol by which long-running work reports its progress."""

from __future__ import annotations

from typing import Protocol


class Watcher(Protocol):
    """Receives the progress of long-running work, which is done task by task."""

    def whole(self, total: int) -> None:
        """All tasks together have `total` steps; called again when a better estimate is known."""

    def start(self, title: str, total: int) -> None:
        """A task of `total` steps named `title` starts; the one before it has ended."""

    def advance(self, steps: int = 1) -> None:
        """This many more steps of the task are done."""


class Silent:
    """A watcher that ignores everything."""

    def whole(self, total: int) -> None:
        """Ignored."""

    def start(self, title: str, total: int) -> None:
        """Ignored."""

    def advance(self, steps: int = 1) -> None:
        """Ignored."""

"""How long work tells what it is doing, whoever is watching."""

from __future__ import annotations

from typing import Protocol


class Watcher(Protocol):
    """What a watcher of long work offers; the command line's is drawn by Rich."""

    def whole(self, total: int) -> None:
        """All pieces together have so many steps, as far as is known now; may be called again."""

    def start(self, title: str, total: int) -> None:
        """A piece of work named `title`, of `total` steps, begins; the one before it has ended."""

    def advance(self, steps: int = 1) -> None:
        """So many more steps of it are done."""


class Silent:
    """A watcher that shows nothing."""

    def whole(self, total: int) -> None:
        """Ignored."""

    def start(self, title: str, total: int) -> None:
        """Ignored."""

    def advance(self, steps: int = 1) -> None:
        """Ignored."""

"""Something that is made of a part of a batch once, for all phases of a step that look at it in turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from fontgan.data.views import Batch

T = TypeVar("T")


class Once(Generic[T]):
    """Makes a thing of a part, and gives the same thing again until another part comes or it is forgotten."""

    def __init__(self, make: Callable[[Batch], T]) -> None:
        self._make = make
        self._kept: tuple[Batch, T] | None = None

    def __call__(self, part: Batch) -> T:
        """What is made of the part."""
        if self._kept is None or self._kept[0] is not part:
            self._kept = (part, self._make(part))
        return self._kept[1]

    def forget(self) -> None:
        """Make it anew next time: its graph is used up, or the weights have moved."""
        self._kept = None

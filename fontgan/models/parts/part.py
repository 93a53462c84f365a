"""One part of a step's batch, and the values computed from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from fontgan.data.views import Batch

T = TypeVar("T")


@dataclass
class Part:
    """What the phases of a step learn from, one after another; `Model.step` makes it and drops it.

    Attributes:
        batch: this part of the batch.
        progress: the share of the run that is done, in [0, 1).
        shares_graphs: whether a phase may leave a graph of the generator to a later phase of the step: only
            where the batch is one part and the generator learns in this step. Otherwise a graph would be
            built for nothing, or those of all parts would lie in memory at once.
    """

    batch: Batch
    progress: float
    shares_graphs: bool = False
    _made: dict[str, Any] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What `make` gives, made when it is first asked for by that name."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]  # type: ignore[no-any-return]

    def last(self, name: str, make: Callable[[], T]) -> T:
        """As `once`, and forgotten after it: its graph will be used up, and weights will move."""
        return self._made.pop(name) if name in self._made else make()

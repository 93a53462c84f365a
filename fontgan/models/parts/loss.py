"""A loss with the named terms that it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass(frozen=True)
class Loss:
    """The loss of a phase; losses can be added and scaled, while their terms keep their own values.

    Attributes:
        total: the weighted sum, a scalar with its graph.
        terms: each term before it was weighted, detached, by its name in the log.
    """

    total: Tensor = field(default_factory=lambda: torch.zeros(()))
    terms: Mapping[str, Tensor] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, value: Tensor) -> Loss:
        """One term of that name."""
        return cls(value, {name: value.detach()})

    def __add__(self, other: Loss) -> Loss:
        return Loss(self.total + other.total, {**self.terms, **other.terms})

    def __rmul__(self, weight: float) -> Loss:
        return Loss(weight * self.total, self.terms)

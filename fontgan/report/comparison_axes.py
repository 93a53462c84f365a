"""What the figures of a comparison are shown against: cost of the network, data, settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fontgan.judging.comparison import Comparison, Group

_LEARN = "learn"  # the swept number of characters


@dataclass(frozen=True)
class Axis:
    """Something in which groups of cells differ.

    Attributes:
        title: what it is called.
        setting: the swept setting that it shows; empty where it shows none.
        logarithmic: whether its values are sizes, to be compared by their ratios.
    """

    title: str
    setting: str = ""
    logarithmic: bool = False

    def place(self, group: Group) -> float | None:
        """Where a group stands; None where it has no number."""
        if self.setting == _LEARN:
            return group.over_seeds("learnt")
        return group.value_of(self.setting) if self.setting else group.over_seeds("flops")


def axes_of(comparison: Comparison, groups: Sequence[Group]) -> Iterator[Axis]:
    """The axes on which the groups do not all stand in one place."""
    swept = [name for name in comparison.swept if name != _LEARN]
    axes = [
        Axis("FLOPs for one glyph", logarithmic=True),
        Axis("characters learnt", _LEARN, logarithmic=True),
        *(Axis(name, name) for name in swept),
    ]
    for axis in axes:
        if len({place for group in groups if (place := axis.place(group)) is not None}) > 1:
            yield axis

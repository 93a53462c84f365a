"""What the groups of a comparison differ in, as the axes of its curves: FLOPs, characters, swept settings."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from fontgan.judging.comparison import Comparison, Group, Spread

_LEARN = "learn"  # the number of characters, as a swept setting


@dataclass(frozen=True)
class Axis:
    """Something by which groups are compared.

    Attributes:
        title: of the axis.
        swept: the name of the setting; empty where it is none.
        logarithmic: whether it may be.
        place: of a group; None where it has none, as a setting that is a word.
    """

    title: str
    swept: str
    logarithmic: bool
    place: Callable[[Group], float | None]

    def dots(self, groups: Sequence[Group], measure: str) -> Iterator[tuple[int, float, Spread]]:
        """The number, the place and the measure of each group that has both."""
        for number, group in enumerate(groups):
            place, spread = self.place(group), group.spread(measure)
            if place is not None and spread is not None:
                yield number, place, spread

    def lines(self, groups: Sequence[Group], measure: str) -> list[list[tuple[float, float]]]:
        """Points, in order, of those groups that differ in this setting alone."""
        found: dict[object, list[tuple[float, float]]] = {}
        for number, place, spread in self.dots(groups, measure):
            first = groups[number].cells[0]
            if self.swept in first.settings:
                rest = tuple((name, text) for name, text in first.settings.items() if name != self.swept)
                found.setdefault((first.model, first.preset, rest), []).append((place, spread.mean))
        return [sorted(points) for points in found.values() if len(points) > 1]


def axes_of(comparison: Comparison, groups: Sequence[Group]) -> list[Axis]:
    """The axes on which the groups have several places."""
    known = [
        Axis("FLOPs for one glyph", "", True, lambda group: group.over_seeds("flops")),
        Axis("characters learnt", _LEARN, True, lambda group: group.over_seeds("learnt")),
    ]
    settings = [
        Axis(name, name, False, partial(_setting, name)) for name in comparison.swept if name != _LEARN
    ]
    return [axis for axis in (*known, *settings) if len({*map(axis.place, groups)} - {None}) > 1]


def _setting(name: str, group: Group) -> float | None:
    """The value of a swept setting; None where it is not a number."""
    try:
        value = float(group.cells[0].settings[name])
    except (KeyError, ValueError):
        return None
    return value if math.isfinite(value) else None

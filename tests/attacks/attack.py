"""What an attack is, and the list of all."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.attacks.trial import Trial

FAMILIES = (
    "fonts",
    "pictures",
    "special_files",
    "settings",
    "records",
    "checkpoints",
    "stores",
    "disk",
    "links",
    "environments",
    "pipes",
    "together",
    "kills",
)


@dataclass(frozen=True)
class Attack:
    """One way to harm someone who runs a command.

    Attributes:
        name: family, function and variant.
        action: tries it, and raises `Fell` where it succeeds.
        by_chance: whether each round is another one.
        tested: whether `make test` tries it too.
    """

    name: str
    action: Callable[[Trial], None]
    by_chance: bool
    tested: bool

    @property
    def family(self) -> str:
        """The file that it stands in."""
        return self.name.partition("/")[0]


ATTACKS: list[Attack] = []


def attack(
    by_chance: bool = False, tested: bool = False, variants: Mapping[str, Any] | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Put a function on the list: once, or once for each variant, which it then takes besides the trial.

    Args:
        by_chance: whether it does something else each time, by the random numbers of the trial.
        tested: whether `make test` tries it too, of variants the first.
        variants: by their names.
    """

    def listed(function: Callable[..., None]) -> Callable[..., None]:
        name = f"{function.__module__.rpartition('.')[2]}/{function.__name__}"
        if variants is None:
            ATTACKS.append(Attack(name, function, by_chance, tested))
        for number, (variant, value) in enumerate((variants or {}).items()):
            action = _bound(function, value)
            ATTACKS.append(Attack(f"{name}/{variant}", action, by_chance, tested and number == 0))
        return function

    return listed


def _bound(function: Callable[..., None], value: object) -> Callable[[Trial], None]:
    return lambda trial: function(trial, value)


def all_attacks() -> list[Attack]:
    """Every attack, in the order of the families."""
    for family in FAMILIES:
        importlib.import_module(f"tests.attacks.{family}")
    return sorted(ATTACKS, key=lambda one: FAMILIES.index(one.family))

"""The settings of a run as rows of a table: what they are, what they are by default, and what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import PurePath
from typing import Any

from fontgan.config.groups import flat, flattened, groups_of
from fontgan.config.settings import TrainingPlan, explained
from fontgan.errors import FontganError
from fontgan.models import find_model
from fontgan.untrusted import printable, shortened

_PATHS = ("data", "run", "base", "stage1")  # of the training table: a report may be shared, folders not
_MOST = 500  # settings
_LONGEST = 200  # letters of a value


@dataclass(frozen=True)
class Setting:
    """One setting of a run.

    Attributes:
        name: `optimisation.batch_size`.
        value: as a text.
        default: as a text; empty where it is not known.
        help: what it means; empty where it is not known.
    """

    name: str
    value: str
    default: str
    help: str

    @property
    def changed(self) -> bool:
        """Whether it is not the default, which is known."""
        return bool(self.default) and self.value != self.default


def settings_of(tables: Mapping[str, Any], model: str) -> list[Setting]:
    """The settings in the tables of a run's `config.toml`, those of the model first."""
    known = _known(model)
    given = tables.get(model), tables.get("training")
    rows = [
        (name, value)
        for table in given
        if isinstance(table, Mapping)
        for name, value in flattened(table).items()
    ]
    return [
        Setting(printable(name), _text(name, value), *known.get(name, ("", "")))
        for name, value in rows[:_MOST]
    ]


def _known(model: str) -> dict[str, tuple[str, str]]:
    """The default and the help of each setting, as texts."""
    training = {
        item.name: (_text(item.name, item.default), explained(TrainingPlan, item.name))
        for item in fields(TrainingPlan)
        if item.default is not MISSING and "help" in item.metadata
    }
    try:
        defaults = find_model(model).preset("default")
    except FontganError:
        return training
    helps = dict(_helps(type(defaults)))
    own = {name: (_text(name, value), helps.get(name, "")) for name, value in flat(defaults).items()}
    # A group that is off by default has no values; one that is off here has only its own name.
    return training | {name: ("none", text) for name, text in helps.items()} | own


def _helps(kind: type[Any]) -> Iterator[tuple[str, str]]:
    groups = groups_of(kind)
    for item in fields(kind):
        yield item.name, explained(kind, item.name)
        for inner in fields(groups[item.name]) if item.name in groups else ():
            yield f"{item.name}.{inner.name}", explained(groups[item.name], inner.name)


def _text(name: str, value: object) -> str:
    if name in _PATHS and value is not None:
        value = PurePath(str(value)).name
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        value = f"{value:g}"
    if isinstance(value, list | tuple):
        value = ", ".join(_text("", each) for each in value) or "none"
    return shortened(printable(value), _LONGEST)

"""Settings in groups as one flat table of dotted names, and back: `optimisation.batch_size`.

A group is a field of a settings dataclass whose value is a settings dataclass too. One that is optional may
be None, «none» in texts and TOML; the weight that is its switch turns it on, from the values that the class
names for it, and at 0 off.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

from fontgan.config.legacy import RENAMED
from fontgan.config.values import assigned, checked, types_of
from fontgan.errors import FontganError

# Where a name without a dot is looked up, after the model's own: never in the discriminator, whose width,
# norm and layers are not the generator's.
_LOOKED_UP = ("optimisation", "augmentation", "generator", "objective")


def groups_of(kind: type[Any]) -> dict[str, type[Any]]:
    """The settings dataclass of each group of a settings dataclass, by the group's name."""
    found = {}
    for item in dataclasses.fields(kind):
        if "group" in item.metadata:
            wanted = types_of(kind)[item.name]
            options = get_args(wanted) if get_origin(wanted) is UnionType else (wanted,)
            found[item.name] = next(option for option in options if option is not NoneType)
    return found


def switch_of(kind: type[Any], group: str) -> str:
    """The setting that turns an optional group on and off, "" where the group is always there."""
    switch: str = kind.__dataclass_fields__[group].metadata["group"]
    return switch


def paths_of(kind: type[Any]) -> list[str]:
    """All names that a settings dataclass knows, those in groups with a dot; not the groups themselves."""
    groups = groups_of(kind)
    own = [item.name for item in dataclasses.fields(kind) if item.name not in groups]
    inner = [f"{name}.{item.name}" for name, group in groups.items() for item in dataclasses.fields(group)]
    return own + inner


def flat(settings: Any) -> dict[str, Any]:
    """Every value by its dotted name; a group that is None by its own name."""
    values: dict[str, Any] = {}
    for item in dataclasses.fields(settings):
        value = getattr(settings, item.name)
        if "group" in item.metadata and value is not None:
            values |= {f"{item.name}.{name}": inner for name, inner in flat(value).items()}
        else:
            values[item.name] = value
    return values


def flattened(data: Mapping[str, Any]) -> dict[str, Any]:
    """Nested tables as one of dotted names."""
    values: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, Mapping):
            values |= {f"{name}.{inner}": one for inner, one in flattened(value).items()}
        else:
            values[name] = value
    return values


def resolve(kind: type[Any], name: str, value: Any) -> str | None:
    """The dotted name, or the optional group, that a name with that value means; None where it is unknown.

    Names without a dot are the model's own, those of a group, or what older versions called a setting.
    """
    known = paths_of(kind)
    if name in known or (name in groups_of(kind) and (value is None or value == "none")):
        return name
    short = (f"{group}.{name}" for group in _LOOKED_UP)
    renamed = RENAMED.get(name, "")
    return next((path for path in (*short, renamed) if path in known), None)


class Draft:
    """Settings in the making: values are set by name, layer by layer, and checked together in the end.

    Args:
        settings: where it starts from.

    Attributes:
        mistakes: all values that could not be set, one line each.
        unknown: the names that no setting has, each with the file that it stands in.
    """

    def __init__(self, settings: Any) -> None:
        self._start, self._kind = settings, type(settings)
        self._groups = groups_of(self._kind)
        self._values = flat(settings)
        self._waiting: dict[str, Any] = {}  # values in a group that is off
        self._set_before: set[str] = set()
        self.mistakes: list[str] = []
        self.unknown: list[tuple[str, str]] = []

    def set(self, given: Mapping[str, Any], where: str = "", whole: bool = False) -> None:
        """Set values by name; the later one counts.

        Args:
            given: dotted, short or old names, or nested tables, and their values as text or data.
            where: the file that they stand in, as `FILE: `, for mistakes.
            whole: whether they are all settings of a run, where the values of a group that is off are idle.
        """
        found = []
        for name, value in flattened(given).items():
            path = resolve(self._kind, name, value)
            if path is None:
                self.unknown.append((where, name))
            else:
                found.append((name, path, value))
        found.sort(key=lambda one: not self._turns_off(one[1], one[2]))  # those that turn off come first
        off = {self._group_of(path) for _, path, value in found if self._turns_off(path, value)}
        if not whole:
            self.mistakes += [f"{where}{line}" for group in off for line in self._contradictory(group, found)]
        for name, path, value in found:
            if whole and self._group_of(path) in off and not self._turns_off(path, value):
                continue
            try:
                self._set(path, value)
            except ValueError as error:
                self.mistakes.append(f"{where}{assigned(name, value)}: {error}")

    def fill(self, values: Mapping[str, Any]) -> None:
        """Set values by dotted names where none was set, but in groups that are off."""
        for path, value in values.items():
            if path in self._values and path not in self._set_before:
                self._values[path] = value

    def finished(self) -> tuple[Any, list[str]]:
        """The settings and all mistakes; what a mistake is in stays as it was at the start."""
        mistakes = self.mistakes + self._idle()
        values = {name: value for name, value in self._values.items() if "." not in name}
        for group, kind in self._groups.items():
            inner = {
                path.partition(".")[2]: one for path, one in self._values.items() if _inside(path, group)
            }
            if inner:
                made = _made(kind, inner, mistakes)
                values[group] = getattr(self._start, group) if made is None else made
        made = _made(self._kind, values, mistakes)
        return self._start if made is None else made, mistakes

    def _set(self, path: str, value: Any) -> None:
        group, leaf = self._group_of(path), path.partition(".")[2]
        if not group:
            self._values[path] = checked(self._kind, path, value)
        elif not leaf:
            self._turn_off(group)
        else:
            read = checked(self._groups[group], leaf, value)
            if self._turns_off(path, value):
                self._turn_off(group)
                return
            if leaf == switch_of(self._kind, group) and group in self._values:
                self._turn_on(group)
            (self._waiting if group in self._values else self._values)[path] = read
        self._set_before.add(path)

    def _contradictory(self, group: str, found: list[tuple[str, str, Any]]) -> list[str]:
        """A line where the same layer turns a group off and on."""
        switch = f"{group}.{switch_of(self._kind, group)}"
        on = [assigned(name, value) for name, path, value in found if path == switch and not _is_zero(value)]
        off = [assigned(name, value) for name, path, value in found if path == group]
        return [f"{off[0]} and {on[0]} contradict each other: omit one of them"] if on and off else []

    def _group_of(self, path: str) -> str:
        """The group that a path lies in, or is; "" for what is the model's own."""
        group = path.partition(".")[0]
        return group if group in self._groups else ""

    def _turns_off(self, path: str, value: Any) -> bool:
        group, leaf = self._group_of(path), path.partition(".")[2]
        if not group or leaf:
            return bool(group) and leaf == switch_of(self._kind, group) and _is_zero(value)
        return True

    def _turn_on(self, group: str) -> None:
        """Start from the usual values of the class, and apply the values that waited for it."""
        del self._values[group]
        usual = flat(getattr(self._kind, f"usual_{group}"))
        self._values |= {f"{group}.{name}": value for name, value in usual.items()}
        self._values |= {path: value for path, value in self._waiting.items() if _inside(path, group)}
        self._waiting = _outside(self._waiting, group)

    def _turn_off(self, group: str) -> None:
        if not hasattr(self._kind, f"usual_{group}"):
            raise ValueError(f"this model needs its {group}")
        self._values = {**_outside(self._values, group), group: None}
        self._waiting = _outside(self._waiting, group)

    def _idle(self) -> list[str]:
        """The values that were set in a group that is off, one line each."""
        lines = []
        for group in self._groups:
            names = [path for path in self._waiting if _inside(path, group)]
            if names:
                has = "has" if len(names) == 1 else "have"
                switch = f"{group}.{switch_of(self._kind, group)}"
                lines.append(f"{' and '.join(names)} {has} no effect without a {group}: set {switch} too")
        return lines


def _made(kind: type[Any], values: Mapping[str, Any], mistakes: list[str]) -> Any:
    """A settings dataclass of these values, or None and a further mistake."""
    try:
        return kind(**values)
    except FontganError as error:
        mistakes.append(error.problem)
        return None


def _inside(path: str, group: str) -> bool:
    return path.startswith(f"{group}.")


def _outside(values: Mapping[str, Any], group: str) -> dict[str, Any]:
    """The values without those of a group."""
    return {path: value for path, value in values.items() if not _inside(path, group)}


def _is_zero(value: Any) -> bool:
    try:
        return float(value) == 0
    except (TypeError, ValueError, OverflowError):
        return False

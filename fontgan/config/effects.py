"""Settings that were changed and have no effect beside the others."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from fontgan.config.groups import groups_of, switch_of

_OFF = (0, None, "", "none", False)


def without_effect(settings: Any, usual: Any) -> list[str]:
    """Settings that differ from the usual ones and have no effect among the others, one line per reason."""
    idle: dict[str, list[str]] = {}
    for prefix, part, before in _parts(settings, usual):
        for item in fields(part):
            need = unmet(settings, part, item.name)
            if need and getattr(part, item.name) != getattr(before, item.name, None):
                need = prefix + need if need.partition("=")[0] in part.__dataclass_fields__ else need
                idle.setdefault(need, []).append(prefix + item.name)
    return [
        f"{' and '.join(names)} {'has' if len(names) == 1 else 'have'} no effect without "
        f"{_in_words(settings, need)} too"
        for need, names in idle.items()
    ]


def unmet(settings: Any, part: Any, name: str) -> str:
    """The unmet need of a setting, in the notation of `setting`; "" if there is none.

    Args:
        settings: of the model.
        part: these, or the group among them that the setting is in.
        name: of the setting in its part.
    """
    for need in filter(None, part.__dataclass_fields__[name].metadata["needs"].split(",")):
        path, _, wanted = need.partition("=")
        group, _, leaf = path.rpartition(".")
        owner = getattr(settings, group) if group else part
        if leaf not in owner.__dataclass_fields__:
            continue  # this model leaves no choice there
        has = getattr(owner, leaf)
        if (str(has) not in wanted.split("|")) if wanted else has in _OFF:
            return need  # type: ignore[no-any-return]
        if further := unmet(settings, owner, leaf):
            return further
    return ""


def _parts(settings: Any, usual: Any) -> list[tuple[str, Any, Any]]:
    """The settings themselves and each of their groups that is on, with its prefix and the usual one."""
    parts = [("", settings, usual)]
    for name in groups_of(type(settings)):
        group = getattr(settings, name)
        if group is not None:
            before = getattr(usual, name)
            parts.append(
                (f"{name}.", group, getattr(settings, f"usual_{name}", None) if before is None else before)
            )
    return parts


def _in_words(settings: Any, need: str) -> str:
    name = need.partition("=")[0]
    if name in groups_of(type(settings)):
        return f"a {name}: set {name}.{switch_of(type(settings), name)}"
    return f"{need}: set {name}"

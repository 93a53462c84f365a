"""docs/models.md: every model and every setting stands in it, with the defaults that it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from fontgan.config.groups import groups_of, paths_of, switch_of
from fontgan.config.legacy import RENAMED
from fontgan.config.settings import ModelSettings, explained
from fontgan.errors import FontganError
from fontgan.models import find_model, model_names
from fontgan.training.decision import decide

LINES = (Path(__file__).parents[1] / "docs" / "models.md").read_text(encoding="utf-8").splitlines()
NAMES = sorted(model_names(), key=lambda name: name != "pix2pix")  # the usual one first
HELP, DEFAULT = 1, 3  # the columns


def _rows(header: str) -> Iterator[list[str]]:
    """The cells of all tables whose first line begins so."""
    for number, line in enumerate(LINES):
        if line.startswith(header):
            for row in takewhile(lambda each: each.startswith("|"), LINES[number + 2 :]):
                yield [cell.strip() for cell in row.strip("|").split(" | ")]


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        runs = ((str(one), value.count(one)) for one in dict.fromkeys(value))
        return " ".join(one if count == 1 else f"{one}×{count}" for one, count in runs) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).lower()


def _value(settings: ModelSettings, path: str) -> Any:
    """A setting; in a group that is off what it has when that is turned on, and its switch is none."""
    group, _, leaf = path.rpartition(".")
    owner = getattr(settings, group) if group else settings
    if owner is None:
        owner = getattr(settings, f"usual_{group}")
        return None if leaf == switch_of(type(settings), group) else getattr(owner, leaf)
    return getattr(owner, leaf)


def _kinds() -> dict[str, type[ModelSettings]]:
    return {name: type(find_model(name).preset("default")) for name in NAMES}


def _defaults(path: str) -> str:
    """`paper / default` of most models, then of those that differ, by their names."""
    models: dict[str, list[str]] = {}
    for model, kind in _kinds().items():
        if path in paths_of(kind):
            values = [
                _shown(_value(find_model(model).preset(preset), path)) for preset in ("paper", "default")
            ]
            models.setdefault(" / ".join(dict.fromkeys(values)), []).append(model)
    usual = max(models, key=lambda text: len(models[text]))
    others = [f"{', '.join(f'`{m}`' for m in models[text])}: {text}" for text in models if text != usual]
    return "; ".join([usual, *others])


def _helps(path: str) -> set[str]:
    """What a setting is explained with, in each model that has it."""
    group, _, leaf = path.rpartition(".")
    parts = [
        groups_of(kind)[group] if group else kind for kind in _kinds().values() if path in paths_of(kind)
    ]
    return {explained(part, leaf) for part in parts}


@pytest.mark.parametrize("model", model_names())
def test_every_model_has_a_heading(model: str) -> None:
    assert f"### {model}" in LINES


def test_every_setting_stands_in_a_table_and_nothing_else() -> None:
    listed = [row[0] for row in _rows("| option |")]
    assert len(listed) == len(set(listed))
    assert set(listed) == {f"`{path}`" for kind in _kinds().values() for path in paths_of(kind)}


def test_what_a_setting_does_is_its_help() -> None:
    for row in _rows("| option |"):
        assert row[HELP] in _helps(row[0].strip("`"))


def test_the_defaults_are_those_of_the_presets() -> None:
    rows = list(_rows("| option |"))
    assert {row[0]: row[DEFAULT] for row in rows} == {row[0]: _defaults(row[0].strip("`")) for row in rows}


def test_the_older_names_are_those_that_are_understood() -> None:
    assert {old.strip("`"): new.strip("`") for old, new in _rows("| older name |")} == dict(RENAMED)


def test_the_messages_on_the_page_are_those_that_appear() -> None:
    rows = list(_rows("| `--set`"))
    assert len(rows) > 5
    for given, *message in rows:
        changes = dict(re.findall(r"([\w.]+)=(\S+)", given.strip("`")))
        with pytest.raises(FontganError, match=re.escape(message[0])):
            decide({"model": "pix2pix"}, changes)

"""docs/models.md: every model and every setting stands in it, with the defaults that it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from itertools import takewhile
from pathlib import Path

import pytest

from fontgan.errors import FontganError
from fontgan.models import find_model, model_names
from fontgan.training.decision import decide

LINES = (Path(__file__).parents[1] / "docs" / "models.md").read_text(encoding="utf-8").splitlines()
NAMES = sorted(model_names(), key=lambda name: name != "pix2pix")  # the usual one first
DEFAULT = 3  # the column


def _rows(header: str) -> Iterator[list[str]]:
    """The cells of all tables whose first line begins so."""
    for number, line in enumerate(LINES):
        if line.startswith(header):
            for row in takewhile(lambda each: each.startswith("|"), LINES[number + 2 :]):
                yield [cell.strip() for cell in row.strip("|").split(" | ")]


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        runs = ((str(one), value.count(one)) for one in dict.fromkeys(value))
        return " ".join(one if count == 1 else f"{one}×{count}" for one, count in runs)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).lower()


def _defaults(name: str) -> str:
    """`paper / default` of most models, then of those that differ, by their names."""
    models: dict[str, list[str]] = {}
    for model in NAMES:
        paper, default = (find_model(model).preset(preset) for preset in ("paper", "default"))
        if hasattr(paper, name):
            values = dict.fromkeys((_shown(getattr(paper, name)), _shown(getattr(default, name))))
            models.setdefault(" / ".join(values), []).append(model)
    usual = max(models, key=lambda text: len(models[text]))
    others = [f"{', '.join(f'`{m}`' for m in models[text])}: {text}" for text in models if text != usual]
    return "; ".join([usual, *others])


@pytest.mark.parametrize("model", model_names())
def test_every_model_has_a_heading(model: str) -> None:
    assert f"### {model}" in LINES


def test_every_setting_stands_in_a_table_and_nothing_else() -> None:
    settings = {item.name for model in NAMES for item in fields(find_model(model).preset("default"))}
    listed = {row[0] for row in _rows("| option |")}
    assert listed == {f"`{name}`" for name in settings}


def test_the_defaults_are_those_of_the_presets() -> None:
    rows = list(_rows("| option |"))
    assert {row[0]: row[DEFAULT] for row in rows} == {row[0]: _defaults(row[0].strip("`")) for row in rows}


def test_what_the_page_says_is_told_is_told() -> None:
    for setting, *said in _rows("| `--set`"):
        changes = dict(re.findall(r"(\w+)=(\S+)", setting.strip("`")))
        with pytest.raises(FontganError, match=re.escape(said[0])):
            decide({"model": "pix2pix"}, changes)

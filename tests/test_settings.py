"""Every setting of every model: its range, its help, what it needs, and what its older names mean."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest

from fontgan.config.effects import without_effect
from fontgan.config.groups import flat, groups_of, paths_of
from fontgan.config.legacy import RENAMED
from fontgan.config.reading import from_record
from fontgan.config.settings import OptimisationSettings, TrainingPlan, explained
from fontgan.config.values import types_of
from fontgan.config.writing import to_toml
from fontgan.models import find_model, model_names

# All settings of every preset as format 4 of checkpoints had them, before they stood in groups.
OLD = json.loads((Path(__file__).parent / "old_settings.json").read_text(encoding="utf-8"))
PRESETS = [(name, preset) for name in model_names() for preset in find_model(name).presets]


def parts_of(kind: type[Any]) -> Iterator[type[Any]]:
    yield kind
    yield from groups_of(kind).values()


ROOTS: list[type[Any]] = [TrainingPlan, *(type(find_model(name).preset("default")) for name in model_names())]
KINDS = {part for kind in ROOTS for part in parts_of(kind)}


@pytest.mark.parametrize("kind", sorted(KINDS, key=str))
def test_every_number_has_a_range(kind: type[Any]) -> None:
    for item in fields(kind):
        if "group" in item.metadata:
            continue
        wanted = types_of(kind)[item.name]
        if {int, float} & {wanted, *get_args(wanted)}:
            assert -math.inf < item.metadata["least"] < item.metadata["most"] < math.inf, item.name
        assert 0 < item.metadata["entries"] <= 64


@pytest.mark.parametrize("name", model_names())
def test_every_setting_is_explained(name: str) -> None:
    settings = find_model(name).preset("default")
    for kind in parts_of(type(settings)):
        own = [item for item in fields(kind) if "group" not in item.metadata]
        assert all(len(item.metadata["help"]) > 10 for item in own)
        text = to_toml({name: kind()}, "a title")
        shown = [item for item in own if getattr(kind(), item.name) is not None]
        assert all(f"# {explained(kind, item.name)}\n{item.name} = " in text for item in shown)


def test_choices_are_listed_from_their_type() -> None:
    assert explained(OptimisationSettings, "optimiser").endswith("(adam, adamw, muon)")
    assert "(" not in explained(OptimisationSettings, "batch_size")


@pytest.mark.parametrize("name", model_names())
def test_what_a_setting_needs_is_a_setting_with_such_values(name: str) -> None:
    """A misspelt need would never be met, or always."""
    root = type(find_model(name).preset("default"))
    every = {
        item.name
        for other in model_names()
        for kind in parts_of(type(find_model(other).preset("default")))
        for item in fields(kind)
    }
    for kind in parts_of(root):
        for item in fields(kind):
            for need in filter(None, item.metadata["needs"].split(",")):
                path, _, wanted = need.partition("=")
                owner, _, leaf = path.rpartition(".")
                assert leaf in every
                allowed = get_args(types_of(groups_of(root)[owner] if owner else kind).get(leaf))
                assert not wanted or not allowed or set(wanted.split("|")) <= set(allowed)


@pytest.mark.parametrize("name", model_names())
def test_short_names_mean_one_setting(name: str) -> None:
    """What is looked up without a dot is found in one place, but for the discriminator's own."""
    kind = type(find_model(name).preset("default"))
    short = [path.rpartition(".")[2] for path in paths_of(kind) if not path.startswith("discriminator.")]
    assert len(short) == len(set(short))
    assert not {item.name for item in fields(TrainingPlan)} & set(short)


@pytest.mark.parametrize("name", model_names())
def test_every_preset_is_whole(name: str) -> None:
    for settings in find_model(name).presets.values():
        assert settings.contradictions() == []
        assert without_effect(settings, settings) == []


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_records_of_before_there_were_groups_are_read(name: str, preset: str) -> None:
    settings = find_model(name).preset(preset)
    old = OLD[f"{name}/{preset}"]
    assert from_record(type(settings), old) == settings
    # A group that was off had values all the same.
    if "adversarial_weight" in old and not old["adversarial_weight"]:
        assert from_record(type(settings), old | {"penalty": "r1", "discriminator_width": 3}) == settings


def test_every_old_name_is_a_setting_of_today() -> None:
    for key, old in OLD.items():
        kind = type(find_model(key.partition("/")[0]).preset("default"))
        known = {path.rpartition(".")[2] for path in paths_of(kind) if not path.startswith("discriminator.")}
        for name in old:
            assert RENAMED.get(name, "") in paths_of(kind) or name in known, name
    assert set(RENAMED) <= {name for old in OLD.values() for name in old}


@pytest.mark.parametrize("name", sorted(RENAMED))
def test_every_old_name_sets_what_it_used_to(name: str) -> None:
    settings = find_model("pix2pix").preset("paper")
    path = RENAMED[name]
    group_name, _, leaf = path.partition(".")
    kind = groups_of(type(settings))[group_name]
    now, choice = flat(settings)[path], get_args(types_of(kind)[leaf])
    other: Any = not now if isinstance(now, bool) else now / 2 + 0.25 if isinstance(now, float) else None
    other = next((one for one in choice if one != now), other)
    other = now + 1 if other is None else other
    if name == "adversarial":
        other = "hinge"
    new = settings.changed({name: str(other).lower()})
    changes = {key for key, value in flat(new).items() if flat(settings)[key] != value}
    assert changes == {path}
    assert flat(new)[path] == other
    assert new == settings.changed({path: other})

"""Settings: read from texts, written as TOML, and their mistakes."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from fontgan.config.reading import changed, from_record
from fontgan.config.settings import ModelSettings, TrainingPlan, deciding, setting, without_effect
from fontgan.config.writing import to_toml
from fontgan.errors import FontganError
from fontgan.models import find_model, model_names


@dataclass(frozen=True)
class Sample(ModelSettings):
    widths: tuple[int, ...] = setting((1, 2), "some numbers")
    sharp: bool = setting(False, "a switch")
    name: str = setting("a", "a word")


def test_each_text_is_read_as_its_settings_type() -> None:
    given = {"batch_size": "8", "learning_rate": "1e-3", "widths": "8, 16,32", "sharp": "true", "name": "b"}
    read = changed(Sample(), given | {"schedule": "cosine"})
    assert read == Sample(8, learning_rate=1e-3, widths=(8, 16, 32), sharp=True, name="b", schedule="cosine")


def test_all_mistakes_are_told_together_with_what_is_near() -> None:
    mistakes = {
        "bach_size": "8",
        "learning_rate": "fast",
        "schedule": "square",
        "sharp": "yes",
        "widths": "x",
    }
    with pytest.raises(FontganError) as caught:
        changed(Sample(), mistakes)
    message = str(caught.value)
    assert "did you mean 'batch_size'" in message
    assert "learning_rate=fast: a number is needed" in message
    assert "schedule=square: choose one of constant, linear, cosine" in message
    assert "sharp=yes: write true or false" in message
    with pytest.raises(FontganError, match="batch_size=0: it must be at least 1"):
        changed(Sample(), {"batch_size": "0"})
    with pytest.raises(FontganError, match="learning_rate=inf: it must be at least 0"):
        changed(Sample(), {"learning_rate": "inf"})
    with pytest.raises(FontganError, match="learning_rate=nan: it must be at least 0"):
        changed(Sample(), {"learning_rate": "nan"})
    assert changed(Sample(), {"widths": "[3, 4]"}).widths == (3, 4)
    assert "widths=x: a whole number is needed" in message


@pytest.mark.parametrize("name", model_names())
def test_every_preset_survives_toml_and_a_record(name: str) -> None:
    for settings in find_model(name).presets.values():
        read = tomllib.loads(to_toml({name: settings}, "a title"))[name]
        assert from_record(type(settings), read) == settings
        assert from_record(type(settings), asdict(settings)) == settings


@pytest.mark.parametrize("name", model_names())
def test_every_setting_is_explained(name: str) -> None:
    kind = type(find_model(name).preset("default"))
    assert all(len(item.metadata["help"]) > 10 for item in fields(kind))
    text = to_toml({name: kind()}, "a title")
    given = [item for item in fields(kind) if getattr(kind(), item.name) is not None]
    assert all(f"# {item.metadata['help']}\n{item.name} = " in text for item in given)


@pytest.mark.parametrize("name", model_names())
def test_what_a_setting_needs_is_a_setting_with_such_values(name: str) -> None:
    """A misspelt need would never be met, or always."""
    every = {item for other in model_names() for item in fields(find_model(other).preset("default"))}
    known = {item.name for item in every}
    for item in fields(find_model(name).preset("default")):
        for need in filter(None, item.metadata["needs"].split(",")):
            other, _, wanted = need.partition("=")
            assert other in known
            kind = get_type_hints(type(find_model("pix2pix").preset("default"))).get(other)
            assert not wanted or set(wanted.split("|")) <= set(get_args(kind))


@pytest.mark.parametrize("name", model_names())
def test_every_preset_is_whole(name: str) -> None:
    for settings in find_model(name).presets.values():
        assert settings.contradictions() == []
        assert without_effect(settings, settings) == []


def test_a_record_with_an_unknown_setting_is_refused() -> None:
    with pytest.raises(FontganError, match="newer_thing"):
        from_record(Sample, {"newer_thing": 1})


def test_values_of_toml_are_read_as_their_settings_type() -> None:
    given = {"batch_size": 8, "learning_rate": 1, "widths": [8, 16], "sharp": True}
    read = changed(Sample(), given)
    assert read == Sample(8, learning_rate=1.0, widths=(8, 16), sharp=True)
    assert isinstance(read.learning_rate, float)
    for name, value in (("batch_size", 1.5), ("batch_size", True), ("sharp", 1), ("widths", 3), ("name", 4)):
        with pytest.raises(FontganError, match=f"{name}={value}: "):
            changed(Sample(), {name: value})


def test_what_may_be_none_may_be_given_too() -> None:
    assert changed(TrainingPlan(), {"steps": None, "style": None}) == TrainingPlan()
    assert changed(TrainingPlan(), {"steps": "3", "style": "kai", "run": "x"}) == TrainingPlan(
        steps=3, style="kai", run=Path("x")
    )


def test_the_weights_depend_on_what_decides_them() -> None:
    known = ["model", "preset", "style", "stage1", "seed", "content", "stacked"]
    assert deciding(TrainingPlan) == known
    assert "batch_size" in deciding(ModelSettings)

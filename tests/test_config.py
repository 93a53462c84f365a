"""Settings: read from texts, written as TOML, checked where they are made."""

from __future__ import annotations

import json
import math
import tomllib
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, ClassVar, get_args, get_origin

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from fontgan.config.groups import flat, groups_of, paths_of, switch_of
from fontgan.config.reading import changed, from_record, read_toml
from fontgan.config.settings import (
    ModelSettings,
    OptimisationSettings,
    Settings,
    TrainingPlan,
    deciding,
    group,
    setting,
)
from fontgan.config.values import choices, types_of
from fontgan.config.writing import to_toml
from fontgan.errors import FontganError
from fontgan.models import find_model, model_names
from fontgan.models.autoencoder import AutoEncoderSettings
from fontgan.models.pix2pix import Pix2PixSettings
from fontgan.training.decision import decide
from tests.strategies import HOSTILE, JSON

PRESETS = [(name, preset) for name in model_names() for preset in find_model(name).presets]


@dataclass(frozen=True)
class Lens(Settings):
    weight: float = setting(1.0, "a number", least=0)
    sharp: bool = setting(False, "a switch")


@dataclass(frozen=True)
class Sample(ModelSettings):
    widths: tuple[int, ...] = setting((1, 2), "some numbers")
    name: str = setting("a", "a word")
    later: int = setting(7, "a setting that is younger than some files", older=3)
    lens: Lens | None = group(None, "may be off", switch="weight")

    usual_lens: ClassVar[Lens] = Lens(sharp=True)


def test_each_text_is_read_as_its_settings_type() -> None:
    given = {"batch_size": "8", "learning_rate": "1e-3", "widths": "8, 16,32", "name": "b"}
    read = changed(Sample(), given | {"schedule": "cosine", "lens.weight": "2"})
    optimisation = OptimisationSettings(batch_size=8, learning_rate=1e-3, schedule="cosine")
    assert read == Sample(optimisation, widths=(8, 16, 32), name="b", lens=Lens(2.0, sharp=True))
    assert changed(Sample(), {"frozen": ""}).optimisation.frozen == ()


def test_all_mistakes_are_listed_together_with_what_is_near() -> None:
    mistakes = {"bach_size": "8", "learning_rate": "fast", "schedule": "square", "widths": "x"}
    with pytest.raises(FontganError) as caught:
        changed(Sample(), mistakes)
    message = str(caught.value)
    assert "\n" not in message
    assert "there is no setting 'bach_size'; did you mean 'batch_size'" in message
    assert "learning_rate=fast: expected a number" in message
    assert "schedule=square: choose one of constant, linear, cosine" in message
    assert "widths=x: expected a whole number" in message
    for name, value, words in (
        ("batch_size", "0", "batch_size=0: it must be from 1 to 65,536"),
        ("learning_rate", "inf", "learning_rate=inf: it must be from 0 to 10"),
        ("learning_rate", "nan", "learning_rate=nan: it must be from 0 to 10"),
        ("lens.sharp", "yes", "lens.sharp=yes: write true or false"),
        ("optimisation", "none", "optimisation=none: this model needs its optimisation"),
    ):
        with pytest.raises(FontganError, match=words):
            changed(replace(Sample(), lens=Lens()), {name: value})
    assert changed(Sample(), {"widths": "[3, 4]"}).widths == (3, 4)


def test_settings_that_cannot_be_are_never_made() -> None:
    """F5: nothing else looked at them before a run."""
    for make, words in (
        (lambda: OptimisationSettings(batch_size=0), "batch_size=0: it must be from 1 to 65,536"),
        (lambda: OptimisationSettings(schedule="square"), "schedule=square: choose one of"),  # type: ignore[arg-type]
        (lambda: OptimisationSettings(batch_size=8, accumulation=3), "does not divide into 3 equal parts"),
        (
            lambda: OptimisationSettings(beta1=2, beta2=-1),
            "beta1=2: it must be from 0 to 0.9999; beta2=-1: it",
        ),
        (lambda: TrainingPlan(minutes=0), "minutes=0: it must be from 0.01 to 525,600"),
        (lambda: replace(Pix2PixSettings(), objective=None), "objective=None: expected other settings"),  # type: ignore[arg-type]
    ):
        with pytest.raises(FontganError, match=words):
            make()


def test_settings_are_changed_by_short_and_dotted_names() -> None:
    usual = find_model("pix2pix").preset("default")
    new = usual.changed(
        learning_rate=1e-4, generator__widths=[8, 12], discriminator__width=16, adversarial_weight=1
    )
    assert new.optimisation == replace(usual.optimisation, learning_rate=1e-4)
    assert new.generator == replace(usual.generator, widths=(8, 12))
    assert new.discriminator == replace(Pix2PixSettings.usual_discriminator, width=16)
    assert (
        new.changed(discriminator=None)
        == new.changed({"discriminator": "none"})
        == new.changed(adversarial_weight=0)
    )
    with pytest.raises(FontganError, match=r"set discriminator\.weight too"):
        usual.changed(discriminator__width=8)
    with pytest.raises(FontganError, match="discriminator=None: this model needs its discriminator"):
        find_model("cyclegan").preset("default").changed(discriminator=None)


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_a_setting_that_is_set_to_its_own_value_changes_nothing(name: str, preset: str) -> None:
    settings = find_model(name).preset(preset)
    for path, value in flat(settings).items():
        assert settings.changed({path: value}) == settings, path


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_every_preset_survives_toml_and_a_record(name: str, preset: str, tmp_path: Path) -> None:
    settings = find_model(name).preset(preset)
    path = tmp_path / "config.toml"
    path.write_text(to_toml({name: settings}, "a title"))
    assert tomllib.loads(path.read_text())["format"] == 2
    assert from_record(type(settings), read_toml(path)[name]) == settings
    assert from_record(type(settings), json.loads(json.dumps(asdict(settings), default=str))) == settings
    assert from_record(type(settings), flat(settings)) == settings


def values_of(kind: type[Any], name: str) -> st.SearchStrategy[Any]:
    """Any value that a field may have, by its type and range alone."""
    wanted, limits = types_of(kind)[name], kind.__dataclass_fields__[name].metadata
    least, most = max(limits["least"], -1e9), min(limits["most"], 1e9)
    parts = [part for part in get_args(wanted) if part not in (type(None), ...)] or [wanted]
    kinds: dict[Any, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        int: st.integers(math.ceil(least), math.floor(most)),
        float: st.floats(least, most),
        str: st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5),
        Path: st.text("abc./字", min_size=1, max_size=5).map(Path),
    }
    if choices(kind, name):
        return st.sampled_from(choices(kind, name))
    if get_origin(wanted) is tuple:
        return st.lists(kinds[parts[0]], min_size=1, max_size=3).map(tuple)
    return kinds[parts[0]]


@pytest.mark.slow
@pytest.mark.parametrize("name", model_names())
@given(data=st.data())
def test_any_settings_survive_toml_and_a_record(name: str, data: st.DataObject) -> None:
    usual = find_model(name).preset(data.draw(st.sampled_from(["default", "paper"])))
    kinds = {"": type(usual), **groups_of(type(usual))}
    given: dict[str, Any] = {}
    for path in data.draw(st.lists(st.sampled_from(paths_of(type(usual))), max_size=4, unique=True)):
        group, _, leaf = path.rpartition(".")
        given[path] = data.draw(values_of(kinds[group], leaf))
    try:
        settings = usual.changed(given)
    except FontganError:  # they contradict each other
        reject()
    assert from_record(type(usual), tomllib.loads(to_toml({"m": settings}, "a title"))["m"]) == settings
    assert from_record(type(usual), json.loads(json.dumps(asdict(settings), default=str))) == settings
    later = {**asdict(settings), "new-thing": [1]}
    assert from_record(type(usual), json.loads(json.dumps(later, default=str))) == settings


@pytest.mark.slow
@pytest.mark.parametrize("name", [*model_names(), "training"])
@given(data=st.data())
def test_any_value_is_taken_or_refused_in_one_line(name: str, data: st.DataObject) -> None:
    usual: Any = TrainingPlan() if name == "training" else find_model(name).preset("default")
    path = data.draw(st.sampled_from(paths_of(type(usual))))
    value = data.draw(JSON | HOSTILE | st.dates() | st.sampled_from([math.inf, math.nan, 1 << 20_000]))
    try:
        settings = usual.changed({path: value})
    except FontganError as error:
        assert len(str(error).splitlines()) == 1
        assert len(str(error)) < 1000
    else:
        assert tomllib.loads(to_toml({name: settings}, "a title")).keys() == {"format", name}
        assert usual.changed(flat(settings)) == settings


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * 100_000 + " = 1",
        "".join(f"[pix2pix.a{number}" + ".a" * 90 + "]\n" for number in range(99)),
        "a = " + "[" * 100_000,
        "format = [1]",
        "format = 1979-05-27",
        "format = 0x" + "F" * 100_000,
        "seed = 1",
        "".join(f"[a{number}]\n" for number in range(20_000)),
        "a = '" + "a" * (1 << 20) + "'",
        "a = '\udcff'",
    ],
)
def test_what_is_no_configuration_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(FontganError, match=r"^[^\n]{1,1000}$"):
        read_toml(path)


def test_many_unknown_names_are_listed_in_part(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    for table in ("pix2pix", "training"):
        path.write_text(f"[{table}]\n" + "".join(f"a{number} = 1\n" for number in range(20_000)))
        with pytest.raises(FontganError, match=r"there is no setting 'a0'[^\n]*$") as caught:
            decide(config=path)
        assert len(str(caught.value)) < 5000


@given(data=st.data())
def test_any_plan_survives_toml(data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(paths_of(TrainingPlan)), max_size=5, unique=True))
    plan = TrainingPlan().changed({name: data.draw(values_of(TrainingPlan, name)) for name in names})
    text = to_toml({"training": plan}, "a title")
    assert TrainingPlan().changed(tomllib.loads(text)["training"]) == plan


def test_a_number_that_no_float_holds_is_refused_without_printing_it() -> None:
    for name in ("learning_rate", "batch_size", "muon_learning_rate"):
        for number in (10**400, 16**5000, "9" * 400, "9" * 5000, "1e999"):
            with pytest.raises(FontganError, match=f"{name}=") as caught:
                changed(Sample(), {name: number})
            assert len(str(caught.value)) < 200


def test_a_text_of_a_stranger_is_shown_in_one_line_and_not_whole() -> None:
    for name, value in (("schedule", "a\n\x1b[31m"), ("name", "x" * 5000), ("widths", "8," * 70)):
        with pytest.raises(FontganError, match=f"{name}=") as caught:
            changed(Sample(), {name: value})
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 300


def test_turning_a_group_off_and_on() -> None:
    for texts, wanted in (
        ({"lens": "none"}, None),
        ({"lens.weight": "0"}, None),
        ({"lens.weight": "3"}, Lens(3.0, sharp=True)),
        ({"lens.sharp": "false", "lens.weight": "3"}, Lens(3.0)),
    ):
        assert changed(Sample(), texts).lens == wanted
    assert switch_of(Sample, "lens") == "weight"
    with pytest.raises(FontganError, match=r"lens.sharp has no effect without a lens: set lens\.weight too"):
        changed(Sample(lens=Lens()), {"lens": "none", "lens.sharp": "true"})
    for texts in ({"lens.weight": "3", "lens": "none"}, {"lens": "none", "lens.weight": "3"}):
        with pytest.raises(FontganError, match=r"lens=none and lens\.weight=3 contradict each other"):
            changed(Sample(), texts)


def test_a_record_keeps_its_meaning_where_settings_came_later() -> None:
    assert Sample().later == 7
    assert from_record(Sample, {"name": "b"}) == Sample(name="b", later=3)
    assert from_record(Sample, {"name": "b", "later": 7}) == Sample(name="b")


def test_what_a_newer_version_added_to_a_record_is_left_alone_and_bad_values_are_refused() -> None:
    assert from_record(Sample, {"newer_thing": 1, "optimisation": {"newer": 2}, "later": 7}) == Sample()
    with pytest.raises(FontganError, match=r"batch_size=0: it must be from 1 to 65,536.*another version"):
        from_record(Sample, {"optimisation": {"batch_size": 0}})


def test_a_configuration_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("format = 3\n[training]\n")
    with pytest.raises(FontganError, match=r"a\.toml has format 3.*reads up to 2: update fontgan"):
        read_toml(tmp_path / "a.toml")


def test_values_of_toml_are_read_as_their_settings_type() -> None:
    read = changed(Sample(), {"batch_size": 8, "learning_rate": 1, "widths": [8, 16]})
    assert read == Sample(OptimisationSettings(batch_size=8, learning_rate=1.0), widths=(8, 16))
    assert isinstance(read.optimisation.learning_rate, float)
    for name, value in (("batch_size", 1.5), ("batch_size", True), ("widths", 3), ("name", 4)):
        with pytest.raises(FontganError, match=f"{name}={value}: "):
            changed(Sample(), {name: value})


def test_what_may_be_none_may_be_given_too() -> None:
    assert TrainingPlan().changed(steps=None, style=None) == TrainingPlan()
    assert TrainingPlan().changed(steps="3", style="kai", run="x") == TrainingPlan(
        steps=3, style="kai", run=Path("x")
    )


def test_the_weights_depend_on_what_decides_them() -> None:
    plan = ["model", "preset", "style", "stage1", "base", "seed", "content", "stacked", "learn"]
    assert sorted(deciding(TrainingPlan)) == sorted(plan)
    assert deciding(AutoEncoderSettings) == [item.name for item in fields(AutoEncoderSettings)]

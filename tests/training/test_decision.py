"""Settings in layers: the later one counts, and all mistakes are listed together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fontgan.config.groups import flat
from fontgan.config.settings import TrainingPlan, decisive
from fontgan.config.writing import to_toml
from fontgan.errors import FontganError
from fontgan.models import find_model, model_names
from fontgan.training.decision import check_settings, contradictions, decide, decide_again
from fontgan.training.preparation import prepared

# All settings of every preset as they were before they stood in groups.
OLD = json.loads((Path(__file__).parents[1] / "old_settings.json").read_text(encoding="utf-8"))


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_each_layer_goes_before_those_under_it(tmp_path: Path) -> None:
    config = written(
        tmp_path / "my.toml",
        '[training]\npreset = "paper"\nseed = 5\nminutes = 1\n[pix2pix]\nbatch_size = 3\nskip = "add"\n',
    )
    paper = find_model("pix2pix").preset("paper")
    decision = decide({"minutes": 9.0}, {"batch_size": "8", "keep": "4"}, config)
    assert (decision.plan.seed, decision.plan.minutes, decision.plan.keep) == (5, 9.0, 4)
    assert decision.settings == paper.changed(batch_size=8, skip="add")


@pytest.mark.parametrize("name", model_names())
def test_what_a_run_writes_decides_the_same_again(tmp_path: Path, name: str) -> None:
    stage = {"stage1": Path("runs/a")} if find_model(name).two_stages else {}
    first = decide(
        {"model": name, "steps": 7, "style": "kai", **stage}, {"batch_size": "5", "ema_decay": "0.5"}
    )
    text = to_toml({"training": first.plan, name: first.settings}, "a title")
    assert decide(config=written(tmp_path / "config.toml", text)) == first


def test_who_says_minutes_wants_no_steps_that_were_said_before(tmp_path: Path) -> None:
    config = written(tmp_path / "my.toml", "[training]\nsteps = 100\n")
    assert decide(config=config).plan.steps == 100
    assert decide({"minutes": 2.0}, config=config).plan.steps is None
    with pytest.raises(FontganError, match="steps and minutes both say how long"):
        decide({"minutes": 2.0, "steps": 5}, config=config)


def test_all_mistakes_are_told_together(tmp_path: Path) -> None:
    config = written(
        tmp_path / "my.toml",
        '[training]\nmintues = 3\nseed = "x"\n[pix2pix]\nskip = "adde"\n[pix2pax]\na = 1\n',
    )
    with pytest.raises(FontganError) as caught:
        decide(
            {},
            {"bach_size": "8", "accumulation": "3", "adversarial_weight": "1", "penalty_weight": "-1"},
            config,
        )
    message = str(caught.value)
    assert "\n" not in message
    for words in (
        f"{config}: there is no setting 'mintues'; did you mean 'minutes'?",
        "seed=x: expected a whole number",
        "skip=adde: choose one of concat, add",
        "there is no table [pix2pax]; did you mean 'pix2pix'?",
        "did you mean 'batch_size'?",
        "penalty_weight=-1: it must be from 0 to 1,000,000",
        "batch_size=32 does not divide into 3 equal parts",
    ):
        assert words in message


def test_contradictions_are_refused() -> None:
    for changes, words in (
        (
            {"discriminator_steps": "2"},
            "discriminator.steps has no effect without a discriminator: set discriminator.weight too",
        ),
        (
            {"width": "8", "padding": "reflect"},
            "generator.padding has no effect without generator.kind=resnet: set generator.kind",
        ),
        ({"width": "8"}, r"generator.width has no effect without generator.kind=resnet\|autoencoder"),
        ({"muon_learning_rate": "0.1", "optimiser": "adam"}, "no effect without optimisation.optimiser=muon"),
        (
            {"penalty": "r1", "discriminator.penalty_weight": "1"},
            "discriminator.penalty and discriminator.penalty_weight have no effect without a discriminator",
        ),
        (
            {"discriminator.weight": "1", "discriminator.penalty_weight": "1"},
            "discriminator.penalty_weight has no effect without discriminator.penalty: set",
        ),
        (
            {"generator": "resnet", "skip": "concat"},
            "generator.skip has no effect without generator.kind=unet",
        ),
        (
            {"penalty": "r1", "adversarial_weight": "1", "discriminator_norm": "batch"},
            "cannot have batch norm",
        ),
        (
            {"adversarial_weight": "1", "adversarial": "wasserstein"},
            "must be constrained: set discriminator.penalty=gradient",
        ),
        ({"feature_weight": "1"}, "feature_weight needs a classifier: set feature_weights=FILE"),
        (
            {"adversarial_weight": "1", "adversarial_from": "0.5", "discriminator_first": "3"},
            "contradict each other",
        ),
    ):
        with pytest.raises(FontganError, match=words):
            decide({}, changes)


def test_a_run_without_any_loss_is_refused() -> None:
    with pytest.raises(FontganError, match="nothing to learn from: all weights of losses are 0"):
        decide({}, {"reconstruction_weight": "0", "dice_weight": "0"})


def test_a_denoiser_has_a_first_stage_and_no_other_has_one() -> None:
    with pytest.raises(FontganError, match="cleans the images of a trained run: pass that run with stage1"):
        decide({"model": "denoiser"})
    with pytest.raises(
        FontganError, match="pix2pix takes no first stage: omit stage1, or use denoiser as the model"
    ):
        decide({"stage1": Path("runs/pix2pix-1")})
    assert decide({"model": "denoiser", "stage1": Path("x")}).plan.stage1 == Path("x")


def test_numbers_beyond_what_can_be_are_told() -> None:
    for options in ({"minutes": float("inf")}, {"minutes": float("nan")}, {"seed": 10**23}, {"seed": -1}):
        with pytest.raises(FontganError, match="it must be"):
            decide(options)


def test_a_configuration_of_another_model_is_told(tmp_path: Path) -> None:
    config = written(tmp_path / "my.toml", '[training]\nmodel = "pix2pix"\n[pix2pix]\nskip = "add"\n')
    with pytest.raises(FontganError, match="a configuration for pix2pix, not for autoencoder"):
        decide({"model": "autoencoder"}, config=config)


def test_files_that_are_no_configuration_are_told(tmp_path: Path) -> None:
    with pytest.raises(FontganError, match="there is no configuration"):
        decide(config=tmp_path / "none.toml")
    with pytest.raises(FontganError, match="is not TOML"):
        decide(config=written(tmp_path / "a.toml", "[training\n"))
    with pytest.raises(FontganError, match="seed must be in a table"):
        decide(config=written(tmp_path / "b.toml", "seed = 3\n"))
    with pytest.raises(FontganError, match="cannot be read"):
        decide(config=tmp_path)


def a_run(
    runs: Path, name: str, text: str = "[training]\nsteps = 9\nseed = 4\n[pix2pix]\nbatch_size = 6\n"
) -> Path:
    return written(runs / name / "config.toml", text).parent


def test_a_run_goes_on_as_it_was_decided(tmp_path: Path) -> None:
    run = a_run(tmp_path, "pix2pix-1")
    for options in ({}, {"model": "pix2pix"}, {"run": run}):
        decision = decide_again(options, runs=tmp_path)
        assert decision.plan == TrainingPlan(steps=9, seed=4, run=run)
        assert decision.settings == find_model("pix2pix").preset("default").changed(batch_size=6)
    longer = decide_again({"steps": 20, "threads": 1}, runs=tmp_path).plan
    assert (longer.steps, longer.threads, longer.seed) == (20, 1, 4)


def test_what_decides_the_weights_may_not_change_on_the_way(tmp_path: Path) -> None:
    run = a_run(tmp_path, "pix2pix-1")
    with pytest.raises(FontganError) as caught:
        decide_again({"seed": 1}, {"batch_size": "7"}, runs=tmp_path)
    assert "seed was 4 and would be 1; optimisation.batch_size was 6 and would be 7" in str(caught.value)
    with pytest.raises(FontganError, match="is a configuration for pix2pix"):
        decide_again({"model": "autoencoder", "run": run}, runs=tmp_path)


def test_the_newest_run_of_the_model_goes_on(tmp_path: Path) -> None:
    import os

    for number, name in enumerate(("pix2pix-1", "pix2pix-2", "autoencoder-1", "mine")):
        text = f'[training]\nmodel = "{"autoencoder" if name[0] == "a" else "pix2pix"}"\n'
        os.utime(a_run(tmp_path, name, text) / "config.toml", (number, number))
    assert decide_again({"model": "pix2pix"}, runs=tmp_path).plan.run == tmp_path / "pix2pix-2"
    assert decide_again({"model": "autoencoder"}, runs=tmp_path).plan.run == tmp_path / "autoencoder-1"
    assert decide_again({}, runs=tmp_path).plan.run == tmp_path / "mine"
    with pytest.raises(FontganError, match="there is no run of autoencoder in"):
        decide_again({"model": "autoencoder"}, runs=tmp_path / "none")
    with pytest.raises(FontganError, match="is not a run: choose another run, or omit resume"):
        decide_again({"run": tmp_path / "none"})
    with pytest.raises(FontganError, match="is empty, so the run cannot continue"):
        decide_again({"run": a_run(tmp_path, "emptied", "")})


@pytest.mark.parametrize(("name", "preset"), [tuple(key.split("/")) for key in OLD])
def test_a_run_of_before_there_were_groups_continues(tmp_path: Path, name: str, preset: str) -> None:
    """Its flat config.toml decides the same, and so does what its state remembers."""
    settings = find_model(name).preset(preset)
    old = {key: value for key, value in OLD[f"{name}/{preset}"].items() if value is not None}
    lines = [f"{key} = {json.dumps(value)}" for key, value in old.items()]
    stage = 'stage1 = "runs/a"\n' if find_model(name).two_stages else ""
    text = f'[training]\nmodel = "{name}"\npreset = "{preset}"\n{stage}seed = 4\n[{name}]\n' + "\n".join(
        lines
    )
    run = a_run(tmp_path, "old", text)
    decision = decide_again({"run": run})
    assert decision.settings == settings
    plan = {"model": name, "preset": preset, "style": None, "stage1": "runs/a" if stage else None, "seed": 4}
    remembered = {**plan, **OLD[f"{name}/{preset}"]}
    now = json.loads(json.dumps(decisive(decision.plan, settings), default=str))
    assert contradictions(remembered, now) == []
    lines = contradictions({**remembered, "batch_size": 77}, now)
    assert lines == [f"optimisation.batch_size was 77 and would be {settings.optimisation.batch_size}"]


def test_a_discriminator_is_turned_on_from_the_one_of_the_paper() -> None:
    for changes in ({"adversarial_weight": "0.03"}, {"discriminator.weight": "0.03"}):
        found = decide({"model": "wnet"}, {**changes, "discriminator.width": "8"}).settings
        paper = find_model("wnet").preset("paper").discriminator
        assert flat(found)["discriminator.width"] == 8
        assert found == find_model("wnet").preset("default").changed(
            {"discriminator.weight": 0.03, "discriminator.width": 8}
        )
        assert flat(found)["discriminator.loss"] == paper.loss
    assert flat(decide({"model": "gan"}, {"discriminator": "none"}).settings)["discriminator"] is None


def test_settings_of_another_model_are_refused_in_one_line() -> None:
    settings = find_model("zi2zi").preset("default")
    with pytest.raises(FontganError, match="pix2pix takes Pix2PixSettings, not Zi2ZiSettings"):
        check_settings("pix2pix", settings)
    with (
        pytest.raises(FontganError, match="pix2pix takes Pix2PixSettings, not Zi2ZiSettings"),
        prepared(TrainingPlan(data=Path("none")), settings),
    ):
        pass

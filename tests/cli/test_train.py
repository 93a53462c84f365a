"""`fontgan train` and `fontgan plot` as they are typed: settings, dry run, resume, what is shown."""

from __future__ import annotations

import io
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from rich.console import Console

from fontgan.cli import training_view
from fontgan.cli.commands import app
from fontgan.cli.training_view import TrainingView, sparkline
from fontgan.config.settings import TrainingPlan
from fontgan.training.events import Progressed, Sampled
from tests.helpers import Command, make_toy_store

QUICK = ("--steps", "6", "--set", "widths=8,16", "--device", "cpu", "--precision", "float32")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_toy_store(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_options_are_the_fields_of_the_plan_and_four_more() -> None:
    group: Any = typer.main.get_command(app)
    options = {flag for option in group.commands["train"].params for flag in option.opts}
    plan = {f"--{item.name.replace('_', '-')}" for item in fields(TrainingPlan)}
    assert options == plan | {"--config", "--set", "--resume", "--dry-run"}


def test_an_option_has_the_default_of_its_field() -> None:
    group: Any = typer.main.get_command(app)
    defaults = {option.opts[-1]: option.default for option in group.commands["train"].params}
    for item in fields(TrainingPlan):
        found = defaults[f"--{item.name.replace('_', '-')}"]
        assert found == item.default or (not found and not item.default), item.name


@pytest.mark.slow
def test_a_dry_run_prints_what_was_decided_and_what_it_takes_and_writes_nothing(
    here: Path, type_command: Command
) -> None:
    before = sorted(here.rglob("*"))
    status, out, err = type_command("train", "--dry-run", *QUICK, "--seed", "3")
    assert status == 0, err
    decided = tomllib.loads(out)
    assert decided["training"]["seed"] == 3
    assert decided["training"]["precision"] == "float32"
    assert decided["training"]["threads"] == 1
    assert decided["pix2pix"]["generator"]["widths"] == [8, 16]
    for words in (
        "Content → Style",
        "characters for training",
        "million (generator)",
        "6 steps in 0:0",
        "GiB",
    ):
        assert words in err
    assert sorted(here.rglob("*")) == before


@pytest.mark.slow
def test_what_a_dry_run_prints_is_a_configuration(here: Path, type_command: Command) -> None:
    (here / "my.toml").write_text(type_command("train", "--dry-run", *QUICK)[1])
    status, out, err = type_command("train", "--config", "my.toml", "--steps", "2")
    assert status == 0, err
    assert out.startswith("runs/pix2pix-1/checkpoints/step-000000")
    run = tomllib.loads((here / "runs/pix2pix-1/config.toml").read_text())
    assert run["training"]["steps"] == 2
    assert run["pix2pix"]["generator"]["widths"] == [8, 16]


@pytest.mark.slow
def test_a_discriminator_is_counted_and_minutes_become_steps(here: Path, type_command: Command) -> None:
    del here
    given = ("--preset", "paper", "--minutes", "2", "--device", "cpu", "--set", "widths=8,16,16")
    status, out, err = type_command("train", "--dry-run", *given)
    assert status == 0, err
    assert tomllib.loads(out)["pix2pix"]["discriminator"]["weight"] == 1.0
    assert "(generator) and 2.76 million (discriminator)" in err
    assert "steps in 2:00 at" in err


@pytest.mark.slow
@pytest.mark.usefixtures("interrupts")
def test_the_same_command_with_resume_goes_on(here: Path, type_command: Command) -> None:
    import signal

    from fontgan.training.loop import Step
    from fontgan.training.recorder import Recorder

    report = Recorder.report

    def interrupted(recorder: Recorder, step: Step) -> Progressed:
        signal.raise_signal(signal.SIGINT)
        return report(recorder, step)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Recorder, "report", interrupted)
        status, _, err = type_command("train", *QUICK)
    assert status == 0
    assert "stopped after" in err
    assert "To continue: fontgan train --run runs/pix2pix-1 --resume" in err
    assert not (here / "runs/pix2pix-1/checkpoints/step-0000006").exists()
    status, _, err = type_command("train", *QUICK, "--resume")
    assert status == 0, err
    assert "in runs/pix2pix-1, continued from step 1" in " ".join(err.split())
    assert (here / "runs/pix2pix-1/checkpoints/step-0000006").is_dir()
    assert type_command("train", *QUICK, "--resume")[0] == 1  # it is at its end


@pytest.mark.slow
def test_mistakes_on_the_way_are_one_line(here: Path, type_command: Command) -> None:
    type_command("train", *QUICK)
    for arguments, words in (
        (("--resume", "--seed", "4"), "seed was 0 and would be 4"),
        (("--resume", "--run", "none"), "none is not a run"),
        (("--run", "runs/pix2pix-1"), "or continue it with --resume"),
        (("--set", "mintues=3", "--set", "skip=3"), "error: skip=3: choose one of"),
        (("--steps", "3", "--minutes", "1"), "both say how long: pass --steps or --minutes"),
        (("--device", "cuda"), "--device cpu"),
        (("--config", "none.toml"), "there is no configuration"),
    ):
        status, out, err = type_command("train", *arguments)
        assert (status, out) == (1, ""), arguments
        assert words in err.strip().splitlines()[-1]
        assert err.strip().splitlines()[-1].startswith("error: ")
    del here


@pytest.mark.slow
def test_plot_draws_runs_into_one_picture(here: Path, type_command: Command) -> None:
    type_command("train", *QUICK)
    type_command("train", *QUICK, "--run", "another", "--seed", "2")
    assert type_command("plot", "runs/pix2pix-1", "another")[:2] == (0, "plots/pix2pix-1+another.png\n")
    given = ("--output", "here.png", "--against", "minutes")
    assert type_command("plot", "another", *given)[:2] == (0, "here.png\n")
    for path in ("plots/pix2pix-1+another.png", "here.png"):
        with Image.open(here / path) as picture:
            assert picture.width > picture.height > 100
    for arguments, words in (
        (("nothing",), "the run nothing does not exist"),
        (("another", "--output", "x.pdf"), "name x.png"),
    ):
        status, out, err = type_command("plot", *arguments)
        assert (status, out) == (1, "")
        assert words in err


@pytest.mark.slow
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=100), st.integers(1, 50))
def test_a_sparkline_has_the_course_of_its_values(values: list[float], width: int) -> None:
    line = sparkline(values, width)
    assert len(line) == min(width, len(values))
    assert set(line) <= set("▁▂▃▄▅▆▇█")
    if len(values) <= width and max(values) > min(values):
        assert line[values.index(max(values))] == "█"
        assert line[values.index(min(values))] == "▁"


def test_a_sparkline_rises_and_falls() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert sparkline([2, 2, 2]) == "▁▁▁"
    assert sparkline([0, 0, 7, 7], width=2) == "▁█"


@pytest.mark.parametrize("terminal", [True, False])
def test_a_terminal_has_a_live_view_and_a_file_has_plain_lines(
    monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=terminal, width=120, highlight=False, _environ={})
    monkeypatch.setattr(training_view, "messages", console)
    measures = {"iou": 0.5, "fixed_l1": 0.4, "l1": 0.1, "ink": 1.0, "ssim": 0.6, "grey": 0.1}
    with TrainingView() as view:
        view.show(Progressed(7, 0.25, {"fixed-l1": 0.75}, {}, {}, 321.0, 60.0))
        view.show(Sampled(7, Path("x.png"), measures))
        if terminal:
            console.print(view._picture(Progressed(8, 0.5, {"fixed-l1": 0.5}, {}, {}, 300.0, 90.0)))
    text = shown.getvalue()
    assert "held out: IoU 0.500, fixed L1 0.400, grey 10.0%" in text
    if terminal:
        assert "1:30 left" in text
        assert "▁" in text
        assert "━" in text
    else:
        assert "fixed-l1 0.750   321 images/s   3:00 left" in text
        assert "\x1b" not in text

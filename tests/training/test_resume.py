"""An interrupted run continues, and its weights become those of an uninterrupted one."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from fontgan.data.render import render_dataset
from fontgan.errors import FontganError
from fontgan.fonts.location import FontLocation
from fontgan.runs.folder import Run
from fontgan.runs.log import Measured
from fontgan.training.decision import decide, decide_again
from fontgan.training.events import Event, Finished, Progressed, Sampled, Started
from fontgan.training.run import run_training
from tests.helpers import make_toy_store
from tests.toy_fonts import build_font
from tests.training.timing import time_by_steps

CODES = list(range(0x4E00, 0x4E80))
PIX2PIX = {"widths": "8,16", "batch_size": "8", "warm_up": "5", "scale": "0.05"}
# With all that has a state or draws at random: dropout, a discriminator, its penalty, parts, clipping.
PAPER = {
    "widths": "8,16,16",
    "batch_size": "4",
    "accumulation": "2",
    "discriminator_width": "8",
    "penalty": "r1",
    "penalty_weight": "1",
    "penalty_interval": "3",
    "clip_norm": "1",
}
STEPS = 12
MANY = 60  # enough to be killed three times on the way


def begin(changes: Mapping[str, str] = PIX2PIX, **options: Any) -> list[Event]:
    """A training whose every step is kept."""
    decision = decide({"steps": STEPS, "save_minutes": 0.0, "device": "cpu", "keep": 2, **options}, changes)
    return list(run_training(decision))


def go_on(**options: Any) -> list[Event]:
    decision = decide_again(options)
    return list(run_training(decision))


def break_off(changes: Mapping[str, str], after: int, **options: Any) -> None:
    """Leave a training after a step, as a process does that is killed."""
    given = {"steps": STEPS, "save_minutes": 0.0, "device": "cpu", "keep": 2, **options}
    decision = decide(given, changes)
    events = run_training(decision)
    for event in events:
        if isinstance(event, Sampled) and event.step == after:
            events.close()  # type: ignore[attr-defined]


def all_weights(run: Path, step: int = STEPS) -> dict[str, torch.Tensor]:
    """The newest checkpoint of a run, with all that training needs."""
    newest = Run(run).newest_checkpoint
    state = torch.load(newest.parent / "state.pt", weights_only=True)
    assert state["reached"]["step"] == step
    found = {f"average.{name}": value for name, value in load_file(newest).items()}
    for network, values in state["model"]["networks"].items():
        found |= {f"{network}.{name}": value for name, value in values.items()}
    return found


def same(one: Mapping[str, torch.Tensor], other: Mapping[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "changes"),
    [
        ({}, PIX2PIX),
        ({"preset": "paper"}, PAPER),
        ({"model": "autoencoder", "preset": "paper"}, {"width": "4"}),
    ],
)
@pytest.mark.parametrize("after", [1, 7])
@pytest.mark.usefixtures("here")
def test_resumed_equals_undisturbed(options: dict[str, Any], changes: dict[str, str], after: int) -> None:
    begin(changes, run=Path("whole"), **options)
    break_off(changes, after, run=Path("broken"), **options)
    assert Run(Path("broken")).newest_checkpoint.parent.name == f"step-{after:07}"
    events = go_on(run=Path("broken"))
    assert isinstance(events[0], Started)
    assert events[0].step == after
    assert same(all_weights(Path("broken")), all_weights(Path("whole")))
    figures = [
        [(line.step, line.measures) for line in Run(Path(run)).log.of(Measured)]
        for run in ("broken", "whole")
    ]
    assert figures[0] == figures[1]


@pytest.mark.slow
def test_a_run_from_before_there_were_grids_continues_with_its_blocks_of_four_pixels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_toy_store(tmp_path, CODES, size=128)
    monkeypatch.chdir(tmp_path)
    changes = {**PIX2PIX, "grid": "32"}
    begin(changes, run=Path("whole"))
    break_off(changes, 7, run=Path("old"))
    _take_grids_from(Run(Path("old")))
    assert Run(Path("old")).record.settings.generator.grid == 32  # type: ignore[attr-defined]
    go_on(run=Path("old"))
    assert same(all_weights(Path("old")), all_weights(Path("whole")))


def _take_grids_from(run: Run) -> None:
    """Leave a run as the formats without grids had it."""
    text = run.config_path.read_text()
    run.config_path.write_text("".join(line for line in text.splitlines(True) if not line.startswith("grid")))
    for weights in run.checkpoints:
        with safe_open(weights, "pt") as file:
            record = json.loads(file.metadata()["fontgan"])
        del record["settings"]["generator"]["grid"]
        save_file(load_file(weights), weights, {"fontgan": json.dumps({**record, "format": 5})})
        state = torch.load(weights.parent / "state.pt", weights_only=True)
        del state["reached"]["decided"]["generator.grid"]
        torch.save({**state, "format": 2}, weights.parent / "state.pt")


@pytest.mark.slow
def test_killed_at_any_moment_and_resumed_the_weights_are_those_of_the_undisturbed(here: Path) -> None:
    begin(run=Path("whole"), steps=MANY)
    settings = [part for name, value in PIX2PIX.items() for part in ("--set", f"{name}={value}")]
    command = [sys.executable, "-m", "fontgan", "train", "--steps", str(MANY), "--save-minutes", "0"]
    command += ["--device", "cpu", "--run", "killed", "--keep", "2", *settings]
    for kills in range(3):
        process = subprocess.Popen(command, cwd=here, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        begun = len(list(here.glob("killed/samples/*")))
        while len(list(here.glob("killed/samples/*"))) < begun + 3 and process.poll() is None:
            time.sleep(0.005)
        time.sleep(0.003 * kills)  # another place between two samples each time
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not any(path.name.startswith("step") and len(list(path.iterdir())) < 2 for path in _folders())
        if "--resume" not in command and Run(Path("killed")).checkpoints:
            command.append("--resume")
    go_on(run=Path("killed"))
    assert same(all_weights(Path("killed"), MANY), all_weights(Path("whole"), MANY))
    assert not any(path.name.startswith(".") for path in _folders())


def _folders() -> list[Path]:
    return list(Path("killed/checkpoints").glob("*"))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.usefixtures("here")
def test_a_gpu_trains_and_goes_on(precision: str) -> None:
    on_gpu = {"device": "cuda", "precision": precision}
    begin(PAPER, run=Path("whole"), preset="paper", **on_gpu)
    break_off(PAPER, 7, run=Path("broken"), preset="paper", **on_gpu)
    go_on(run=Path("broken"))
    whole, resumed = all_weights(Path("whole")), all_weights(Path("broken"))
    # Sums on a GPU are made in any order.
    assert all(torch.allclose(whole[name].float(), resumed[name].float(), atol=0.01) for name in whole)


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_a_run_of_fewer_characters_lists_them_and_continues_with_them() -> None:
    events = begin(run="few", learn=7, steps=2)
    assert isinstance(events[0], Started)
    assert events[0].counts["train"] == 7
    learnt = Run("few").record.learnt_characters
    assert len(learnt) == 7
    more = begin(run="more", learn=30, steps=2)
    assert isinstance(more[0], Started)
    assert set(learnt) < set(Run("more").record.learnt_characters)
    assert events[0].counts["test"] == more[0].counts["test"]
    go_on(run="few", steps=4)
    assert Run("few").record.learnt_characters == learnt
    with pytest.raises(FontganError, match="learn was 7 and would be 8"):
        go_on(run="few", steps=6, learn=8)
    with pytest.raises(FontganError, match=r"characters to learn in data/glyphs\.lmdb, fewer than 1,000"):
        begin(run="many", learn=1000)


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_a_run_that_kept_nothing_yet_begins_anew() -> None:
    break_off(PIX2PIX, 0, run=Path("young"))
    assert not Run(Path("young")).checkpoints
    events = go_on(run=Path("young"))
    assert isinstance(events[0], Started)
    assert events[0].step == 0
    assert events[0].over
    assert Run(Path("young")).newest_checkpoint.parent.name == f"step-{STEPS:07}"


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_a_run_at_its_end_goes_on_only_if_it_is_given_more() -> None:
    begin(run=Path("done"))
    with pytest.raises(
        FontganError, match=f"is finished: {STEPS} steps in .* minutes: to train further, pass more steps"
    ):
        go_on(run=Path("done"))
    events = go_on(run=Path("done"), steps=STEPS + 3)
    assert isinstance(events[0], Started)
    assert events[0].step == STEPS
    assert Run(Path("done")).newest_checkpoint.parent.name == f"step-{STEPS + 3:07}"


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_a_run_that_was_killed_after_its_last_step_comes_to_its_end() -> None:
    break_off(PIX2PIX, STEPS, run=Path("killed"))
    assert Run(Path("killed")).log.end is None
    assert [type(event) for event in go_on(run=Path("killed"))] == [Started, Finished]
    assert Run(Path("killed")).log.end is not None


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_a_signal_after_the_last_step_interrupts_nothing() -> None:
    decision = decide({"steps": 2, "device": "cpu", "run": Path("late")}, PIX2PIX)
    for event in run_training(decision):
        if isinstance(event, Sampled) and event.step == 2:
            signal.raise_signal(signal.SIGTERM)
    assert Run(Path("late")).log.end is not None


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.usefixtures("here")
def test_a_signal_keeps_the_last_step_and_minutes_count_on(
    monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    time_by_steps(monkeypatch, step=0.5)
    decision = decide({"minutes": 1.0, "device": "cpu", "run": Path("timed")}, PIX2PIX)
    before = 0.0
    for event in run_training(decision):
        if isinstance(event, Progressed):
            before = event.seconds
            if event.step > 1:
                signal.raise_signal(number)
    assert before == 1.5
    events = go_on(run=Path("timed"), minutes=0.05)
    seconds = [event.seconds for event in events if isinstance(event, Progressed)]
    assert (seconds[0], seconds[-1]) == (2.0, 3.0)


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_the_newest_checkpoints_and_the_best_are_kept() -> None:
    events = begin(run=Path("kept"), best_by="iou")
    measures = {
        event.step: event.measures["iou"] for event in events if isinstance(event, Sampled) and event.step
    }
    best = max(measures, key=lambda step: (measures[step], step))
    kept = [int(path.parent.name.removeprefix("step-")) for path in Run(Path("kept")).checkpoints]
    assert kept == sorted({best, STEPS - 1, STEPS})


@pytest.mark.slow
def test_a_dataset_that_changed_is_told_with_what_differs(here: Path) -> None:
    break_off(PIX2PIX, 3, run=Path("old"))
    store = here / "data" / "glyphs.lmdb"
    store.rename(here / "before.lmdb")
    style = build_font(here / "style.ttf", CODES[:-9], "Style", raised=90, width=200)
    content = FontLocation(here / "content.ttf")
    render_dataset([content], [FontLocation(style)], CODES, 64, store)
    with pytest.raises(FontganError) as caught:
        go_on(run=Path("old"))
    assert "has changed since old began" in str(caught.value)
    assert "count of style 128, now 119" in str(caught.value)
    assert "sha256 of style" in str(caught.value)
    go_on(run=Path("old"), data=here / "before.lmdb")
    for damaged in ("{", "{}", "[]"):
        (here / "old" / "dataset.json").write_text(damaged)
        with pytest.raises(FontganError, match="start a new run without resume"):
            go_on(run=Path("old"), steps=99)


class _Trap:
    """What would make a folder if it were ever unpickled."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return (os.mkdir, ("trapped",))


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_a_checkpoint_that_is_cut_or_holds_code_is_refused() -> None:
    break_off(PIX2PIX, 3, run=Path("bad"))
    path = Run(Path("bad")).newest_checkpoint.parent / "state.pt"
    whole = path.read_bytes()
    older = path.parents[1] / "step-0000002"
    for cut in (0, 100, len(whole) // 2, len(whole) - 10):
        path.write_bytes(whole[:cut])
        with pytest.raises(
            FontganError, match=f"is damaged: remove {path.parent}, .* continue from {older.name}"
        ):
            go_on(run=Path("bad"))
    with (
        zipfile.ZipFile(io.BytesIO(whole)) as stored,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in stored.namelist():  # a few bytes could become any number of them
            packed.writestr(name, stored.read(name))
    with pytest.raises(FontganError, match="is damaged"):
        go_on(run=Path("bad"))
    torch.save({"format": 1, "model": _Trap()}, path)
    with pytest.raises(FontganError, match="possibly code, and was not loaded"):
        go_on(run=Path("bad"))
    assert not Path("trapped").exists()
    torch.save({"format": 9}, path)
    with pytest.raises(
        FontganError, match="has format 9, but this fontgan reads formats up to 3: update fontgan"
    ):
        go_on(run=Path("bad"))
    known = torch.load(older / "state.pt", weights_only=True)
    torch.save(known, path)
    with pytest.raises(FontganError, match="belongs to another step or another run"):
        go_on(run=Path("bad"))
    torch.save(
        {**known, "reached": {**known["reached"], "step": 3}, "model": {"networks": {"generator": {}}}}, path
    )
    with pytest.raises(FontganError, match="does not fit this model and its settings"):
        go_on(run=Path("bad"))
    path.write_bytes(whole)
    weights = path.parent / "generator.safetensors"
    drawn = weights.read_bytes()
    weights.write_bytes(drawn[:5000])
    with pytest.raises(
        FontganError, match=f"generator.safetensors is damaged: remove {path.parent} and use resume again"
    ):
        go_on(run=Path("bad"))
    weights.write_bytes(drawn)
    go_on(run=Path("bad"))


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_a_run_whose_configuration_was_edited_is_refused_and_left_as_it_is() -> None:
    break_off(PIX2PIX, 3, run=Path("edited"))
    config = Path("edited/config.toml")
    whole = config.read_text()
    for old, new, words in (("seed = 0", "seed = 5", "seed was 0 and would be 5"), ("0.02", "0.03", "muon")):
        changed = whole.replace(old, new)
        assert changed != whole
        config.write_text(changed)
        with pytest.raises(FontganError, match=f"was edited after training began .*{words}"):
            go_on(run=Path("edited"), steps=50)
        assert config.read_text() == changed
    config.write_text(whole)
    go_on(run=Path("edited"))


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_a_run_that_another_process_trains_is_refused() -> None:
    break_off(PIX2PIX, 3, run=Path("held"))
    script = (
        "import sys; from filelock import FileLock\n"
        "with FileLock('held/.lock'): print('x', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "x\n"
        with pytest.raises(FontganError, match="is being trained by another process"):
            go_on(run=Path("held"))
        other.communicate("")
    go_on(run=Path("held"))

"""`fontgan inspect RUN`, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fontgan.fonts.canvas import Canvas
from fontgan.runs.record import CheckpointRecord
from tests.helpers import FACE, Command, keep_weights, make_toy_store
from tests.models.small import small_settings, small_spec
from tests.toy_fonts import build_font

WEIGHTS = "runs/one/checkpoints/step-0001200/generator.safetensors"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to type in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make_run(name: str, model: str, step: int = 1200) -> int:
    """A run with one checkpoint of a small network; returns its number of weights."""
    measures = {"iou": 0.8125, "fixed_l1": 0.25, "l1": 0.03, "ink": 1.1, "grey": 0.02}
    settings, task = small_settings(model, "default"), small_spec(model)
    styles = (FACE,) * task.styles
    record = CheckpointRecord(model, settings, Canvas(64), step, (FACE,), styles, measures, "iou", task.first)
    network = record.build()
    keep_weights(Path("runs") / name, network, record)
    (Path("runs") / name / "config.toml").write_text("")
    return sum(weight.numel() for weight in network.parameters())


def test_a_run_is_told_in_a_table(type_command: Command) -> None:
    weights = make_run("one", "pix2pix")
    status, out, _ = type_command("inspect", "runs/one")
    assert status == 0
    for words in (
        "pix2pix: a U-Net, judged by a PatchGAN",
        "Toy 字",
        "64 px",
        "1,200",
        f"{weights:,}",
        "IoU 0.812, fixed L1 0.250",
        "IoU: the ink that drawn and true glyph share",
        WEIGHTS,
    ):
        assert words in out
    assert not Path("inspected").exists()
    assert "1,200" in type_command("inspect", WEIGHTS)[1]


@pytest.mark.parametrize("model", ["pix2pix", "cyclegan", "zi2zi", "wnet", "denoiser"])
def test_the_network_is_listed_and_drawn(type_command: Command, model: str) -> None:
    weights = make_run("one", model)
    status, out, _ = type_command("inspect", "runs/one", "--network")
    assert status == 0
    assert f"{weights:,}" in out
    for words in ("Conv2d", "BatchNorm2d", "1 × 64 × 64"):
        assert words in out
    assert out.splitlines()[-1] == "inspected/one-network.svg"
    drawing = ElementTree.parse("inspected/one-network.svg").getroot()
    assert f"one: {model} at 64 px, step 1,200" in "".join(drawing.itertext())
    assert type_command("inspect", WEIGHTS, "--network", "--sheet", "x.svg")[1].splitlines()[-1] == "x.svg"
    assert Path("x.svg").read_bytes() == Path("inspected/one-network.svg").read_bytes()


def test_json_has_stable_keys_and_nothing_beside_it(type_command: Command) -> None:
    weights = make_run("one", "denoiser")
    found = json.loads(type_command("inspect", "runs/one", "--json")[1])
    assert (found["model"], found["first"], found["best_by"]) == ("denoiser", "pix2pix", "iou")
    assert (found["size"], found["step"], found["parameters"]) == (64, 1200, weights)
    assert found["styles"][0]["family"] == "Toy 字"
    assert found["measures"]["iou"] == 0.8125
    assert found["network"] is found["drawing"] is None
    drawn = json.loads(type_command("inspect", "runs/one", "--json", "--network")[1])
    assert drawn.keys() == found.keys()
    assert drawn["drawing"] == "inspected/one-network.svg"
    assert drawn["network"]["parameters"] == sum(layer["parameters"] for layer in drawn["network"]["layers"])
    assert [part["title"][:5] for part in drawn["network"]["parts"]] == ["first", "secon"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("toy.ttf", "--network"), "--network is for runs, but toy.ttf is not a run"),
        (("data/glyphs.lmdb", "--network"), "--network is for runs"),
        (("runs/one", "--charset", "joyo"), "--charset is for fonts, but runs/one is a run"),
        (("runs/one", "--verify"), "--verify is for datasets"),
        (("runs/one", "--seed", "3"), "--seed is for contact sheets"),
        (("runs/one", "--sheet", "a.png"), "or for the drawing that --network or --units makes"),
        (("runs/one", "--network", "--sheet", "a.png"), "name a.svg"),
        (("runs/empty",), "the run runs/empty has no checkpoint yet"),
        (("none.safetensors",), "there is no run or checkpoint none.safetensors"),
        (("letter.safetensors",), "is not a checkpoint of fontgan"),
    ],
)
def test_mistakes_are_told_in_one_line(
    here: Path, type_command: Command, arguments: tuple[str, ...], words: str
) -> None:
    make_run("one", "pix2pix")
    make_toy_store(here)
    build_font(here / "toy.ttf")
    (here / "runs" / "empty").mkdir()
    (here / "runs" / "empty" / "config.toml").write_text("")
    (here / "letter.safetensors").write_text("Dear reader")
    status, out, err = type_command("inspect", *arguments)
    assert (status, out) == (1, "")
    assert err.strip().splitlines()[-1].startswith("error: ")
    assert words in err

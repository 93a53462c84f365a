"""A run's folder: what is where in it, which run is the newest, which checkpoint the best."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from fontgan.config.settings import BestBy
from fontgan.errors import FontganError
from fontgan.runs.finding import find_weights, newest_run
from fontgan.runs.folder import Run, name_of
from fontgan.runs.log import Progressed
from fontgan.training.decision import decide_again
from tests.helpers import keep_weights
from tests.runs.test_record import record_of


def test_a_run_is_a_value_that_knows_what_lies_in_it(tmp_path: Path) -> None:
    network = record_of("pix2pix").build()
    for step in (1, 2):
        keep_weights(tmp_path / "one", network, record_of("pix2pix", step, iou=step / 4))
    run = Run(tmp_path / "one")
    run.config_path.write_text("[training]\nsteps = 9\n")
    run.sample_path(3).parent.mkdir()
    Image.new("L", (2, 2)).save(run.sample_path(3))
    run.log.write(Progressed(1, 0.5, {"l1": 0.25}))
    assert run == Run(tmp_path / "one")
    assert (run.name, str(run)) == ("one", str(tmp_path / "one"))
    assert run.config == {"training": {"steps": 9}}
    assert run.samples == [run.sample_path(3)]
    assert [path.parent.name for path in run.checkpoints] == ["step-0000001", "step-0000002"]
    assert run.best == run.newest_checkpoint == run.checkpoints[-1]
    assert (run.record.step, run.measures["iou"]) == (2, 0.5)
    assert run.log.of(Progressed)[0].losses == {"l1": 0.25}
    assert Run.of(run.best) == run
    assert name_of(run.best) == "one"
    assert name_of(tmp_path / "kai.safetensors") == "kai"


@pytest.mark.parametrize(("best_by", "best"), [("iou", 2), ("fixed_l1", 3), ("l1", 4), ("newest", 4)])
def test_a_run_is_its_best_checkpoint(tmp_path: Path, best_by: BestBy, best: int) -> None:
    network = record_of("pix2pix").build()
    for step, iou in enumerate((0.3, 0.6, 0.2, 0.5), 1):
        keep_weights(tmp_path, network, record_of("pix2pix", step, iou, best_by))
    assert find_weights(tmp_path).parent.name == f"step-{best:07}"


@pytest.mark.slow
def test_the_newest_run_is_the_same_whoever_asks(tmp_path: Path) -> None:
    """The run that started last need not be the one that was trained last: one rule decides."""
    network = record_of("pix2pix").build()
    for name, started, trained in (("pix2pix-1", 10, 40), ("pix2pix-2", 30, 35)):
        weights = keep_weights(tmp_path / name, network, record_of("pix2pix"))
        config = Run(tmp_path / name).config_path
        config.write_text('[training]\nmodel = "pix2pix"\n')
        os.utime(config, (started, started))
        os.utime(weights, (trained, trained))
    newest = newest_run(tmp_path)
    assert newest.name == "pix2pix-1"
    assert Run.of(find_weights(None, tmp_path)) == newest
    for options in ({}, {"model": "pix2pix"}):
        assert decide_again(options, runs=tmp_path).plan.run == newest.path
    empty = tmp_path / "pix2pix-3"
    empty.mkdir()
    (empty / "config.toml").write_text("")
    assert newest_run(tmp_path) == newest  # the empty one never began
    (empty / "config.toml").write_text("[training]")
    assert newest_run(tmp_path).name == "pix2pix-3"
    assert newest_run(tmp_path, trained=True) == newest


def test_what_is_not_there_is_refused_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "young").mkdir()
    (tmp_path / "young" / "config.toml").touch()
    with pytest.raises(
        FontganError, match=r"there is no trained run in .*runs/: make one with fontgan.train"
    ):
        find_weights(None, tmp_path / "runs")
    with pytest.raises(FontganError, match="there is no run of zi2zi"):
        newest_run(tmp_path, "zi2zi")
    for given, words in (
        ("letters", "is not a run"),
        ("young", "has no checkpoint yet"),
        ("none", "there is no run or checkpoint"),
    ):
        with pytest.raises(FontganError, match=words):
            find_weights(tmp_path / given)
    with pytest.raises(FontganError, match="does not exist: pass the folder of a run"):
        Run(tmp_path / "none")


@pytest.mark.usefixtures("chdir")
def test_new_runs_get_folders_of_their_own(tmp_path: Path) -> None:
    assert [str(Run.create(None, "pix2pix")) for _ in range(2)] == ["runs/pix2pix-1", "runs/pix2pix-2"]
    (tmp_path / "mine").mkdir()
    assert Run.create(tmp_path / "mine", "pix2pix").path == tmp_path / "mine"
    (tmp_path / "mine" / "config.toml").write_text("[training]")
    with pytest.raises(FontganError, match="mine exists already: choose another run, remove it, or continue"):
        Run.create(tmp_path / "mine", "pix2pix")


@pytest.fixture
def chdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_only_one_process_trains_in_a_run(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", "pix2pix")
    with (
        run.locked(),
        pytest.raises(FontganError, match="is being trained by another process"),
        Run(tmp_path / "run").locked(),
    ):
        pass
    with run.locked():
        pass

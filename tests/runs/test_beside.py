"""Checkpoints are whole for all who read them, beside a training and after a disk was full."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from fontgan.errors import FontganError
from fontgan.runs import state
from fontgan.runs.finding import find_weights, newest_run
from fontgan.runs.folder import Run
from fontgan.runs.record import CheckpointRecord
from fontgan.runs.weights import load_best, origin_of
from tests.models.small import small_model, small_settings
from tests.runs.test_record import record_of

WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from tests.models.small import small_model, small_settings
from tests.runs.test_record import record_of
from fontgan.runs import state
from fontgan.runs.folder import Run

record = replace(record_of("pix2pix"), settings=small_settings("pix2pix", "default"), best_by="newest")
model, run, step = small_model("pix2pix", "default"), Run(Path("run")), 1
while True:
    state.save(run, model, replace(record, step=step), state.Reached(step, 0, 0.0, 0.0, {}), keep=1)
    state.save(run, model, replace(record, step=step), state.Reached(step, 0, 0.0, 0.0, {}), keep=1)
    sys.stdout.write(f"{step}\\n")
    sys.stdout.flush()
    step += 1
"""


def some_record(step: int) -> CheckpointRecord:
    settings = small_settings("pix2pix", "default")
    return replace(record_of("pix2pix"), settings=settings, best_by="newest", step=step)


def save(run: Run, step: int, keep: int = 1) -> None:
    model = small_model("pix2pix", "default")
    state.save(run, model, some_record(step), state.Reached(step, 0, 0.0, 0.0, {}), keep)


@pytest.mark.slow
def test_readers_beside_a_training_find_whole_checkpoints(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", "pix2pix")
    with subprocess.Popen(
        [sys.executable, "-c", WRITER],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        try:
            assert writer.stdout is not None
            writer.stdout.readline()
            steps = set()
            for _ in range(120):
                path, network, record = load_best(run)
                assert path.parent.name == f"step-{record.step:07}"
                steps.add(record.step)
                assert run.record.step >= record.step
                assert newest_run(tmp_path, trained=True) == run
                assert find_weights(None, tmp_path).name == path.name
        finally:
            writer.kill()
    assert len(steps) > 10
    assert all(value.isfinite().all() for value in network.state_dict().values())
    save(run, 10**6)
    assert [path.name for path in (run.path / "checkpoints").iterdir()] == ["step-1000000"]


@pytest.mark.slow
@pytest.mark.parametrize("size", [1 << 12, 1 << 17])
def test_a_disk_that_is_full_leaves_the_checkpoint_before(tmp_path: Path, size: int) -> None:
    run = Run.create(tmp_path / "run", "pix2pix")
    save(run, 1)
    state_file, weights = run.path / "checkpoints" / "step-0000001" / "state.pt", run.best.read_bytes()
    assert state_file.stat().st_size > 1 << 17
    code = (
        "import resource; from pathlib import Path; from tests.runs.test_beside import Run, save\n"
        "from fontgan.errors import FontganError\n"
        f"run = Run(Path('run')); resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"
        "try: save(run, 2)\n"
        "except FontganError as error: print(error)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "step-0000002 cannot be written (" in told.stdout, told.stderr
    assert told.stdout.count("\n") == 1
    assert run.best.read_bytes() == weights
    assert state.restore(run, small_model("pix2pix", "default")) == state.Reached(1, 0, 0.0, 0.0, {})
    assert [path.name for path in (run.path / "checkpoints").iterdir()] == ["step-0000001"]


@pytest.mark.usefixtures("here")
def test_a_damaged_newest_run_is_named_with_the_way_around_it() -> None:
    for name in ("old", "new"):
        save(Run.create(Path("runs") / name, "pix2pix"), 1)
    os.utime("runs/old/config.toml", (1, 1))
    os.utime(Run(Path("runs/old")).best, (1, 1))
    damaged = Run(Path("runs/new")).best
    damaged.write_bytes(damaged.read_bytes()[:1000])
    with pytest.raises(
        FontganError, match=r"newest run is damaged: .*new.* is damaged.*: name another run with checkpoi"
    ):
        load_best()
    (damaged.parent.parent / "step-0000002").mkdir()
    (damaged.parent.parent / "step-0000002" / damaged.name).write_bytes(b"")
    with pytest.raises(
        FontganError, match=r"newest run is damaged: .*: name another run .* or remove runs/new"
    ):
        find_weights()
    assert load_best("runs/old")[2].step == 1


def test_weights_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    run, model = Run.create(tmp_path / "run", "pix2pix"), small_model("pix2pix", "default")
    with torch.no_grad():
        next(model.average.network.parameters())[0] = float("nan")
    state.save(run, model, some_record(1), state.Reached(1, 0, 0.0, 0.0, {}), 1)
    with pytest.raises(FontganError, match=r"the weights in .* are not finite"):
        load_best(run)


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.safetensors")
    for read in (load_best, origin_of):
        with pytest.raises(FontganError, match=r"pipe\.safetensors"):
            read(tmp_path / "pipe.safetensors")
    run = Run.create(tmp_path / "run", "pix2pix")
    save(run, 1)
    (run.best.parent / "state.pt").unlink()
    os.mkfifo(run.best.parent / "state.pt")
    with pytest.raises(FontganError, match=r"state\.pt"):
        state.restore(run, small_model("pix2pix", "default"))


def test_a_run_that_never_began_is_started_as_new(tmp_path: Path) -> None:
    left = tmp_path / "runs" / "pix2pix-1"
    left.mkdir(parents=True)
    for name in (".lock", "dataset.json", "config.toml", ".config.toml.123456789.partial"):
        (left / name).touch()
    with pytest.raises(FontganError, match="there is no run in"):
        newest_run(tmp_path / "runs")
    run = Run.create(left, "pix2pix")
    assert [path.name for path in left.iterdir() if path.name.endswith(".partial")] == []
    save(run, 1)
    with pytest.raises(FontganError, match="exists already"):
        Run.create(left, "pix2pix")


def test_a_run_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FontganError, match=r"cannot be made \(Not a directory\): check the permissions"):
        Run.create(tmp_path / "file" / "run", "pix2pix")

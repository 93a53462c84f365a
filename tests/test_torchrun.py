"""The commands under torchrun, as they are typed."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from fontgan.drawing.drawer import Drawer
from fontgan.report.glyphs import save_drawing
from fontgan.runs.folder import Run, is_run
from fontgan.runs.log import Finished, Measured
from fontgan.training.decision import decide, decide_again
from fontgan.training.run import run_training
from tests.helpers import make_toy_store

CODES = list(range(0x4E00, 0x4E80))
SETTINGS = ("--set", "widths=8,16", "--set", "batch_size=8", "--precision", "float32")

# As the README has it. Without the two dashes torchrun would take --run for one of its own options.
README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
(COMMAND,) = (shlex.split(line)[1:] for line in README.splitlines() if line.startswith("torchrun "))
TORCHRUN = COMMAND[: COMMAND.index("--") + 1]


def start(here: Path, *arguments: str) -> subprocess.Popen[str]:
    """`fontgan` in two processes."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "torch.distributed.run", *TORCHRUN, *arguments],
        cwd=here,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(here: Path, *arguments: str) -> str:
    """What two processes write to standard output."""
    with start(here, *arguments) as process:
        out, err = process.communicate()
    assert process.returncode == 0, err
    return out


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a dataset and two runs of 12 steps, made by one process and by two."""
    folder = tmp_path_factory.mktemp("torchrun")
    data = make_toy_store(folder, CODES)
    out = run(folder, *COMMAND[len(TORCHRUN) :], "--steps", "12", "--run", "by-2", "--keep", "9", *SETTINGS)
    assert out == f"{_best(folder / 'by-2')}\n".replace(f"{folder}/", "")  # one alone tells
    options = {"steps": 12, "run": folder / "by-1", "keep": 9, "data": data, "precision": "float32"}
    decision = decide(options, {"widths": "8,16", "batch_size": "8"})
    assert list(run_training(decision))
    return folder


def _best(run: Path) -> Path:
    return run.parent / Run(run).log.of(Finished)[-1].checkpoint


@pytest.mark.slow
def test_two_processes_leave_the_run_that_one_leaves(here: Path) -> None:
    one, two = here / "by-1", here / "by-2"
    names = [sorted(str(path.relative_to(run)) for path in run.rglob("*")) for run in (one, two)]
    assert names[0] == names[1]
    for mine, other in zip(Run(one).checkpoints, Run(two).checkpoints, strict=True):
        alone, together = load_file(mine), load_file(other)
        assert all(torch.allclose(alone[name], together[name], atol=1e-3) for name in alone)
    samples = [Run(run).log.of(Measured) for run in (one, two)]
    assert [line.step for line in samples[0]] == [line.step for line in samples[1]]
    last = [lines[-1].measures["fixed_l1"] for lines in samples]
    assert last[0] == pytest.approx(last[1], abs=1e-3)


@pytest.mark.slow
def test_two_processes_draw_the_files_of_one(here: Path) -> None:
    text = "".join(map(chr, CODES[:100]))  # two batches
    out = run(here, "generate", "--chars", text, "--checkpoint", "by-1", "--output", "drawn-2")
    assert len(out.splitlines()) == 2
    save_drawing(Drawer(Run(here / "by-1")).parts(CODES[:100]), here / "drawn-1")
    first, second = (sorted((here / f"drawn-{n}").rglob("*.png")) for n in (1, 2))
    assert len(first) == 101
    for one, other in zip(first, second, strict=True):
        assert one.name == other.name
        assert one.read_bytes() == other.read_bytes()


@pytest.mark.slow
def test_a_process_that_dies_ends_the_run_which_goes_on_with_another_number(here: Path) -> None:
    given = ("train", "--steps", "2000", "--save-minutes", "0", "--run", "dies", *SETTINGS)
    with start(here, *given) as process:
        dying = here / "dies"
        while not (is_run(dying) and Run(dying).checkpoints) and process.poll() is None:
            time.sleep(0.01)
        second = _ranks_of(process.pid)[1]
        os.kill(second, signal.SIGKILL)
        _, err = process.communicate()
    assert process.returncode != 0
    assert "another process of this run has exited" in err
    assert "--resume" in err
    step = int(Run(dying).newest_checkpoint.parent.name.removeprefix("step-"))
    data = here / "data" / "glyphs.lmdb"
    decision = decide_again({"run": here / "dies", "steps": step + 3, "data": data})
    assert list(run_training(decision))
    assert Run(dying).newest_checkpoint.parent.name == f"step-{step + 3:07}"
    shutil.rmtree(here / "dies")


def _ranks_of(agent: int) -> list[int]:
    """The processes that torchrun has started, in the order of their numbers."""
    import psutil

    found = [child for child in psutil.Process(agent).children() if "RANK" in child.environ()]
    return [child.pid for child in sorted(found, key=lambda child: int(child.environ()["RANK"]))]


@pytest.mark.slow
def test_a_batch_that_cannot_be_shared_out_is_told(here: Path) -> None:
    given = ("train", "--steps", "3", "--run", "odd", *SETTINGS, "--set", "batch_size=7")
    with start(here, *given) as process:
        _, err = process.communicate()
    assert process.returncode != 0
    assert "batch_size=7 cannot be divided evenly among 2 processes" in err
    assert not (here / "odd").exists()

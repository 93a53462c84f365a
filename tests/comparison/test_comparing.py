"""A comparison as a whole: trained, judged, interrupted, continued."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fontgan.comparison.asked import Asked
from fontgan.comparison.cell import make_cell
from fontgan.comparison.comparing import Begun, Cell, Ended, Event, Opened, run_comparison
from fontgan.comparison.folder import Folder
from fontgan.comparison.planning import planned
from fontgan.comparison.trained import planned_of_runs
from fontgan.errors import FontganError
from fontgan.runs.folder import Run
from fontgan.training.decision import decide
from fontgan.training.events import Sampled
from fontgan.training.run import run_training
from tests.helpers import Command

SMALL = {"widths": ("[8,16]",), "batch_size": ("8",)}
ASKED = Asked(learn=(20, 40), values=SMALL, steps=2, device="cpu")
LASTING = Asked(seeds=(0, 1), values=SMALL, steps=100_000, device="cpu")
TO_BE_KILLED = """
from pathlib import Path
from tests.comparison.test_comparing import LASTING, compared
compared(LASTING, Path("some"))
"""


def compared(asked: Asked, folder: Path) -> list[Event]:
    return list(run_comparison(planned(asked, folder), folder, at_once=2))


def cells(events: list[Event]) -> list[Cell]:
    return [event for event in events if isinstance(event, Cell)]


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_cells_are_made_judged_and_not_made_again(type_command: Command) -> None:
    folder = Path("compared/some")
    damaged = folder / "runs" / "pix2pix-learn=40"
    plan = planned(ASKED, folder)
    with Folder(folder).opened(plan):
        damaged.mkdir(parents=True)
    (damaged / "config.toml").write_text("no configuration")
    first = compared(ASKED, folder)
    good, bad = sorted(cells(first), key=lambda cell: cell.failed)
    assert (good.name, bad.name) == ("pix2pix-learn=20", damaged.name)
    assert "is not TOML" in bad.failed
    assert (good.learnt, good.steps, good.images) == (20, 2, 16)
    assert good.flops > good.weights > 0
    sides = good.results[0].sides
    assert list(sides) == ["model", "copy", "nearest", "style"]
    assert sides["style"].value("iou") == 1
    assert isinstance(first[-1], Ended)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in first[-1].files)
    shutil.rmtree(damaged)
    second = compared(ASKED, folder)
    assert isinstance(second[0], Opened)
    assert second[0].todo == 1
    assert [cell.name for cell in cells(second)] == [bad.name]
    found = Folder(folder).read()
    assert [cell.learnt for cell in found.cells] == [20, 40]
    assert not found.failed
    third = compared(ASKED, folder)
    assert not cells(third)
    runs = [str(folder / "runs" / name) for name in ("pix2pix-learn=20", "pix2pix-learn=40")]
    status, out, err = type_command("compare", *runs, "--device", "cpu")
    assert status == 0, err
    assert "learnt different characters" in err
    assert "the style itself" in out
    assert Path("compared/pix2pix-learn=20+pix2pix-learn=40/report.html").is_file()
    assert type_command("compare", *runs, "--minutes", "2")[0] == 1


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_interrupted_its_runs_keep_a_checkpoint_and_continue() -> None:
    folder = Path("compared/some")
    events = run_comparison(planned(LASTING, folder), folder)
    path = next(event.job.run for event in events if isinstance(event, Begun))
    while not (path / "log.jsonl").is_file():
        time.sleep(0.1)
    events.close()  # what Ctrl-C does
    run = Run(path)
    assert run.checkpoints
    assert run.log.end is None
    with pytest.raises(FontganError, match="was not finished"):
        planned_of_runs([run.path, Path("nothing")])


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_killed_it_leaves_no_process_behind_and_its_runs_keep_a_checkpoint() -> None:
    places = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    killed = subprocess.Popen([sys.executable, "-c", TO_BE_KILLED], env={**os.environ, "PYTHONPATH": places})
    logs = [Path(f"some/runs/pix2pix-seed={seed}/log.jsonl") for seed in (0, 1)]
    while not all(log.is_file() for log in logs):
        assert killed.poll() is None
        time.sleep(0.1)
    killed.kill()
    killed.wait()
    for log in logs:
        run = Run(log.parent)
        with run.locked(patience=120):  # its process has let go of it
            assert run.checkpoints
            assert run.log.end is None


@pytest.mark.slow
@pytest.mark.parametrize("step", [None, 0, 1, 2])
@pytest.mark.usefixtures("here")
def test_a_cell_whose_process_was_killed_at_any_moment_continues(step: int | None) -> None:
    plan = planned(ASKED, Path("some"))
    job = plan.jobs[0]
    if step is None:
        Run.create(job.run, job.model)
    else:
        events = run_training(decide({**job.options, "save_minutes": 0.0}, job.changes))
        assert any(isinstance(event, Sampled) and event.step == step for event in events)
        events.close()  # type: ignore[attr-defined]
    cell = make_cell(job, plan.styles)
    assert cell is not None
    assert (cell.steps, cell.learnt) == (2, 20)
    assert make_cell(job, plan.styles) == cell


@pytest.mark.usefixtures("here")
def test_what_the_dataset_lacks_is_refused_before_anything_is_made() -> None:
    for asked, words in (
        (Asked(learn=(20, 3000)), "style has 120 characters to learn in data/glyphs.lmdb, fewer than 3,000"),
        (Asked(styles=("stlye",), seeds=(0, 1)), "did you mean 'style'"),
        (Asked(styles=("content",), seeds=(0, 1), content=("style",)), ""),
        (Asked(data=Path("no.lmdb"), seeds=(0, 1)), "there is no dataset no.lmdb"),
    ):
        if words:
            with pytest.raises(FontganError, match=words):
                planned(asked, Path("compared/some"))
        else:
            assert planned(asked, Path("compared/some")).styles[0].key == "content"
    assert not Path("compared").exists()


@pytest.mark.usefixtures("here")
def test_what_is_judged_is_held_out_of_every_cell() -> None:
    from fontgan.data.splits import split_of

    found = planned(Asked(models=("pix2pix", "cyclegan"), learn=(5, 20)), Path("compared/some"))
    assert {split_of(ord(character)) for character in found.styles[0].characters} == {"test"}
    assert any("cyclegan learns without pairs" in note for note in found.notes)
    assert found.asked["dataset"] == planned(ASKED, Path("x")).asked["dataset"]

"""A comparison as a whole: trained, judged, interrupted, continued."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from fontgan.comparison.asked import Asked
from fontgan.comparison.cell import is_finished
from fontgan.comparison.comparing import Begun, Cell, Ended, Event, Opened, run_comparison
from fontgan.comparison.folder import Folder
from fontgan.comparison.planning import planned
from fontgan.comparison.trained import planned_of_runs
from fontgan.errors import FontganError
from fontgan.runs.folder import Run
from tests.helpers import Command

SMALL = {"widths": ("[8,16]",), "batch_size": ("8",)}
ASKED = Asked(learn=(20, 40), values=SMALL, steps=2, device="cpu")


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
    (damaged / "config.toml").unlink()
    damaged.rmdir()
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
    asked = Asked(seeds=(0, 1), values=SMALL, steps=100_000, device="cpu")
    events = run_comparison(planned(asked, folder), folder)
    path = next(event.job.run for event in events if isinstance(event, Begun))
    while not (path / "log.jsonl").is_file():
        time.sleep(0.1)
    events.close()  # what Ctrl-C does
    run = Run(path)
    assert run.checkpoints
    assert not is_finished(run)
    with pytest.raises(FontganError, match="was not finished"):
        planned_of_runs([run.path, Path("nothing")])


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

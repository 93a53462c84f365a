"""`fontgan report`, as it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from fontgan.comparison.folder import Folder
from fontgan.errors import FontganError
from fontgan.judging.comparison import Comparison, JudgedStyle
from fontgan.runs.folder import Run
from fontgan.runs.log import Measured, Progressed
from fontgan.sheet import Row, save_sheet
from tests.helpers import Command
from tests.models.small import keep_untaught_run
from tests.report.evaluations import evaluation
from tests.report.pages import HOSTILE, Page


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two toy fonts and a run of them, with all that a run has; no judge is asked."""
    monkeypatch.chdir(tmp_path)
    folder = keep_untaught_run(tmp_path)
    (folder / "config.toml").write_text(
        '[training]\nmodel = "pix2pix"\nseed = 7\n[pix2pix.optimisation]\nbatch_size = 8\n'
    )
    run = Run(folder)
    run.log.write(Measured(0, 0.0, {"iou": 0.2}))
    run.log.write(Progressed(1, 1.0, {"l1": 0.5}, images_per_second=100.0, seconds=1.0))
    run.samples_folder.mkdir()
    for step in (0, 1):
        save_samples(run.sample_path(step))
    monkeypatch.setattr("fontgan.judging.evaluation.evaluate", lambda *_, **__: evaluation(8))
    return tmp_path


def save_samples(path: Path, labels: Sequence[str] = ("content", "generated", "true")) -> None:
    paper = np.full((64, 64), 255, np.uint8)
    save_sheet(path, "samples", ["a", "b"], [Row(label, [paper, paper]) for label in labels], 64)


def test_the_newest_run_becomes_a_page(type_command: Command) -> None:
    status, out, err = type_command("report")
    assert (status, out.strip()) == (0, "reports/one.html"), err
    read = Page(Path(out.strip()).read_text(encoding="utf-8"))
    assert len(read.all("h2")) == 8
    shown = " ".join(read.all("span"))
    assert "content step 0 step 1 true" in shown
    assert {"seed", "optimisation.batch_size"} <= set(read.all("th"))
    assert type_command("report", "runs/one", "--output", "x.html")[1].strip() == "x.html"
    assert Path("x.html").read_bytes() == Path("reports/one.html").read_bytes()


def test_a_run_without_a_checkpoint_has_a_page_without_measures(type_command: Command) -> None:
    for weights in Run("runs/one").checkpoints:
        weights.unlink()
    status, out, err = type_command("report", "runs/one")
    assert status == 0
    read = Page(Path(out.strip()).read_text(encoding="utf-8"))
    assert "note: the run runs/one has no checkpoint yet" in err
    assert "the run runs/one has no checkpoint yet" in read.all("li")
    assert "Curves" in read.all("h2")
    assert "There are no measures: the notes above say why." in read.all("p")


def test_what_cannot_be_measured_is_named_on_the_page(
    type_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("content.ttf").unlink()
    status, out, err = type_command("report", "runs/one")
    assert status == 0
    assert "the content font content.ttf is missing" in " ".join(err.split())
    page = Path(out.strip()).read_text(encoding="utf-8")
    assert "the content font content.ttf is missing" in Page(page).all("li")
    assert "--source" not in page
    assert "Network" in Page(page).all("h2")

    def refuse(*_: object, **__: object) -> None:
        raise FontganError("one holds out no character: it had 3", "pass others with {chars}")

    monkeypatch.setattr("fontgan.drawing.drawer.Drawer", lambda *_, **__: object())
    monkeypatch.setattr("fontgan.judging.evaluation.evaluate", refuse)
    assert "note: one holds out no character: it had 3" in type_command("report", "runs/one")[2]


def test_missing_and_damaged_samples_are_named(type_command: Command) -> None:
    run = Run("runs/one")
    run.sample_path(1).write_bytes(b"\x89PNG\r\n\x1a\n damaged")
    status, out, err = type_command("report", "runs/one")
    assert status == 0
    assert "note: step-0000001.png is damaged and is not shown" in err
    assert "step 0" in Page(Path(out.strip()).read_text(encoding="utf-8")).all("span")
    for sheet in run.samples:
        sheet.unlink()
    _, out, err = type_command("report", "runs/one")
    assert "note: the run has no sample sheets" in err
    assert "Samples over time" not in Page(Path(out.strip()).read_text(encoding="utf-8")).all("h2")


def test_a_sheet_that_is_laid_out_in_another_way_is_shown_whole(type_command: Command) -> None:
    save_samples(Run("runs/one").sample_path(1), ["a", "b"])
    page = Page(Path(type_command("report", "runs/one")[1].strip()).read_text(encoding="utf-8"))
    assert "step 1" in page.all("span")


def test_settings_of_strangers_are_escaped(type_command: Command) -> None:
    evil = HOSTILE.replace('"', "")
    Path("runs/one/config.toml").write_text(
        f'[training]\nmodel = "{evil}"\n"{evil}" = "{evil * 40}"\n[pix2pix]\n"a{evil}" = 1\n'
    )
    status, out, _ = type_command("report", "runs/one")
    assert status == 0
    page = Path(out.strip()).read_text(encoding="utf-8")
    assert {tag for tag, _ in Page(page).elements}.isdisjoint({"script", "iframe", "object"})
    assert evil in Page(page).all("th")
    assert len(page) < 200_000


def test_a_comparison_becomes_a_page(type_command: Command) -> None:
    folder = Folder(Path("compared") / "both")
    folder.path.mkdir(parents=True)
    folder.write(Comparison("both", {}, (JudgedStyle("toy", "Toy", "永"),), notes=("a note",)))
    status, out, err = type_command("report", "compared/both")
    assert (status, out.strip()) == (0, "reports/both.html")
    assert "toy.png" in err  # the sheet is missing
    read = Page(Path("reports/both.html").read_text(encoding="utf-8"))
    assert "a note" in read.all("li")
    assert "No run of this style is made yet." in read.all("p")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("content.ttf",), "content.ttf is neither a run nor a comparison: pass the folder of one"),
        (("data",), "data is neither a run nor a comparison"),
        (("none",), "none does not exist"),
        (("runs/one", "--output", "a.pdf"), "reports are HTML files: name a.html"),
    ],
)
def test_mistakes_are_told_in_one_line(type_command: Command, arguments: tuple[str, ...], words: str) -> None:
    status, out, err = type_command("report", *arguments)
    assert (status, out) == (1, "")
    assert words in err

"""Runs that older versions wrote: read, drawn with, plotted, inspected, resumed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fontgan.data.render import render_dataset
from fontgan.drawing.drawer import Drawer
from fontgan.drawing.drawing import Drawing
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.location import FontLocation
from fontgan.runs.folder import Run
from fontgan.runs.log import Finished, Measured, Progressed
from fontgan.runs.weights import load_checkpoint, save_weights
from fontgan.training.decision import decide_again
from fontgan.training.run import run_training
from tests.helpers import Command

SAMPLES = Path(__file__).parents[1] / "samples"
OLD = SAMPLES / "runs-4"
WITHOUT_GRIDS = SAMPLES / "runs-5"
FONTS = SAMPLES / "store-2"
NAMES = ("pix2pix", "pix2pix-d", "zi2zi", "wnet", "denoiser", "cyclegan")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the old runs and their fonts."""
    shutil.copytree(OLD, tmp_path / "runs")
    for path in FONTS.iterdir():
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", NAMES)
def test_the_weights_of_format_4_draw_what_they_drew(name: str) -> None:
    run = Run(Path("runs") / name)
    drawing = Drawer(run, device="cpu").draw("一丁丂七")
    assert drawing.notes == []
    assert len(drawing) == 4
    assert _as_drawn(drawing, OLD / "drawn" / name)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", NAMES)
def test_the_record_of_format_4_is_brought_to_today(name: str) -> None:
    record = Run(Path("runs") / name).record
    assert record.canvas == Canvas(64)
    assert (record.stacked, record.base, record.step) == (False, None, 12)
    assert (record.first is not None) == (name == "denoiser")


def test_weights_of_format_4_that_are_written_again_lose_the_paths_and_nothing_else(here: Path) -> None:
    old = Run(Path("runs/denoiser")).best
    assert b"/home/someone" in old.read_bytes()
    new = save_weights(here, *load_checkpoint(old))
    assert b"/home/someone" not in new.read_bytes()
    before, after = (Drawer(path, device="cpu").draw("一丁") for path in (old, new))
    assert np.array_equal(before.drawn, after.drawn)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", NAMES)
def test_the_log_of_format_1_is_read(name: str) -> None:
    log = Run(Path("runs") / name).log
    assert [line.step for line in log.of(Measured)] == [0, 3, 5, 7, 9, 11, 12]
    assert len(log.of(Progressed)) == 2
    (end,) = log.of(Finished)
    assert end.test["the style itself"]["iou"] == 1
    assert set(log.curves.measures) == {"iou", "fixed_l1", "l1", "ssim", "ink", "grey"}


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_old_runs_are_plotted_and_inspected(type_command: Command) -> None:
    assert type_command("plot", *(f"runs/{name}" for name in NAMES), "--output", "all.png")[0] == 0
    for name in NAMES:
        status, out, _ = type_command("inspect", f"runs/{name}", "--json")
        assert status == 0
        found = json.loads(out)
        assert (found["size"], found["step"]) == (64, 12)


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_an_old_run_continues_or_is_refused_in_one_line() -> None:
    decision = decide_again({"run": Path("runs/pix2pix"), "data": Path("glyphs.lmdb"), "steps": 14})
    try:
        end = list(run_training(decision))[-1]
    except FontganError as error:
        assert "\n" not in str(error)
        assert "resume" in str(error)
    else:
        assert isinstance(end, Finished)
        assert end.step == 14
        assert Run(Path("runs/pix2pix")).log.path.read_text().startswith('{"event": "format", "format": 2}\n')


@pytest.fixture
def before_grids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with the runs from before there were grids, their fonts and their dataset."""
    shutil.copytree(WITHOUT_GRIDS, tmp_path / "runs")
    for name in ("content.ttf", "style.ttf"):
        shutil.copy(FONTS / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    content, style = (FontLocation(Path(name)) for name in ("content.ttf", "style.ttf"))
    render_dataset([content], [style], list(range(0x4E00, 0x4E60)), 128, Path("data/glyphs.lmdb"))


@pytest.mark.usefixtures("before_grids")
@pytest.mark.parametrize("name", ["pix2pix", "denoiser"])
def test_the_weights_of_format_5_draw_what_they_drew(name: str) -> None:
    run = Run(Path("runs") / name)
    assert _as_drawn(Drawer(run, device="cpu").draw("一丁丂七"), WITHOUT_GRIDS / "drawn" / name)
    assert run.record.settings.generator.grid == 32  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.usefixtures("before_grids")
def test_a_run_of_state_format_2_continues() -> None:
    decision = decide_again({"run": Path("runs/pix2pix"), "steps": 8})
    end = list(run_training(decision))[-1]
    assert isinstance(end, Finished)
    assert end.step == 8


def _as_drawn(drawing: Drawing, folder: Path) -> bool:
    """Whether all images are those in a folder, to the last bit."""
    for glyph in drawing:
        with Image.open(folder / f"U+{glyph.code:04X}.png") as drawn:
            if not np.array_equal(np.asarray(drawn), glyph.image):
                return False
    return True

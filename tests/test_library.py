"""The commands as calls: what they return, and what they leave alone."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import fontgan
from fontgan.comparison.asked import Asked
from fontgan.comparison.comparing import Ended
from fontgan.comparison.planning import Planned, planned
from fontgan.errors import FontganError
from tests.comparison.cells import comparison
from tests.toy_fonts import build_font

CODES = list(range(0x4E00, 0x4E60))


@pytest.fixture
def fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder to be in, with two toy fonts."""
    monkeypatch.chdir(tmp_path)
    build_font(Path("all.ttf"), CODES, "All")
    build_font(Path("mine.ttf"), CODES, "Mine", raised=90, width=200)


def picture(png: bytes | None) -> Image.Image:
    assert png is not None
    return Image.open(io.BytesIO(png))


@pytest.mark.slow
@pytest.mark.usefixtures("fonts")
def test_render_train_and_draw_give_values_that_show_themselves() -> None:
    data = fontgan.render("mine.ttf", "all.ttf", "".join(map(chr, CODES)), show=False)
    assert data.faces == ["all", "mine"]
    assert data.characters("mine") == "".join(map(chr, CODES))
    assert data.glyphs("mine", "一丁").shape == (2, 128, 128)
    assert "all (96), mine (96)" in repr(data)
    run = fontgan.train(data, steps=2, widths=(8, 12), residual=1, threads=1, device="cpu", show=False)
    assert (run.name, run.record.step) == ("pix2pix-1", 2)
    assert run.record.settings.generator.widths == (8, 12)  # type: ignore[attr-defined]
    drawing = fontgan.Drawer(run, device="cpu").draw("一丁")
    assert np.array_equal(drawing.images, np.rint(drawing.drawn * 255).astype(np.uint8))
    for shown in (data._repr_png_(), run._repr_png_(), drawing._repr_png_()):
        assert picture(shown).width > 200
    again = fontgan.train(data, resume=True, steps=3, threads=1, device="cpu", show=False)
    assert (again.path, again.record.step) == (run.path, 3)


@pytest.mark.usefixtures("here")
def test_a_comparison_in_python_is_that_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Planned, Path]] = []

    def keep(plan: Planned, folder: Path, *_: object) -> Ended:
        asked.append((plan, folder))
        return Ended(comparison(), ())

    monkeypatch.setattr("fontgan.library.make_comparison", keep)
    fontgan.compare(models="pix2pix", learn=[5, 20], values={"residual": [0, 1, 0]}, steps=2)
    ((plan, folder),) = asked
    assert folder == Path("compared/pix2pix-residual-learn")
    wanted = Asked(values={"residual": ("0", "1")}, learn=(5, 20), steps=2)
    assert plan == planned(wanted, folder)
    for runs, arguments, words in (
        ((), {"model": "pix2pix"}, "no argument model here: pass content, data, "),
        (("runs/a", "runs/b"), {"steps": 2}, "no argument steps here: pass device, styles"),
        (("runs/a",), {}, "runs/a alone is nothing to compare"),
        ((), {"models": ["pix2pics"]}, "did you mean 'pix2pix'"),
    ):
        with pytest.raises(FontganError, match=words):
            fontgan.compare(*runs, **arguments)


def process() -> tuple[object, ...]:
    """What all libraries of a process share, and commands alone may change."""
    flags = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    random = torch.random.get_rng_state().tolist()
    shared = sys.getswitchinterval(), dict(os.environ), Path.cwd()
    return torch.get_num_threads(), flags, handlers, random, *shared


@pytest.mark.slow
@pytest.mark.usefixtures("fonts")
def test_training_and_drawing_leave_the_process_as_it_was() -> None:
    usual = torch.get_num_threads()
    torch.set_num_threads(usual + 1)
    try:
        before = process()
        data = fontgan.render("mine.ttf", "all.ttf", "".join(map(chr, CODES)), show=False)
        run = fontgan.train(data, steps=1, widths=(8, 12), residual=1, threads=1, device="cpu", show=False)
        fontgan.Drawer(run, device="cpu").draw("一")
        assert process() == before
    finally:
        torch.set_num_threads(usual)


@pytest.mark.usefixtures("fonts")
def test_mistakes_speak_python() -> None:
    with pytest.raises(FontganError) as caught:
        fontgan.Dataset("none.lmdb")
    assert "fontgan.render" in caught.value.remedy
    assert "--" not in str(caught.value)
    data = fontgan.render("mine.ttf", "all.ttf", "".join(map(chr, CODES)), show=False)
    with pytest.raises(FontganError, match="no setting 'learning_rat'; did you mean 'learning_rate'"):
        fontgan.train(data, learning_rat=1, show=False)
    with pytest.raises(FontganError, match="is not a run"):
        fontgan.Run("mine.ttf")


def test_a_name_that_there_is_not_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'rendr'"):
        fontgan.rendr  # type: ignore[attr-defined] # noqa: B018
    assert set(dir(fontgan)) == set(fontgan.__all__)


def test_importing_loads_nothing_and_changes_nothing() -> None:
    code = """
import sys, warnings, os
before = list(warnings.filters), dict(os.environ), sys.getswitchinterval()
import fontgan
assert before == (list(warnings.filters), dict(os.environ), sys.getswitchinterval())
heavy = {"torch", "numpy", "PIL", "lmdb", "typer", "rich"} & set(sys.modules)
assert not heavy, heavy
assert fontgan.__version__
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.usefixtures("fonts")
def test_what_a_new_user_ran_into(capsys: pytest.CaptureFixture[str]) -> None:
    data = fontgan.render("mine.ttf", "all.ttf", "".join(map(chr, CODES)), show=False)
    for call, words in (
        (lambda: data.glyphs("mne", "一"), "no face 'mne'; did you mean 'mine'"),
        (lambda: data.characters("mne"), "no face 'mne'"),
        (lambda: fontgan.train(data, stacked=True, show=False), "all is the only content face"),
        (lambda: fontgan.train(data, device="gpu", show=False), "device=gpu"),
        (
            lambda: fontgan.train(data, discriminator="none", discriminator__weight=0.1, show=False),
            "discriminator=none and discriminator.weight=0.1 contradict each other",
        ),
    ):
        with pytest.raises(FontganError, match=words):
            call()
    fontgan.render("mine.ttf", "all.ttf", "一丁")
    assert "this replaced the dataset" in capsys.readouterr().err

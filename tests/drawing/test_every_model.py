"""Every model from the store to images: trained for a moment, kept, and drawn with in all its ways."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from fontgan.config.settings import TrainingPlan
from fontgan.data.render import render_dataset
from fontgan.drawing.drawer import Drawer
from fontgan.errors import FontganError
from fontgan.fonts.location import FontLocation
from fontgan.models import find_model, model_names
from fontgan.training.decision import Decision
from fontgan.training.events import Finished
from fontgan.training.run import run_training
from tests.models.small import small_settings
from tests.toy_fonts import build_font

CODES = list(range(0x4E00, 0x4E60))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A checkpoint of every model, on two toy styles; the second draws only every other character."""
    folder = tmp_path_factory.mktemp("trained")
    content = build_font(folder / "content.ttf", CODES, "Content")
    wide = build_font(folder / "wide.ttf", CODES, "Wide", raised=90, width=400)
    narrow = build_font(folder / "narrow.ttf", CODES[::2], "Narrow", width=200)
    data = folder / "glyphs.lmdb"
    render_dataset([FontLocation(content)], [FontLocation(wide), FontLocation(narrow)], CODES, 64, data)
    found: dict[str, Path] = {}
    for name in ("pix2pix", *(other for other in model_names() if other != "pix2pix")):
        stage1 = folder / "pix2pix" if find_model(name).two_stages else None
        plan = TrainingPlan(
            model=name, data=data, run=folder / name, steps=3, device="cpu", threads=1, stage1=stage1
        )
        events = list(run_training(Decision(plan, small_settings(name, "default", batch_size=4))))
        end = events[-1]
        assert isinstance(end, Finished)
        found[name] = end.checkpoint
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", model_names())
def test_a_model_draws_what_it_was_asked_for(trained: dict[str, Path], name: str) -> None:
    drawer = Drawer(trained[name], device="cpu")
    made = drawer.draw(CODES[:3])
    assert made.images.shape == (3, 64, 64)
    assert (made.drawn_from, made.drawn_like) == ("Content", "Wide")
    assert all(glyph is not None for glyph in made.truth)
    alone = drawer.draw(CODES[1:2]).images[0]
    assert np.abs(alone.astype(int) - made.images[1]).max() <= 1


@pytest.mark.parametrize("name", [name for name in model_names() if find_model(name).many_styles])
def test_each_style_that_was_learnt_can_be_drawn_in(trained: dict[str, Path], name: str) -> None:
    wide, narrow = (
        Drawer(trained[name], style=key, device="cpu").draw(CODES[:2]) for key in ("wide", "narrow")
    )
    assert (wide.drawn_like, narrow.drawn_like) == ("Wide", "Narrow")
    assert narrow.truth[1] is None
    assert not np.array_equal(wide.images, narrow.images)
    with pytest.raises(FontganError, match=r"'narow' was not learnt; did you mean 'narrow'"):
        Drawer(trained[name], style="narow")


def test_a_new_style_is_drawn_from_a_font_or_a_few_pictures(trained: dict[str, Path], tmp_path: Path) -> None:
    font = build_font(tmp_path / "new.ttf", CODES[:9], "New", width=300, raised=-50)
    made = Drawer(trained["wnet"], reference=font, device="cpu").draw(CODES[:12])
    assert made.drawn_like == "New"
    assert [glyph is None for glyph in made.truth] == [False] * 9 + [True] * 3
    assert made.learnt == frozenset()
    few = tmp_path / "drawn"
    few.mkdir()
    for code, glyph in zip(CODES[:4], made.truth, strict=False):
        assert glyph is not None
        Image.fromarray(glyph).save(few / f"{chr(code)}.png")
    drawer = Drawer(trained["wnet"], reference=FontLocation(few), device="cpu")
    assert drawer.draw(CODES[20:22]).images.shape == (2, 64, 64)
    assert drawer.style_draws(CODES[0])
    assert not drawer.style_draws(CODES[20])


def test_cyclegan_draws_back(trained: dict[str, Path]) -> None:
    forth, back = (
        Drawer(trained["cyclegan"], backward=backward, device="cpu").draw(CODES[:2])
        for backward in (False, True)
    )
    assert (back.drawn_from, back.drawn_like) == ("Wide", "Content")
    assert forth.truth[0] is not None
    assert np.array_equal(back.content[0, 0], forth.truth[0])
    assert back.truth[0] is not None
    assert np.array_equal(back.truth[0], forth.content[0, 0])
    assert not np.array_equal(back.images, forth.images)


def test_pictures_are_cleaned_if_that_is_wanted(trained: dict[str, Path]) -> None:
    drawer = Drawer(trained["pix2pix"], device="cpu")
    plain, levelled = drawer.draw(CODES[:2]).images, drawer.draw(CODES[:2], "levels").images
    assert not np.array_equal(plain, levelled)
    assert (levelled[plain <= 64] == 0).all()


@pytest.mark.parametrize(
    ("name", "asked", "words"),
    [
        ("pix2pix", {"reference": "x.ttf"}, "draws only styles that it has learnt: omit reference, or"),
        ("pix2pix", {"backward": True}, "has learnt one direction only: omit backward"),
        ("wnet", {"style": "wide", "reference": "x.ttf"}, "pass either style or reference"),
        ("pix2pix", {"style": "narrow"}, "was not learnt"),
    ],
)
def test_what_a_model_cannot_do_is_refused(
    trained: dict[str, Path], name: str, asked: dict[str, Any], words: str
) -> None:
    with pytest.raises(FontganError, match=words):
        Drawer(trained[name], **asked)


def test_a_style_that_is_gone_can_be_shown_again(trained: dict[str, Path], tmp_path: Path) -> None:
    font = trained["wnet"].parents[3] / "wide.ttf"
    moved = Path(shutil.move(font, tmp_path / "moved.ttf"))
    try:
        with pytest.raises(FontganError, match=r"wide.ttf is missing, and wnet needs .* with reference$"):
            Drawer(trained["wnet"], device="cpu").draw(CODES[:2])
        assert Drawer(trained["wnet"], reference=moved, device="cpu").draw(CODES[:2]).drawn_like == "Wide"
    finally:
        shutil.move(moved, font)


def test_the_denoiser_leaves_its_first_stage_as_it_was(trained: dict[str, Path]) -> None:
    from fontgan.runs.weights import load_checkpoint

    first, _ = load_checkpoint(trained["pix2pix"])
    both, record = load_checkpoint(trained["denoiser"])
    assert record.first is not None
    kept = both.get_submodule("first").state_dict()
    assert all(torch.equal(value, kept[key]) for key, value in first.state_dict().items())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stage1": "zi2zi"}, "a run of zi2zi, which a denoiser cannot clean: use a stage1 of autoencoder"),
        ({"stage1": "denoiser"}, "a run of denoiser, which a denoiser cannot clean"),
        ({"stage1": "pix2pix", "style": "narrow"}, "was trained on Wide, but the style to learn is Narrow"),
        ({"stage1": "none"}, "there is no run or checkpoint"),
    ],
)
def test_a_first_stage_that_does_not_fit_is_told(
    trained: dict[str, Path], tmp_path: Path, changes: dict[str, str], words: str
) -> None:
    folder = trained["pix2pix"].parents[3]
    plan = TrainingPlan(
        model="denoiser", data=folder / "glyphs.lmdb", run=tmp_path / "run", steps=1, device="cpu"
    )
    plan = replace(plan, stage1=folder / changes["stage1"], style=changes.get("style"))
    with pytest.raises(FontganError, match=words):
        list(run_training(Decision(plan, small_settings("denoiser", "default"))))
    assert not (tmp_path / "run").exists()

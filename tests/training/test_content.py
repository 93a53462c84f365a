"""Which faces give the content is what the training run says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from fontgan.config.settings import TrainingPlan
from fontgan.data.render import render_dataset
from fontgan.errors import FontganError
from fontgan.fonts.location import FontLocation
from fontgan.training.decision import decide
from fontgan.training.preparation import prepared
from tests.helpers import Command
from tests.models.small import small_settings
from tests.toy_fonts import build_font

CODES = [*range(0x4E00, 0x4E80)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Content fonts a and b, which share the characters, and styles c and d."""
    paths = [
        build_font(tmp_path / "a.ttf", CODES[:80], "A"),
        build_font(tmp_path / "b.ttf", CODES[60:], "B", width=300),
        build_font(tmp_path / "c.ttf", CODES, "C", raised=50),
        build_font(tmp_path / "d.ttf", CODES[::2], "D", width=200),
    ]
    fonts = [FontLocation(path) for path in paths]
    render_dataset(fonts[:2], fonts[2:], CODES, 64, tmp_path / "g.lmdb")
    return tmp_path / "g.lmdb"


def faces(data: Path, model: str = "pix2pix", **plan: Any) -> tuple[list[str], list[str]]:
    """The faces that give the content, and those that are learnt."""
    settings = small_settings(model, "default")
    with prepared(TrainingPlan(model=model, data=data, device="cpu", threads=1, **plan), settings) as ready:
        return [face.key for face in ready.contents], [face.key for face in ready.styles]


def test_content_and_style_are_the_datasets_own_unless_they_are_named(data: Path) -> None:
    assert faces(data) == (["a", "b"], ["c"])
    assert faces(data, content=("b",)) == (["b"], ["c"])
    assert faces(data, content=("c",)) == (["c"], ["d"])  # c cannot be learnt from itself
    assert faces(data, content=("d", "c"), style="a") == (["d", "c"], ["a"])
    assert faces(data, "zi2zi", content=("c",)) == (["c"], ["d"])


def test_the_content_is_drawn_by_the_faces_that_were_named(data: Path) -> None:
    settings = small_settings("pix2pix", "default")
    plan = TrainingPlan(data=data, device="cpu", threads=1, content=("d",), style="c")
    with prepared(plan, settings) as ready:
        view = ready.views["train"]
        keys = [("d", code) for code in view.codes_a.tolist()]
        assert torch.equal(view.content()[:, 0], torch.from_numpy(ready.store.glyphs(keys)))


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"style": "a"}, "a cannot be both content and style: choose other faces with content or style"),
        ({"content": ("a", "c"), "style": "c"}, "c cannot be both content and style"),
        ({"content": ("e",)}, "the dataset has no face 'e'"),
        ({"style": "nobody"}, "the dataset has no face 'nobody'"),
        ({"content": ("c", "d")}, "has no face left to learn: pass it with style"),
    ],
)
def test_faces_that_cannot_be_meant_are_refused(data: Path, plan: dict[str, Any], words: str) -> None:
    with pytest.raises(FontganError, match=words):
        faces(data, **plan)


def test_the_options_are_settings_that_decide_the_weights(data: Path, type_command: Command) -> None:
    plan = decide({"content": ["b", "a"], "stacked": True}, {}).plan
    assert plan.content == ("b", "a")
    assert plan.stacked
    assert decide({}, {"content": "b,a"}).plan.content == ("b", "a")
    assert all(TrainingPlan.__dataclass_fields__[name].metadata["decides"] for name in ("content", "stacked"))
    status, _, err = type_command(
        "train", "--data", str(data), "--content", "c", "--content", "d", "--style", "d", "--dry-run"
    )
    assert status == 1
    assert err.strip().endswith(
        "d cannot be both content and style: choose other faces with --content or --style"
    )

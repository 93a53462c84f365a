"""`fontgan evaluate`: what it prints, and what it leaves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from torch import nn

from tests.helpers import Command, draw_with
from tests.judging.untaught import save_recogniser
from tests.toy_fonts import CHARACTERS

GIVEN = ("--checkpoint", "run", "--device", "cpu")
FILES = ["best.png", "evaluation.json", "median.png", "worst.png"]


@pytest.fixture(autouse=True)
def here(folder_with_run: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a run that copies the content, and a judge of random weights."""
    draw_with(nn.Identity(), monkeypatch)
    judge = save_recogniser(folder_with_run / "judge.safetensors", "".join(map(chr, CHARACTERS)))
    monkeypatch.setattr("fontgan.judging.recogniser.bundled_weights", lambda _: judge)
    return folder_with_run


def test_a_table_of_80_columns_and_sheets(
    here: Path, type_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    status, out, err = type_command("evaluate", *GIVEN)
    assert status == 0, err
    lines = out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[-4:] == [
        f"evaluated/run/{name}" for name in ("evaluation.json", "best.png", "median.png", "worst.png")
    ]
    (headings,) = {tuple(line.split()) for line in lines if line.split()[:1] == ["model"]}
    assert headings == ("model", "10", "%", "50", "%", "90", "%", "copy", "nearest", "style")
    (iou,) = [line.split() for line in lines if line.startswith("IoU ↑")]
    assert iou[2] == iou[6]  # it copies the content
    assert iou[-1] == "1.000"
    assert any(line.startswith("Chamfer, em ↓") for line in lines)
    assert sorted(path.name for path in (here / "evaluated" / "run").iterdir()) == FILES


def test_json_stands_alone_on_standard_output(here: Path, type_command: Command) -> None:
    status, out, err = type_command("evaluate", *GIVEN, "--json", "--output", "out")
    assert status == 0, err
    figures = json.loads(out)
    assert sorted(figures.pop("files")) == [f"out/{name}" for name in FILES]
    assert figures == json.loads((here / "out" / "evaluation.json").read_text("utf-8"))
    for side in ("model", "copy", "nearest", "style"):
        assert {"iou", "fixed_l1", "l1", "rmse", "ssim", "grey", "content_accuracy"} <= set(figures[side])
    assert sorted(path.name for path in (here / "out").iterdir()) == FILES


def test_characters_that_were_learnt_are_named_and_omitted(type_command: Command) -> None:
    status, out, err = type_command(
        "evaluate", *GIVEN, "--json", "--chars", "".join(map(chr, CHARACTERS[:40]))
    )
    assert status == 0, err
    assert "note: omitted: learnt from, so they prove nothing:" in err
    assert 0 < len(json.loads(out)["characters"]) < 40


def test_mistakes_are_named_before_anything_is_drawn(here: Path, type_command: Command) -> None:
    (here / "file").touch()
    status, _, err = type_command("evaluate", *GIVEN, "--output", "file")
    assert (status, err) == (1, "error: file is a file, not a folder: choose another --output\n")
    (here / "style.ttf").unlink()
    status, _, err = type_command("evaluate", *GIVEN)
    assert status == 1
    assert "error: the style font of run is missing" in err
    assert err.rstrip().endswith("or pass a font that has its glyphs with --truth")

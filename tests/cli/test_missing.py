"""A run without its dataset or its fonts: commands that judge it use the rest, and name what is missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from torch import nn

from tests.cli.test_commands import fails
from tests.helpers import Command, draw_with
from tests.judging.toys import judge_with_toys
from tests.judging.untaught import save_recogniser
from tests.report.pages import Page
from tests.toy_fonts import CHARACTERS

ON_CPU = ("--device", "cpu")
WITH_RUN = ("--checkpoint", "run", *ON_CPU)


@pytest.fixture(autouse=True)
def here(folder_with_run: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two finished runs of the same fonts and no dataset."""
    shutil.copytree("run", "other")
    Path("glyphs.lmdb").unlink()
    draw_with(nn.Identity(), monkeypatch)
    judge_with_toys(monkeypatch)
    judge = save_recogniser(folder_with_run / "judge.safetensors", "".join(map(chr, CHARACTERS)))
    monkeypatch.setattr("fontgan.judging.recogniser.bundled_weights", lambda _: judge)
    return folder_with_run


def notes_of_page(type_command: Command) -> list[str]:
    status, out, _ = type_command("report", "run", *ON_CPU)
    assert status == 0
    return Page(Path(out.strip()).read_text(encoding="utf-8")).all("li")


@pytest.mark.slow
def test_nothing_is_lost_with_the_dataset(type_command: Command) -> None:
    for words in (("check", "--chars", "一丁", *WITH_RUN), ("evaluate", *WITH_RUN)):
        status, _, err = type_command(*words)
        assert status == 0, err
    assert not any("missing" in note for note in notes_of_page(type_command))


def test_without_the_style_font_there_is_nothing_to_measure_by(type_command: Command) -> None:
    Path("style.ttf").unlink()
    lost = "the style font of run is missing, so there are no true glyphs to compare with"
    fails(type_command("evaluate", *WITH_RUN), lost)
    fails(type_command("compare", "run", "other"), lost)
    said = type_command("compare", "run", "other")[2]
    assert said.rstrip().endswith("put its fonts into the current folder, or omit that run")
    status, _, err = type_command("check", "--chars", "一丁", *WITH_RUN)
    assert status == 0
    assert "has 0 glyphs to compare with, fewer than 10" in " ".join(err.split())
    assert any(note.startswith(lost) for note in notes_of_page(type_command))


def test_without_the_content_font_nothing_can_be_drawn(type_command: Command) -> None:
    Path("content.ttf").unlink()
    for words in (
        ("check", "--chars", "一丁", *WITH_RUN),
        ("evaluate", *WITH_RUN),
        ("compare", "run", "other"),
        ("inspect", "run", "--units"),
    ):
        fails(type_command(*words), "content.ttf is missing: move it into the current folder, or pass")
    assert any(note.endswith("content.ttf is missing") for note in notes_of_page(type_command))
    assert not any(Path(name).exists() for name in ("checked", "evaluated", "compared"))

"""`fontgan check`: what it writes and says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from torch import Tensor, nn

from tests.helpers import Command, draw_with
from tests.judging.toys import judge_with_toys

GIVEN = ("--checkpoint", "run", "--device", "cpu")


class FirstBlank(nn.Module):
    """Copies the content, but for the first image, which becomes paper."""

    def forward(self, content: Tensor) -> Tensor:
        drawn = content.clone()
        drawn[0] = 1
        return drawn


@pytest.fixture
def here(folder_with_run: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a run that draws one image blank, and its fonts."""
    draw_with(FirstBlank(), monkeypatch)
    judge_with_toys(monkeypatch)
    return folder_with_run


def test_doubtful_characters_are_listed_and_shown(here: Path, type_command: Command) -> None:
    status, out, err = type_command("check", "--chars", "A一丁丂", *GIVEN)
    said = " ".join(err.split())
    assert (status, out.splitlines()) == (
        0,
        [f"checked/run/{name}" for name in ("sheet.png", "doubtful.tsv", "doubtful.txt")],
    ), err
    assert "1 of 3 characters are doubtful; so would be 5 % of" in said
    assert "the image is blank" in said
    assert "omitted: the content font does not have A U+0041" in said
    assert "judged without the recogniser" in said
    folder = here / "checked" / "run"
    assert (folder / "doubtful.txt").read_text("utf-8") == "一\n"
    heading, row = (folder / "doubtful.tsv").read_text("utf-8").splitlines()
    assert heading.split("\t")[:2] == ["character", "code_point"]
    assert row.split("\t") == ["一", "U+4E00", "", "", "", "the image is blank"]
    with Image.open(folder / "sheet.png") as sheet:
        assert sheet.mode == "RGB"


def test_where_nothing_is_doubtful_nothing_of_an_earlier_check_stays(
    here: Path, type_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_command("check", "--chars", "一丁", *GIVEN)
    draw_with(nn.Identity(), monkeypatch)
    status, out, err = type_command("check", "--chars", "一丁", *GIVEN)
    assert (status, out) == (0, "checked/run/doubtful.tsv\n")
    assert "0 of 2 characters are doubtful" in " ".join(err.split())
    assert [path.name for path in (here / "checked" / "run").iterdir()] == ["doubtful.tsv"]


@pytest.mark.usefixtures("here")
def test_the_result_as_json(type_command: Command) -> None:
    status, out, _ = type_command("check", "--chars", "一丁", "--json", "--output", "out", *GIVEN)
    plain = json.loads(out)
    assert (status, plain["run"], plain["drawn"]) == (0, "run", 2)
    assert plain["files"][0] == "out/sheet.png"
    assert [doubt["code_point"] for doubt in plain["doubtful"]] == ["U+4E00"]
    assert Path("out/sheet.png").is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--output", "content.ttf"), "content.ttf is a file, not a folder: choose another --output"),
        (("--false-alarms", "0"), "is not between 0 and 100: choose another --false-alarms, such as 5"),
        (("--chars", "gb2312-3"), "did you mean"),
        (("--chars", "AB"), "cannot draw A U+0041, B U+0042"),
    ],
)
def test_mistakes_leave_nothing_behind(
    here: Path, type_command: Command, words: tuple[str, ...], message: str
) -> None:
    status, out, err = type_command("check", "--chars", "一", *GIVEN, *words)
    assert (status, out) == (1, "")
    assert message in " ".join(err.split())
    assert not (here / "checked").exists()

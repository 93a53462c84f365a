"""`fontgan generate`: what it leaves, and what it says about what it left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers import Command


@pytest.fixture
def here(folder_with_run: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a run and its fonts, where a sheet shows two characters."""
    for module in ("drawing.drawing", "report.glyphs"):
        monkeypatch.setattr(f"fontgan.{module}.MOST_ON_SHEET", 2)
    return folder_with_run


def test_a_sheet_alone_says_what_it_does_not_show(here: Path, type_command: Command) -> None:
    note = "the sheet shows the first 2 of 3 characters: name a folder with --output"
    for chars, output, noted in (("一丁丂", "a.png", True), ("一丁", "b.png", False), ("一丁丂", "c", False)):
        given = ("--chars", chars, "--checkpoint", "run", "--output", output, "--device", "cpu")
        status, out, err = type_command("generate", *given)
        assert (status, out.splitlines()[0]) == (
            0,
            output if output.endswith("png") else f"{output}/sheet.png",
        )
        assert (note in " ".join(err.split())) == noted
    assert len(list((here / "c" / "glyphs").iterdir())) == 3


def test_what_the_content_font_lacks_is_named_and_the_rest_is_drawn(
    here: Path, type_command: Command
) -> None:
    given = ("--checkpoint", "run", "--output", "out", "--device", "cpu")
    status, _, err = type_command("generate", "--chars", "A一B", *given)
    assert status == 0
    assert "omitted: the content font does not have A U+0041, B U+0042" in " ".join(err.split())
    assert [path.name for path in (here / "out" / "glyphs").iterdir()] == ["U+4E00.png"]

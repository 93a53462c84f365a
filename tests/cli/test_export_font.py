"""`fontgan export-font`: what it writes and says."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from torch import nn

from tests.helpers import Command, draw_with
from tests.toy_fonts import build_font


@pytest.fixture
def here(folder_with_run: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a run, whose network copies its content, and its fonts."""
    draw_with(nn.Identity(), monkeypatch)
    return folder_with_run


def export(type_command: Command, *words: str) -> tuple[int, list[str], str]:
    """The status, the paths, and the messages as one line."""
    status, out, err = type_command("export-font", "--checkpoint", "run", "--device", "cpu", *words)
    return status, out.splitlines(), " ".join(err.split())


@pytest.mark.usefixtures("here")
def test_a_new_font_is_called_as_the_run_and_says_what_is_not_in_it(type_command: Command) -> None:
    status, paths, messages = export(type_command, "--chars", "A一丁")
    assert (status, paths[:2]) == (0, ["fonts/run-Regular.ttf", "fonts/run-Regular.html"])
    assert {0x4E00, 0x4E01, 0x20} <= TTFont(paths[0]).getBestCmap().keys()
    assert "omitted: the content font does not have A U+0041" in messages
    assert "2 new characters in the font" in messages
    assert "drawn from" in messages


def test_a_font_is_extended_by_what_it_lacks(here: Path, type_command: Command) -> None:
    build_font(here / "own.ttf", [0x4E00], "Own")
    before = (here / "own.ttf").read_bytes()
    status, paths, messages = export(type_command, "--chars", "一丁丂", "--merge", "own.ttf")
    assert (status, paths[0]) == (0, "fonts/own.ttf")
    assert {0x4E00, 0x4E01, 0x4E02} <= TTFont(paths[0]).getBestCmap().keys()
    assert "kept: the font has 一 U+4E00" in messages
    assert "glyf: changed (2 glyphs appended behind the old bytes)" in messages
    assert (here / "own.ttf").read_bytes() == before
    status, _, messages = export(type_command, "--chars", "一", "--merge", "own.ttf", "--output", "own.ttf")
    assert (status, "is the font that is extended: choose another --output" in messages) == (1, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--family", "x" * 40), "--family"),
        (("--output", "hand.zip"), "is not named as a font"),
        (("--replace",), "pass it with --merge"),
        (("--merge", "none.ttf"), "there is no font file or folder none.ttf"),
        (("--copy", "cjk-punctation"), "did you mean 'cjk-punctuation'?"),
    ],
)
def test_mistakes_leave_nothing_behind(
    here: Path, type_command: Command, words: tuple[str, ...], message: str
) -> None:
    status, paths, messages = export(type_command, "--chars", "一", *words)
    assert (status, paths) == (1, [])
    assert messages.count("error: ") == 1
    assert message in messages
    assert not list(here.glob("fonts/*"))

"""`fontgan export-font`: what it writes and says."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from fontTools.ttLib import TTFont
from torch import Tensor, nn

from tests.helpers import Command, draw_with
from tests.judging.toys import judge_with_toys
from tests.toy_fonts import build_font


@pytest.fixture
def here(folder_with_run: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a run, whose network copies its content, and its fonts."""
    draw_with(nn.Identity(), monkeypatch)
    judge_with_toys(monkeypatch)
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
        (("--chars", ""), "error: "),
        (("--chars", "AB"), "cannot draw A U+0041, B U+0042"),
        (("--family", "My (own) Hand"), "has '(', which the PostScript name of a font cannot have"),
        (("--merge", "style.ttf", "--family-zh", "我"), "a Chinese family name alone: pass --family too"),
        (("--merge", "style.ttf"), "style.ttf already draws all of these 1 characters"),
        (("--merge", "content.ttf", "--chars", "missing:一"), "error: "),
        (("--output", "content.ttf"), "content.ttf is a font that is drawn from: choose another --output"),
        (("--output", "content.ttf/a.ttf"), "content.ttf is a file, not a folder"),
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


@pytest.fixture
def never_drawn(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder, where nothing may be drawn."""

    def parts(*_: object) -> None:
        pytest.fail("it was drawn before it was refused")

    monkeypatch.setattr("fontgan.drawing.drawer.Drawer.parts", parts)
    return here


def _restricted(path: Path) -> None:
    font = TTFont(build_font(path, [0x4E00]))
    font["OS/2"].fsType = 2
    font.save(path)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            _restricted,
            "embedding bits of Toy forbid to change it without its owner's permission: pass --perm",
        ),
        (lambda path: path.write_bytes(build_font(path).read_bytes()[:900]), "is cut short"),
        (build_font, "has 65 glyphs, which leaves no room for 2 more: a font has up to 66: choose up to 1"),
    ],
)
def test_a_font_that_cannot_be_extended_is_refused_before_anything_is_drawn(
    never_drawn: Path,
    type_command: Command,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[Path], object],
    message: str,
) -> None:
    monkeypatch.setattr("fontgan.building.merge.MOST_GLYPHS", 66)
    make(never_drawn / "own.ttf")
    status, paths, messages = export(type_command, "--chars", "乀乁", "--merge", "own.ttf")
    assert (status, paths) == (1, [])
    assert message in messages


def test_a_folder_without_permission_is_refused_before_anything_is_drawn(
    never_drawn: Path, type_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "os.access", lambda _, mode, **__: mode != os.W_OK
    )  # who runs tests may be permitted everything
    status, _, messages = export(type_command, "--chars", "一", "--output", "fonts/new/hand.ttf")
    assert (status, f"{never_drawn} cannot be written (Permission denied)" in messages) == (1, True)


class FirstBlack(nn.Module):
    """Copies the content, but for the first image, which becomes ink."""

    def forward(self, content: Tensor) -> Tensor:
        return torch.cat([content[:1] * 0, content[1:]])


def test_doubtful_characters_are_listed_or_omitted(
    here: Path, type_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_with(FirstBlack(), monkeypatch)
    status, paths, messages = export(type_command, "--chars", "一丁")
    assert (status, paths[-1]) == (0, "fonts/run-Regular-doubtful.txt")
    assert "to look at: the strokes or the outline may be wrong of 一 U+4E00" in messages
    listed = (here / paths[-1]).read_text(encoding="utf-8")
    assert listed.startswith("一 U+4E00 uni4E00: the image is almost all ink")
    assert {0x4E00, 0x4E01} <= TTFont(paths[0]).getBestCmap().keys()
    status, paths, messages = export(type_command, "--chars", "一丁", "--omit-doubtful")
    assert (status, paths[-1]) == (0, "fonts/run-Regular-doubtful.txt")
    assert "omitted: no outline, or doubtful: 一 U+4E00" in messages
    assert (here / paths[-1]).read_text(encoding="utf-8") == listed
    assert 0x4E00 not in TTFont(paths[0]).getBestCmap()


class SecondMissing(nn.Module):
    """Copies the content, but for the second image, which keeps a few rows of its ink."""

    def forward(self, content: Tensor) -> Tensor:
        drawn = content.clone()
        rows = (content[1, 0] < 0.5).nonzero()[:, 0]
        drawn[1, :, : int(rows.max()) - 5] = 1
        return drawn


def test_strokes_are_checked_unless_that_is_omitted(
    here: Path, type_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_with(SecondMissing(), monkeypatch)
    status, paths, messages = export(type_command, "--chars", "一丁", "--ufo")
    assert (status, paths[-1]) == (0, "fonts/run-Regular-doubtful.txt"), messages
    assert "may be wrong of 丁 U+4E01" in messages
    listed = (here / paths[-1]).read_text(encoding="utf-8")
    assert listed.startswith("丁 U+4E01 uni4E01: ink missing")
    marked = (here / "fonts" / "run-Regular.ufo" / "glyphs" / "uni4E_01.glif").read_text(encoding="utf-8")
    assert "markColor" in marked
    assert "ink missing" in marked
    assert "ink missing" in (here / "fonts" / "run-Regular.html").read_text(encoding="utf-8")
    export(type_command, "--chars", "一丁", "--omit-doubtful")
    assert 0x4E01 not in TTFont("fonts/run-Regular.ttf").getBestCmap()
    monkeypatch.setattr("fontgan.judging.doubts.Checker.__init__", lambda *_: pytest.fail("it was checked"))
    status, paths, _ = export(type_command, "--chars", "一丁", "--no-check")
    assert (status, paths) == (0, ["fonts/run-Regular.ttf", "fonts/run-Regular.html"])

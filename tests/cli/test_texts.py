"""Texts that others wrote reach a terminal printable: names of files and fonts, records, logs, arguments."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from fontgan.cli.console import Bar
from fontgan.runs.folder import Run
from fontgan.runs.log import Progressed
from tests.helpers import Command
from tests.toy_fonts import build_font

# Sets the window's title, breaks the line, reverses what follows, and is markup and an emoji to Rich.
HOSTILE = "\x1b]0;x\x07\n\u202e[red]:smile:"
CODES = list(range(0x4E00, 0x4E80))
QUICK = ("--steps", "2", "--set", "widths=8,16", "--device", "cpu", "--best-by", "newest")


def assert_printable(text: str) -> None:
    """Nothing in it that a terminal would obey, but line breaks."""
    obeyed = {
        char for char in text if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp")
    }
    assert not obeyed, (obeyed, text)


@pytest.mark.slow
def test_no_command_prints_what_a_terminal_obeys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, type_command: Command
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("content", "style"):
        build_font(
            Path(f"{name}{HOSTILE}.ttf"), CODES, f"{name} {HOSTILE}", raised=90 if name == "style" else 0
        )
    content, style, store, run = (
        f"content{HOSTILE}.ttf",
        f"style{HOSTILE}.ttf",
        f"{HOSTILE}.lmdb",
        f"run{HOSTILE}",
    )
    characters = "".join(map(chr, CODES))
    fonts = ("--source", content, "--target", style)
    for words, seen in (
        (("render-dataset", *fonts, "--charset", characters, "--output", store), "u001b]0;x"),
        (("inspect", content, "--charset", HOSTILE), "u001b]0;x"),
        (("inspect", content, "--json"), "u001b]0;x"),
        (("inspect", store, "--verify"), "u001b]0;x"),
        (("inspect", store, "--json"), "u001b]0;x"),
        (("train", *QUICK, "--data", store, "--dry-run"), "u001b]0;x"),
        (("train", *QUICK, "--data", store, "--run", run), "u001b]0;x"),
        (("inspect", run), "u001b]0;x"),
        (("inspect", run, "--json"), "u001b]0;x"),
        (("generate", "--checkpoint", run, "--output", f"{HOSTILE}.png", "--chars", "一"), "u001b]0;x"),
        (("plot", run), "u001b]0;x"),
    ):
        status, out, err = type_command(*words)
        assert status == 0, err
        assert_printable(out + err)
        assert seen in out + err, words


@pytest.mark.parametrize(
    "words",
    [
        (HOSTILE,),
        ("inspect", HOSTILE),
        ("generate", "--checkpoint", HOSTILE),
        ("plot", HOSTILE),
        ("train", "--model", HOSTILE),
        ("train", "--data", HOSTILE),
        ("train", "--set", f"{HOSTILE}=1"),
        ("train", "--minutes", HOSTILE),
        ("render-dataset", "--charset", HOSTILE, "--source", HOSTILE),
    ],
)
def test_what_was_typed_is_repeated_printable(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, type_command: Command
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = type_command(*words)
    assert status in (1, 2)
    assert_printable(out + err)
    assert status == 2 or len(err.splitlines()) == 1


@pytest.mark.slow
def test_a_log_of_a_stranger_is_plotted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, type_command: Command
) -> None:
    """A `$` begins a formula in matplotlib's texts, and it warns of characters that its fonts lack."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / f"_$x^{HOSTILE}"
    folder.mkdir()
    (folder / "config.toml").touch()
    figures = {HOSTILE: 1.0, "$x^_": 2.0, "\U0001f600": 3.0}
    Run(folder).log.write(Progressed(1, 0.5, figures, figures, {}, 10.0, 1.0))
    status, out, err = type_command("plot", folder.name)
    assert (status, err) == (0, "")
    assert_printable(out)


def test_a_bar_is_titled_by_a_font(capsys: pytest.CaptureFixture[str]) -> None:
    with Bar("glyphs") as bar:
        bar.start(HOSTILE, 1)
        bar.advance()
    shown = capsys.readouterr().err
    assert_printable(shown)
    assert "[red]:smile:" in shown

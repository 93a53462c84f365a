"""How commands end: the exit status, and one line for each mistake, whatever happens."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fontgan.errors import FontganError, MistakesError
from tests.helpers import Command

FULL = Path("/dev/full")
LONG = "a" * 300  # more than a file system allows for a name


def typed(
    *words: str | bytes, environment: dict[str, str], stdout: Any = subprocess.PIPE, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "fontgan", *words],
        check=False,
        text=True,
        stdout=stdout,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env=os.environ | environment,
    )


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "buffered"), [("models", True), ("--help", True), ("--help", False), ("--version", True)]
)
def test_a_full_standard_output_is_one_line(words: str, buffered: bool) -> None:
    with FULL.open("w") as full:
        done = typed(words, environment={"PYTHONUNBUFFERED": "" if buffered else "1"}, stdout=full)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "No space left on device" in done.stderr


@pytest.mark.slow
def test_a_locale_without_chinese_prints_escapes_and_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert typed("models", environment=ascii_only).returncode == 0
    refused = typed("generate", "--chars", "永".encode(), cwd=tmp_path, environment=ascii_only)
    assert refused.returncode == 1
    assert refused.stderr == "error: \\udce6\\udcb0\\udcb8 is not text in ASCII: set PYTHONUTF8=1\n"
    # What --chars is by default has to be looked for as a file.
    script = "from fontgan.fonts.charset import parse_charset; print(len(parse_charset('\\u6c38\\u548c')))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | ascii_only,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "2\n"


@pytest.mark.parametrize("option", ["--chars", "--output", "--checkpoint"])
def test_arguments_that_are_not_text_are_one_line(option: str, type_command: Command) -> None:
    status, out, err = type_command("generate", option, os.fsdecode("春".encode("gb18030")))
    assert (status, out) == (1, "")
    assert err == "error: \\udcb4\\udcba is not text in UTF-8: type it in UTF-8, or rename the file\n"


@pytest.mark.parametrize(
    "words",
    [
        ("render-dataset", "--output", LONG),
        ("render-dataset", "--source", LONG),
        ("train", "--data", LONG),
        ("train", "--run", LONG, "--resume"),
        ("generate", "--checkpoint", LONG),
        ("inspect", LONG),
        ("plot", LONG),
    ],
)
def test_a_name_that_is_too_long_is_one_line(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, type_command: Command
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = type_command(*words)
    assert (status, out) == (1, "")
    last = err.splitlines()[-1]
    assert last.startswith("error: ")
    assert "too long for the name of a file: choose a shorter one" in last or LONG in last
    assert "config.toml" not in last
    assert not list(tmp_path.rglob("*a"))


def ends_with(
    monkeypatch: pytest.MonkeyPatch, type_command: Command, error: BaseException
) -> tuple[int, str]:
    """Status and messages of a command that fails this way."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("fontgan.fonts.charset.parse_charset", fail)
    status, out, err = type_command("render-dataset")
    assert out == ""
    return status, err


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OSError(28, "No space left on device", "data/x"), "error: No space left on device: data/x"),
        (OSError(5, "Input/output error"), "error: Input/output error"),
        (OSError(28, "No space left on device"), "error: standard output cannot be written (No space left"),
        (MemoryError(), "error: memory ran out: close other programs, or ask for less at a time"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: …"), "error: memory ran out: "),
        (RecursionError("too deep"), "error: fontgan failed (RecursionError: too deep): "),
        (KeyError("a\nb" * 1000), "error: fontgan failed (KeyError: "),
        (UnicodeEncodeError("utf-8", "\udcff", 0, 1, "no"), "error: a name or a text is not UTF-8"),
        (UnicodeEncodeError("ascii", "永", 0, 1, "no"), "error: a name or a text cannot be spelt in ascii"),
    ],
)
def test_what_nobody_foresaw_is_one_line_too(
    error: Exception, line: str, monkeypatch: pytest.MonkeyPatch, type_command: Command
) -> None:
    status, err = ends_with(monkeypatch, type_command, error)
    assert status == 1
    assert err.startswith(line)
    assert err.count("\n") == 1
    assert len(err) < 500


def test_each_of_several_mistakes_has_its_line(
    monkeypatch: pytest.MonkeyPatch, type_command: Command
) -> None:
    several = MistakesError(["one; two", FontganError("three {x}", "use {source} {it}", it="{y}")])
    assert str(several) == "one; two; three {x}: use source {y}"
    status, err = ends_with(monkeypatch, type_command, several)
    assert (status, err) == (1, "error: one; two\nerror: three {x}: use --source {y}\n")


def test_ctrl_c_while_the_command_is_imported(monkeypatch: pytest.MonkeyPatch, type_command: Command) -> None:
    class Interrupted:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "fontgan.cli.commands":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "fontgan.cli.commands", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupted(), *sys.meta_path])
    status, out, err = type_command("--help")
    assert (status, out, err) == (130, "", "interrupted: existing files were left unchanged\n")


def test_a_traceback_is_printable(capsys: pytest.CaptureFixture[str]) -> None:
    from fontgan.cli.ending import run

    sys_argv, sys.argv = sys.argv, ["fontgan", "--traceback"]
    hook = sys.excepthook

    def fail(**_: object) -> None:
        raise FontganError("\x1b[31m red")

    try:
        with pytest.raises(FontganError) as caught:
            run(fail)
        sys.excepthook(caught.type, caught.value, caught.tb)
    finally:
        sys.argv, sys.excepthook = sys_argv, hook
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert "\\u001b[31m red" in shown
    assert "\x1b" not in shown


def test_nothing_else_is_imported_before_ctrl_c_is_answered() -> None:
    code = "import sys; before = {*sys.modules}; import fontgan.cli; print(*sorted({*sys.modules} - before))"
    done = subprocess.run([sys.executable, "-c", code], check=True, text=True, stdout=subprocess.PIPE)
    assert {*done.stdout.split()} <= {"__future__", "fontgan", "fontgan.cli"}

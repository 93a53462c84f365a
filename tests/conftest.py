"""The fixtures of many tests."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Before torch is imported: test processes share the cores, and threads of one would wait for another.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from tests.helpers import Command, make_toy_store

# A test may take as long as it must: the machine may be busy with others.
settings.register_profile("fontgan", deadline=None)
settings.load_profile("fontgan")


@pytest.fixture
def toy_store(tmp_path: Path) -> Path:
    """A glyph store of two toy fonts, the style narrower than the content."""
    return make_toy_store(tmp_path)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, with the usual dataset, of 128 characters in two toy fonts."""
    make_toy_store(tmp_path, list(range(0x4E00, 0x4E80)))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def interrupts() -> Iterator[None]:
    """Ctrl-C interrupts, as in a terminal: a shell lets its background jobs ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def type_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run `fontgan` with arguments, in this process: (exit status, standard output, standard error)."""

    def run(*arguments: str) -> tuple[int, str, str]:
        from fontgan.cli import main

        monkeypatch.setattr("sys.argv", ["fontgan", *arguments])
        capsys.readouterr()
        try:
            main()
            status = 0
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run

"""Where a training is tried."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import make_toy_store


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, with the usual dataset, of 128 characters in two toy fonts."""
    make_toy_store(tmp_path, list(range(0x4E00, 0x4E80)))
    monkeypatch.chdir(tmp_path)
    return tmp_path

"""A trained run to draw with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.fixture
def folder_with_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: it has the run `run`, with the fonts that this was trained on."""
    shutil.copytree(SAMPLES / "runs-4" / "pix2pix", tmp_path / "run")
    for path in (SAMPLES / "store-2").iterdir():
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path

"""docs/python.md and the README's Python, run as they stand; only the training is made short.

So that there is ink to trace, a network that copies the content draws.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from torch import nn

import fontgan
from tests.helpers import draw_with
from tests.test_readme import compare_little, prepare_fonts

ROOT = Path(__file__).parents[1]


def _blocks(page: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    short = re.sub(r"minutes=4|steps=200", "steps=2", text)
    return re.findall(r"```python\n(.*?)```", short, flags=re.DOTALL)


@pytest.mark.slow
def test_every_block_of_the_pages_runs_in_this_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    prepare_fonts(tmp_path)
    compare_little(monkeypatch)
    draw_with(nn.Identity(), monkeypatch)
    names: dict[str, Any] = {}
    for block in (*_blocks("docs/python.md"), *_blocks("README.md")):
        exec(compile(block, "docs", "exec"), names)
    assert "did you mean 'batch_size'?" in capsys.readouterr().out
    assert names["drawing"].images.shape == (2, 128, 128)
    assert names["finer"].record.base.name == "pix2pix-1"
    assert len(names["data"].faces) == 3
    assert names["made"].added == 4
    assert names["more"].kept == (ord("春"),)
    assert Path("永.svg").read_text(encoding="utf-8").startswith("<svg ")


def test_the_first_ten_lines_are_ten_at_most() -> None:
    assert len(_blocks("docs/python.md")[0].strip().splitlines()) <= 10


def test_every_public_name_is_on_the_page() -> None:
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    for name in fontgan.__all__:
        if not name.startswith("_") and name != "Drawing":
            assert f"fontgan.{name}" in page, name

"""The curves of a comparison."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from fontgan.judging.comparison import Cell
from fontgan.report.comparison_curves import save_comparison_curves
from tests.comparison.cells import cell, comparison


def _width(path: Path, *cells: Cell, swept: tuple[str, ...] = ()) -> int:
    save_comparison_curves(path, comparison(*cells, swept=swept), "kai")
    with Image.open(path) as image:
        return image.width


@pytest.mark.slow
def test_there_is_a_column_for_all_in_which_groups_differ(tmp_path: Path) -> None:
    path = tmp_path / "curves.png"
    alone = _width(path, cell("a"), cell("b"))
    assert _width(path, cell("a"), cell("b", flops=5000)) == 2 * alone
    assert _width(path, cell("a"), cell("b", flops=5000, learnt=300)) == 3 * alone
    swept = [cell("a", seed, iou=0.5 + seed / 10, settings={"residual": "0"}) for seed in (0, 1)]
    assert _width(path, *swept, cell("b", settings={"residual": "2"}), swept=("residual",)) == 2 * alone
    # A word has no place on an axis.
    words = [cell("a", settings={"tail": "tanh"}), cell("b", settings={"tail": "softmax"})]
    assert _width(path, *words, swept=("tail",)) == alone

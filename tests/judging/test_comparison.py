"""What a comparison found: groups of seeds, spreads, and the way to its file and back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from fontgan.errors import FontganError
from fontgan.judging.comparison import MOST_RESULTS, Comparison, Spread
from tests.comparison.cells import cell, comparison


def test_cells_that_differ_in_their_seeds_alone_are_a_group() -> None:
    found = comparison(cell("a", 0, 0.4), cell("b"), cell("a", 1, 0.6), cell("a", 2, failed="memory ran out"))
    first, second = found.groups("kai")
    assert (first.title, [each.seed for each in first.cells]) == ("a", [0, 1])
    spread = first.spread("iou")
    assert spread is not None
    assert [spread.mean, spread.deviation] == pytest.approx([0.5, 0.02**0.5])
    assert second.spread("iou") == Spread(0.5, None)
    assert second.spread("frechet", "copy") == Spread(2.0, None)
    assert second.spread("ssim") is None
    assert found.groups("song") == []
    assert [each.failed for each in found.failed] == ["memory ran out"]


def test_a_comparison_is_read_as_it_was_written() -> None:
    found = comparison(cell("a", settings={"residual": "0"}), cell("b", failed="why"), swept=("residual",))
    again = Comparison.from_json(json.dumps(found.to_json()), "it")
    assert replace(again, extra={}) == found


def test_a_comparison_is_bounded() -> None:
    many = cell("a", results=cell("a").results * (MOST_RESULTS // 2))
    assert len(comparison(many, many).cells) == 2
    with pytest.raises(FontganError, match="1,001 results has more than 1,000"):
        comparison(many, many, cell("b"))

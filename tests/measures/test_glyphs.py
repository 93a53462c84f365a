"""Measures of glyph pictures."""

from __future__ import annotations

import pytest
import torch

from fontgan.measures.glyphs import grey_share, ink_iou, measure


def page(rows: slice) -> torch.Tensor:
    picture = torch.ones(1, 1, 16, 16)
    picture[0, 0, rows] = 0
    return picture


def test_iou_of_overlapping_ink() -> None:
    assert float(ink_iou(page(slice(0, 4)), page(slice(2, 6)))) == pytest.approx(2 / 6)
    assert float(ink_iou(page(slice(0, 4)), page(slice(0, 4)))) == 1
    assert float(ink_iou(page(slice(0, 2)), page(slice(4, 6)))) == 0
    assert float(ink_iou(page(slice(0, 0)), page(slice(0, 0)))) == 1


def test_each_character_counts_alike() -> None:
    both = torch.cat((page(slice(0, 1)), page(slice(0, 8))))
    other = torch.cat((page(slice(1, 2)), page(slice(0, 8))))
    assert float(ink_iou(both, other)) == pytest.approx(0.5)


def test_grey_is_what_is_neither_ink_nor_paper() -> None:
    picture = torch.tensor([0.0, 0.05, 0.5, 0.95, 1.0, 0.2, 0.8, 1.0]).expand(1, 1, 8, 8)
    assert float(grey_share(picture)) == pytest.approx(3 / 8)


def test_the_same_picture_is_perfect() -> None:
    same = measure(page(slice(0, 3)), page(slice(0, 3)))
    assert (same.iou, same.fixed_l1, same.l1, same.grey) == (1, 0, 0, 0)

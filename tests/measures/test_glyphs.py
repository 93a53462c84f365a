"""Measures of glyph images, character by character."""

from __future__ import annotations

from typing import get_args

import pytest
import torch

from fontgan.config.settings import BestBy
from fontgan.losses.reconstruction import fixed_l1, l1, ssim
from fontgan.measures.glyphs import FUNCTIONS, grey_share, ink_iou, measure
from fontgan.measures.table import MEASURES, in_words


def page(rows: slice) -> torch.Tensor:
    image = torch.ones(1, 1, 16, 16)
    image[0, 0, rows] = 0
    return image


def some(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    images, targets = torch.rand(2, count, 1, 32, 32, generator=generator)
    return images, targets.round()


def test_iou_of_overlapping_ink() -> None:
    assert float(ink_iou(page(slice(0, 4)), page(slice(2, 6)))) == pytest.approx(2 / 6)
    assert float(ink_iou(page(slice(0, 4)), page(slice(0, 4)))) == 1
    assert float(ink_iou(page(slice(0, 2)), page(slice(4, 6)))) == 0
    assert float(ink_iou(page(slice(0, 0)), page(slice(0, 0)))) == 1


def test_each_character_has_a_value_of_its_own_and_counts_alike() -> None:
    both = torch.cat((page(slice(0, 1)), page(slice(0, 8))))
    other = torch.cat((page(slice(1, 2)), page(slice(0, 8))))
    found = measure(both, other)
    assert found.values["iou"].tolist() == [0, 1]
    assert found.means()["iou"] == pytest.approx(0.5)


def test_grey_is_what_is_neither_ink_nor_paper() -> None:
    image = torch.tensor([0.0, 0.05, 0.5, 0.95, 1.0, 0.2, 0.8, 1.0]).expand(1, 1, 8, 8)
    assert float(grey_share(image)) == pytest.approx(3 / 8)


def test_the_same_image_is_perfect() -> None:
    same = measure(page(slice(0, 3)), page(slice(0, 3))).means()
    assert [same[name] for name in ("iou", "fixed_l1", "l1", "ink", "grey")] == [1, 0, 0, 1, 0]
    assert same["ssim"] == pytest.approx(1)


@pytest.mark.parametrize("name", MEASURES)
def test_a_character_alone_measures_what_it_measures_among_many(name: str) -> None:
    images, targets = some(150)  # more than a batch
    found = measure(images, targets).values[name]
    assert found.shape == (150,)
    for place in (0, 63, 64, 149):
        alone = measure(images[place : place + 1], targets[place : place + 1]).values[name]
        assert torch.allclose(alone, found[place : place + 1], atol=1e-6)


def test_means_are_those_of_all_characters_at_once() -> None:
    images, targets = some(150)
    means = measure(images, targets).means()
    whole = {"fixed_l1": fixed_l1, "l1": l1, "ssim": ssim}
    for name, of in whole.items():
        assert means[name] == pytest.approx(float(of(images, targets).mean()), abs=1e-6)
    assert means["ink"] == pytest.approx(float((1 - images).mean() / (1 - targets).mean()), abs=1e-6)
    blank = measure(torch.ones_like(images), targets).means()
    assert (blank["ink"], blank["iou"]) == (0, 0)


def test_the_table_names_every_function_and_every_choice_of_the_best() -> None:
    assert set(MEASURES) == set(FUNCTIONS)
    comparable = {name for name, of in MEASURES.items() if of.better != "neither"}
    assert {*comparable, "newest"} == set(get_args(BestBy))


def test_better_ones_score_higher() -> None:
    assert MEASURES["iou"].score(0.6) > MEASURES["iou"].score(0.5)
    assert MEASURES["l1"].score(0.5) > MEASURES["l1"].score(0.6)


def test_measures_in_words() -> None:
    found = {"iou": 0.8125, "grey": 0.1, "fixed_l1": 0.25}
    assert in_words(found) == "IoU 0.812, fixed L1 0.250, grey 10.0%"
    assert in_words(found, "fixed_l1", "ssim") == "fixed L1 0.250"
    assert MEASURES["iou"].heading == "IoU ↑"

"""The measures of single characters that an evaluation adds."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from fontgan.measures.further import grey_distance, ink_dice, measure_further, ms_ssim, psnr, rmse
from fontgan.measures.glyphs import FUNCTIONS
from fontgan.measures.table import FURTHER, OF_SETS, TABLE, Measure

NAMES = [*FUNCTIONS, *(measure.name for measure in FURTHER if measure.name != "content_accuracy")]


def glyphs(count: int, size: int = 64) -> Tensor:
    """Different pages of two bars each, with grey edges."""
    images = torch.ones(count, 1, size, size)
    for number, image in enumerate(images):
        top, left = 4 + number % 9, 3 + number % 7
        image[0, top : top + 6, 8:50] = 0
        image[0, 8:56, left + 12 : left + 17] = 0
        image[0, 10:20, 30 + number % 11] = 0.4
    return images


def test_the_same_image_is_perfect() -> None:
    found = measure_further(glyphs(3), glyphs(3), pixels_per_em=64)
    perfect = {"psnr": 100.0, "ms_ssim": 1.0, "dice": 1.0, "stroke_width": 1.0}
    for name in set(NAMES) - set(FUNCTIONS):
        assert found[name].tolist() == pytest.approx([perfect.get(name, 0.0)] * 3), name


def test_a_character_alone_measures_what_it_measures_among_many() -> None:
    images, targets = glyphs(40), glyphs(40).flip(0)  # more than a batch
    found = measure_further(images, targets, pixels_per_em=64)
    assert list(found) == NAMES
    for place in (0, 15, 16, 39):
        alone = measure_further(images[place, None], targets[place, None], pixels_per_em=64)
        for name in NAMES:
            assert alone[name].tolist() == pytest.approx(found[name][place, None].tolist(), abs=1e-6), name


def test_those_that_are_distances_are_the_same_from_both_sides() -> None:
    images, targets = glyphs(10), glyphs(10).flip(0)
    there, back = (measure_further(*pair, 64) for pair in ((images, targets), (targets, images)))
    for name in ("rmse", "psnr", "ms_ssim", "dice", "chamfer", "hausdorff95", "grey_distance", "iou", "l1"):
        assert there[name].tolist() == pytest.approx(back[name].tolist(), abs=1e-6), name
    assert there["stroke_width"].tolist() == pytest.approx((1 / back["stroke_width"]).tolist())


def test_a_blank_drawing_has_no_border_to_measure() -> None:
    found = measure_further(torch.ones(2, 1, 64, 64), glyphs(2), pixels_per_em=64)
    missing = {name for name, values in found.items() if bool(values.isnan().any())}
    assert missing == {"chamfer", "hausdorff95", "stroke_width"}
    assert found["dice"].tolist() == [0, 0]


def test_distances_are_in_em() -> None:
    images, targets = glyphs(4), glyphs(4).flip(0)
    small, large = (measure_further(images, targets, scale) for scale in (32, 64))
    for name in ("chamfer", "hausdorff95"):
        assert small[name].tolist() == pytest.approx((2 * large[name]).tolist())


def test_errors_worked_by_hand() -> None:
    images = torch.ones(1, 1, 16, 16)
    images[0, 0, :4] = 0.5  # a quarter of the page is half wrong: the mean squared error is 1/16
    assert float(rmse(images, torch.ones(1, 1, 16, 16))) == pytest.approx(0.25)
    assert float(psnr(images, torch.ones(1, 1, 16, 16))) == pytest.approx(10 * math.log10(16), abs=1e-4)


def test_dice_worked_by_hand() -> None:
    one, other = torch.ones(2, 1, 1, 16, 16)
    one[..., :4, :] = 0
    other[..., 2:8, :] = 0
    assert float(ink_dice(one, other)) == pytest.approx(2 * 2 / (4 + 6))
    assert float(ink_dice(torch.ones(1, 1, 4, 4), torch.ones(1, 1, 4, 4))) == 1


def test_the_distance_of_histograms_is_that_of_sorted_pixels() -> None:
    generator = torch.Generator().manual_seed(2)
    images, targets = torch.randint(256, (2, 5, 1, 16, 16), generator=generator) / 255
    targets = targets**2
    targets = (targets * 255).round() / 255
    ordered = (side.flatten(1).sort(1).values for side in (images, targets))
    expected = torch.sub(*ordered).abs().mean(1)
    assert grey_distance(images, targets).tolist() == pytest.approx(expected.tolist(), abs=1e-6)
    shuffled = images.flatten(1)[:, torch.randperm(256, generator=generator)].view_as(images)
    assert grey_distance(shuffled, images).tolist() == [0] * 5  # it does not matter where a pixel lies


def test_ms_ssim_as_in_the_paper_at_three_scales() -> None:
    images, targets = glyphs(2)[:1], glyphs(2)[1:]
    expected = [
        _slow_ms_ssim(*pair) for pair in zip(images[:, 0].numpy(), targets[:, 0].numpy(), strict=True)
    ]
    assert ms_ssim(images, targets).tolist() == pytest.approx(expected, abs=1e-5)


def test_opposed_structure_counts_as_none() -> None:
    noise = torch.rand(1, 1, 64, 64, generator=torch.Generator().manual_seed(3)).round()
    assert float(ms_ssim(noise, 1 - noise)) == 0


def _slow_ms_ssim(one: np.ndarray, other: np.ndarray) -> float:
    """Window by window, in float64."""
    place = np.arange(11) - 5
    bell = np.exp(-(place**2) / (2 * 1.5**2))
    window = np.outer(bell, bell) / bell.sum() ** 2
    found = 1.0
    for scale, weight in enumerate((0.0448, 0.2856, 0.3001)):
        if scale:
            one, other = (
                side.reshape(side.shape[0] // 2, 2, side.shape[1] // 2, 2).mean((1, 3))
                for side in (one, other)
            )
        values = []
        for y in range(len(one) - 10):
            for x in range(len(one) - 10):
                a, b = (side[y : y + 11, x : x + 11].astype(np.float64) for side in (one, other))
                mean_a, mean_b = (window * a).sum(), (window * b).sum()
                both = (window * a * b).sum() - mean_a * mean_b
                spread = (window * (a * a + b * b)).sum() - mean_a**2 - mean_b**2
                value = (2 * both + 0.03**2) / (spread + 0.03**2)
                if scale == 2:
                    value *= (2 * mean_a * mean_b + 0.01**2) / (mean_a**2 + mean_b**2 + 0.01**2)
                values.append(value)
        found *= max(0.0, float(np.mean(values))) ** (weight / (0.0448 + 0.2856 + 0.3001))
    return found


def test_names_are_unique_and_training_has_those_it_had() -> None:
    names = [measure.name for measure in (*TABLE, *FURTHER, *OF_SETS)]
    assert len(set(names)) == len(names)
    assert [measure.name for measure in TABLE] == ["iou", "fixed_l1", "l1", "ssim", "ink", "grey"]


def test_a_measure_is_shown_with_its_unit_and_a_dash_where_there_is_none() -> None:
    measure = Measure("psnr", "PSNR", "higher", unit="dB", decimals=1)
    assert measure.heading == "PSNR, dB ↑"
    assert (measure.text(11.44), measure.text(math.nan)) == ("11.4", "–")

"""Distances between borders of ink, and widths of strokes."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from torch import Tensor

from fontgan.measures.shapes import border, border_distances, stroke_width_ratio


def page(*boxes: tuple[int, int, int, int], size: int = 32) -> Tensor:
    """A page with boxes of ink: top, left, bottom, right."""
    image = torch.ones(1, 1, size, size)
    for top, left, bottom, right in boxes:
        image[0, 0, top:bottom, left:right] = 0
    return image


def test_the_border_is_the_ink_beside_paper() -> None:
    found = border(page((4, 4, 8, 9)))[0]
    assert int(found.sum()) == 4 * 5 - 2 * 3
    assert not found[5:7, 5:8].any()
    assert int(border(page((0, 0, 32, 32))).sum()) == 4 * 31  # beyond the image is paper


def test_dots_worked_by_hand() -> None:
    # From the dot it is 5 pixels to the nearest; back it is 5 from one dot, 12 from the other.
    one, other = page((10, 10, 11, 11)), page((13, 14, 14, 15), (10, 22, 11, 23))
    chamfer, hausdorff = border_distances(one, other)
    assert float(chamfer) == pytest.approx((5 + (5 + 12) / 2) / 2)
    assert float(hausdorff) == pytest.approx(5 + 0.95 * 7)


def test_a_shifted_box_is_as_far_as_its_sides_are() -> None:
    chamfer, hausdorff = border_distances(page((4, 4, 20, 20)), page((4, 7, 20, 23)))
    assert float(hausdorff) == pytest.approx(3)
    assert 0 < float(chamfer) < 3


def test_every_pixel_agrees_with_all_pairs_of_pixels() -> None:
    generator = torch.Generator().manual_seed(5)
    images = (torch.rand(6, 1, 14, 14, generator=generator) > 0.25).float()
    targets = (torch.rand(6, 1, 14, 14, generator=generator) > 0.1).float()
    chamfer, hausdorff = border_distances(images, targets)
    for number in range(6):
        sides = [_border_places(side[number, 0].numpy()) for side in (images, targets)]
        there, back = (
            [min(math.dist(place, other) for other in others) for place in some]
            for some, others in (sides, sides[::-1])
        )
        assert float(chamfer[number]) == pytest.approx((np.mean(there) + np.mean(back)) / 2, abs=1e-5)
        assert float(hausdorff[number]) == pytest.approx(
            max(np.percentile(there, 95), np.percentile(back, 95)), abs=1e-5
        )


def _border_places(image: np.ndarray) -> list[tuple[int, int]]:
    height, width = image.shape

    def paper(y: int, x: int) -> bool:
        return not (0 <= y < height and 0 <= x < width) or bool(image[y, x] >= 0.5)

    return [
        (y, x)
        for y, x in itertools.product(range(height), range(width))
        if not paper(y, x)
        and any(paper(*beside) for beside in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)))
    ]


def test_where_there_is_no_ink_there_is_no_distance() -> None:
    blank, box = page(), page((4, 4, 8, 8))
    for pair in ((blank, box), (box, blank), (blank, blank)):
        assert all(bool(value.isnan().all()) for value in border_distances(*pair))
        assert bool(stroke_width_ratio(*pair).isnan().all())
    # Nor does a blank page among others change theirs.
    both = border_distances(torch.cat((blank, box)), torch.cat((box, box)))
    assert [value.isnan().tolist() for value in both] == [[True, False]] * 2


def test_widths_worked_by_hand() -> None:
    """The border of a box of h by w pixels has 2 (h + w) sides, of which two are joined at one corner."""
    box, other = page((4, 2, 6, 30)), page((4, 2, 10, 30))

    def width(tall: int, wide: int) -> float:
        return 2 * tall * wide / (2 * (tall + wide) - 2 + math.sqrt(2))

    expected = width(6, 28) / width(2, 28)
    assert float(stroke_width_ratio(other, box)) == pytest.approx(expected, rel=1e-5)


def test_a_line_twice_as_wide_has_twice_the_width_also_where_it_is_grey() -> None:
    thin, wide = page((60, 0, 64, 128), size=128), page((60, 0, 68, 128), size=128)
    assert float(stroke_width_ratio(wide, thin)) == pytest.approx(2, rel=0.05)
    soft = thin.clone()
    soft[0, 0, 59] = soft[0, 0, 64] = 0.75  # a quarter of a pixel more on both sides
    assert float(stroke_width_ratio(soft, thin)) == pytest.approx(4.5 / 4, rel=0.02)

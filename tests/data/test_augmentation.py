"""Changes that leave a character what it is."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fontgan.data.augmentation import Augmentation


def square(count: int, half: int, size: int = 64) -> torch.Tensor:
    """A square of ink in the middle of white paper."""
    pictures = torch.ones(count, 1, size, size)
    pictures[:, :, size // 2 - half : size // 2 + half, size // 2 - half : size // 2 + half] = 0
    return pictures


def apply(augmentation: Augmentation, pictures: torch.Tensor, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return augmentation.draw(len(pictures), generator).apply(pictures)


def test_nothing_is_changed_unless_asked_for() -> None:
    pictures = torch.rand(3, 1, 16, 16)
    assert apply(Augmentation(), pictures) is pictures


def test_some_of_the_pictures_are_changed_as_they_are_among_all() -> None:
    change = Augmentation(2, 0.2).draw(8, torch.Generator().manual_seed(1))
    pictures = square(8, 10)
    some = change.of(lambda rows: rows[2:5]).apply(pictures[2:5])
    assert torch.equal(some, change.apply(pictures)[2:5])


@given(shift=st.integers(1, 4), seed=st.integers(0, 1000))
def test_a_shift_moves_by_whole_pixels_and_brings_in_paper(shift: int, seed: int) -> None:
    dot = torch.ones(6, 1, 16, 16)
    dot[:, 0, 8, 8] = 0
    moved = apply(Augmentation(shift), dot, seed)
    assert (moved == 0).sum(dim=(1, 2, 3)).tolist() == [1] * 6
    assert (moved == 1).sum() == 6 * 255
    assert ((moved[:, 0] == 0).nonzero()[:, 1:] - 8).abs().max() <= shift


@given(seed=st.integers(0, 1000))
def test_a_scale_enlarges_about_the_middle_and_stays_sharp(seed: int) -> None:
    scaled = apply(Augmentation(scale=0.1), square(8, 16), seed)
    assert scaled.min() >= 0
    assert scaled.max() <= 1
    side = (1 - scaled).sum(dim=(1, 2, 3)).sqrt()  # of the square of ink
    assert (side / 32 >= 0.89).all()
    assert (side / 32 <= 1.11).all()
    assert side.std() > 0
    assert torch.allclose(scaled, scaled.flip(-1), atol=1e-5)  # the middle stays where it is
    grey = ((scaled > 0.1) & (scaled < 0.9)).sum(dim=(1, 2, 3))
    assert (grey <= 2 * 4 * side + 4).all()  # two pixels along the edge, no more


def test_paper_comes_in_at_the_edges() -> None:
    ink = torch.zeros(16, 1, 32, 32)
    scaled = apply(Augmentation(scale=0.2), ink)
    smaller = scaled[:, 0, 0, 0] == 1
    assert 0 < smaller.sum() < 16


@pytest.mark.parametrize("name", ["shift", "scale"])
def test_each_is_a_setting_of_every_model(name: str) -> None:
    from fontgan.models import find_model, model_names

    for model in model_names():
        assert hasattr(find_model(model).preset("default").augmentation, name)

"""Settings of older versions mean what they meant."""

from __future__ import annotations

from typing import Any

import pytest

from fontgan.config.legacy import grid_before
from fontgan.runs.record import from_5_to_6
from fontgan.runs.state import from_2_to_3


@pytest.mark.parametrize(
    "settings",
    [
        {"generator": {"stem": "unshuffle"}},
        {"generator.stem": "unshuffle", "discriminator.width": 8},
        {"stem": "unshuffle", "generator": "unet"},  # flat: then `generator` was the kind
    ],
)
@pytest.mark.parametrize("size", [64, 128, 256])
def test_blocks_without_a_grid_had_four_pixels(settings: dict[str, Any], size: int) -> None:
    assert size / grid_before(settings, size)["generator.grid"] == 4


@pytest.mark.parametrize(
    "settings",
    [
        {"generator": {"stem": "stride"}},
        {"generator": {"stem": "unshuffle", "grid": 16}},
        {"generator.stem": "unshuffle", "generator.grid": 16},
        {},
    ],
)
def test_other_settings_say_themselves_what_they_mean(settings: dict[str, Any]) -> None:
    assert grid_before(settings, 128) == {}


def test_both_stages_of_a_checkpoint_get_their_grid() -> None:
    old = {"stem": "unshuffle"}
    data = {"canvas": {"size": 128}, "settings": old, "first": {"model": "pix2pix", "settings": old}}
    new = from_5_to_6(data)
    assert new["settings"]["generator.grid"] == new["first"]["settings"]["generator.grid"] == 32
    assert from_5_to_6({**data, "first": None})["first"] is None


def test_a_state_gets_its_grid() -> None:
    data = {"reached": {"step": 3, "decided": {"generator.stem": "unshuffle", "seed": 1}}}
    assert from_2_to_3(256, data)["reached"] == {
        "step": 3,
        "decided": {"generator.stem": "unshuffle", "seed": 1, "generator.grid": 64},
    }

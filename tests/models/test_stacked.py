"""Several content fonts stacked as channels: every paired model takes them; one channel is as ever."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from fontgan.data.views import Batch
from fontgan.errors import FontganError
from fontgan.models import find_model
from fontgan.models.base import Model
from fontgan.models.examples import example_inputs
from fontgan.networks.tails import GlobalSkip
from tests.models.small import PRESETS, drawn, small_model, small_settings, small_spec, some_batch

CONTENTS = 3
PAIRED = [(name, preset) for name, preset in PRESETS if find_model(name).paired]


def stacked_batch(count: int = 8) -> Batch:
    """The content, the same moved, and in part a blank page where a font lacks the character."""
    batch = some_batch(count)
    moved, blank = batch.real_a.roll(3, -1), torch.ones_like(batch.real_a)
    blank[::2] = batch.real_a[::2]
    return replace(batch, real_a=torch.cat((batch.real_a, moved, blank), 1))


@pytest.mark.parametrize(("name", "preset"), PAIRED)
def test_every_paired_model_learns_from_stacked_content(name: str, preset: str) -> None:
    model, batch = small_model(name, preset, contents=CONTENTS), stacked_batch()
    losses = [model.step(batch, number, 0.3).losses for number in (1, 2)][-1]
    assert all(torch.isfinite(loss) for loss in losses.values())
    assert drawn(model, batch).shape == (8, 1, 64, 64)


@pytest.mark.parametrize("name", ["pix2pix", "zi2zi", "wnet"])
def test_all_channels_count(name: str) -> None:
    model, batch = small_model(name, "default", contents=CONTENTS), stacked_batch()
    model.step(batch, 100, 0.3)
    usual = drawn(model, batch)
    for channel in range(CONTENTS):
        other = batch.real_a.clone()
        other[:, channel] = 1 - other[:, channel]
        assert not torch.equal(drawn(model, replace(batch, real_a=other)), usual)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("zi2zi", {"constancy_weight": 1.0}),
        ("wnet", {"content_constancy": 1.0, "style_constancy": 1.0}),
        ("pix2pix", {"discriminator.weight": 1.0, "discriminator.conditional": "false"}),
        ("pix2pix", {"discriminator.weight": 1.0, "accumulation": 2, "global_skip": "true"}),
        ("denoiser", {"sees_content": "false"}),
    ],
)
def test_losses_and_discriminators_take_stacked_content(name: str, changes: dict[str, Any]) -> None:
    model = small_model(name, "default", contents=CONTENTS, **changes)
    assert all(torch.isfinite(loss) for loss in model.step(stacked_batch(), 1, 0.3).losses.values())


def test_cyclegan_refuses_stacked_content() -> None:
    with pytest.raises(FontganError, match="to one content font, not to 3: use it without stacked"):
        small_model("cyclegan", "default", contents=CONTENTS)


def test_a_global_skip_starts_from_the_first_font_that_has_the_glyph() -> None:
    generator = find_model("pix2pix").build_generator(
        small_settings("pix2pix", "default", global_skip=True), replace(small_spec("pix2pix"), contents=2)
    )
    assert isinstance(generator, GlobalSkip)
    glyph, other = some_batch(2).real_a
    blank = torch.ones_like(glyph)
    made = generator.eval()(torch.stack((torch.cat((glyph, other)), torch.cat((blank, other)))))
    for drawing, start in zip(made, (glyph, other), strict=True):
        assert torch.equal(drawing > 0.5, start > 0.5)


def test_example_inputs_have_as_many_channels_as_there_are_fonts() -> None:
    kind = find_model("wnet")
    images, references = example_inputs(kind, kind.preset("default"), 64, count=2, contents=CONTENTS)
    assert images.shape == (2, CONTENTS, 64, 64)
    assert references.shape == (2, 2, 1, 64, 64)
    model: Model[Any] = small_model("wnet", "default", contents=CONTENTS)
    assert model.generator(images, references).shape == (2, 1, 64, 64)

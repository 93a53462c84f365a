"""Units of a generator: one that is known to draw horizontal bars is found, and off removes exactly them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from fontgan.drawing.drawer import Drawer
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.judging.characters import characters_to_look_at
from fontgan.judging.dissection import agreements, dissect_units
from fontgan.models import find_model, model_names
from fontgan.runs.record import CheckpointRecord
from tests.helpers import FACE
from tests.models.small import CPU, small_settings, small_spec
from tests.toy_fonts import build_font

CODES = [0x4E00, 0x4E01, 0x4E02]
LONG = 21  # pixels: longer than bars are wide


class Bars(nn.Module):
    """Content to four maps: its horizontal bars, its vertical bars, nothing, and what is negative there."""

    def forward(self, pictures: Tensor) -> Tensor:
        ink = 1 - pictures

        def opened(kernel: tuple[int, int]) -> Tensor:
            margin = (kernel[0] // 2, kernel[1] // 2)
            kept = -F.max_pool2d(-ink, kernel, 1, margin)
            return F.max_pool2d(kept, kernel, 1, margin)

        horizontal, vertical = opened((1, LONG)), opened((LONG, 1))
        return torch.cat((horizontal, vertical, torch.zeros_like(ink), -horizontal), 1)


class Sum(nn.Module):
    """The first two maps as ink."""

    def forward(self, maps: Tensor) -> Tensor:
        return 1 - maps[:, :2].amax(1, keepdim=True)


def bars(folder: Path) -> Path:
    """A folder of pictures: each character has a horizontal and a vertical bar."""
    folder.mkdir()
    for number, code in enumerate(CODES):
        picture = np.full((64, 64), 255, np.uint8)
        picture[14 + 8 * number : 20 + 8 * number, 8:56] = 0
        picture[8:56, 40 - 8 * number : 46 - 8 * number] = 0
        Image.fromarray(picture).save(folder / f"{chr(code)}.png")
    return folder


def drawer_of(network: nn.Module, source: Path, model: str = "pix2pix") -> Drawer:
    settings, task = small_settings(model, "default"), small_spec(model)
    styles = (FACE,) * task.styles
    record = CheckpointRecord(model, settings, Canvas(64), 1, (FACE,), styles, {}, "newest", first=task.first)
    wants = "references" in find_model(model).conditions
    return Drawer.of(network.eval(), record, CPU, sources=[source], reference=source if wants else None)


@pytest.fixture
def known(tmp_path: Path) -> Drawer:
    """A drawer whose first unit draws the horizontal bars, and whose second the vertical ones."""
    return drawer_of(nn.Sequential(Bars(), Sum()), bars(tmp_path / "bars"))


def test_a_unit_that_draws_a_stroke_is_found(known: Drawer) -> None:
    found = dissect_units(known, CODES)
    assert dict(found.layers) == {"0": (4, 64, 64)}
    units = {unit.number: unit for unit in found.units}
    assert [units[0].matches, units[1].matches] == ["horizontal", "vertical"]
    assert units[0].agreements["horizontal"].iou > 0.5  # of a direction where bars cross there is none
    assert units[0].agreements["vertical"].beyond_chance < 0
    assert units[2].matches == ""
    assert {unit.number for unit in found.units[:2]} == {0, 1}
    assert [unit.number for unit in found.units[2:]] == [2, 3]
    assert all(peak.code in CODES for unit in found.units for peak in unit.peaks)
    first = found.units[0].peaks[0]
    assert found.drawn[CODES.index(first.code), int(first.y), int(first.x)] == 0


def test_a_unit_off_removes_exactly_what_it_draws(known: Drawer) -> None:
    found = dissect_units(known, CODES)
    units = {unit.number: unit for unit in found.units}
    lost = units[0].effect
    assert (lost.added, lost.fixed_l1) == (0, None)
    assert lost.removed_of["horizontal"] == pytest.approx(1, abs=1e-6)
    assert lost.removed_of["vertical"] == 0
    assert lost.hits == "horizontal"
    # Bars of 48 × 6, which share 6 × 6: the horizontal one alone has 42 × 6 of 90 × 6.
    assert lost.removed == pytest.approx(42 / 90, abs=0.02)
    assert units[2].effect.changed == units[3].effect.changed == 0
    assert units[2].effect.hits == ""
    by_concept = {each.concept: each for each in found.together}
    assert by_concept["horizontal"].units == (0,)
    assert by_concept["vertical"].effect.removed_of["vertical"] == pytest.approx(1, abs=1e-6)
    shown = {view.title: view for view in found.views}
    ink = found.drawn < 128
    for number in range(len(CODES)):
        rows = ink[number].sum(1) > 24  # of the horizontal bar
        columns = ink[number].sum(0) > 24
        assert np.array_equal(shown["0: horizontal"].active[number] > 0.5, ink[number] & rows[:, None])
        assert np.array_equal(shown["0: horizontal"].off[number] < 128, ink[number] & columns)


def test_the_error_rises_where_true_glyphs_are_known(known: Drawer) -> None:
    known.styles = known.contents
    units = {unit.number: unit for unit in dissect_units(known, CODES).units}
    rises = units[0].effect.fixed_l1
    assert rises == pytest.approx(units[0].effect.removed, abs=0.02)
    assert units[2].effect.fixed_l1 == 0


def test_the_same_again_is_the_same_and_the_network_stays_as_it_was(known: Drawer) -> None:
    before = known.draw(CODES).drawn
    first, second = dissect_units(known, CODES), dissect_units(known, CODES)
    assert first.to_json() == second.to_json()
    assert np.array_equal(known.draw(CODES).drawn, before)
    assert not any(module._forward_hooks for module in known.network.modules())


def test_agreement_is_worked_by_hand() -> None:
    mask = np.array([True, True, False, False, False, False, False, False])
    same = agreements(np.array([3.0, 2, 1, 0, 0, 0, 0, 0]), {"a": mask})["a"]
    assert same.iou == same.beyond_chance == 1
    half = agreements(np.array([3.0, 1, 2, 0, 0, 0, 0, 0]), {"a": mask})["a"]
    assert half.iou == pytest.approx(1 / 3)  # one of two, and one beside it
    assert half.chance == pytest.approx(0.5 / 3.5)  # of 2 of 8 places, 2 chosen at random
    assert half.beyond_chance == pytest.approx((1 / 3 - 1 / 7) / (6 / 7))
    # As inactive as anywhere is not active: one place is taken, not two.
    single = agreements(np.array([3.0, 0, 0, 0, 0, 0, 0, 0]), {"a": mask, "none": ~mask & mask})
    assert list(single) == ["a"]
    assert tuple(single["a"]) == pytest.approx((0.5, 0.25 / 2.75))
    dead = agreements(np.zeros(8), {"a": mask, "all": mask | ~mask})
    assert dead["a"].iou == dead["all"].iou == 0
    assert agreements(np.arange(8.0), {"all": mask | ~mask})["all"].beyond_chance <= 0


@pytest.mark.parametrize("model", model_names())
def test_every_model_is_dissected(model: str, tmp_path: Path) -> None:
    font = build_font(tmp_path / "toy.ttf")
    torch.manual_seed(0)
    record_of = drawer_of(nn.Identity(), font, model).record
    drawer = drawer_of(record_of.build(), font, model)
    found = dissect_units(drawer, CODES)
    assert 1 <= len(found.layers) <= 2
    assert len(found.units) == sum(channels for channels, _, _ in found.layers.values())
    assert all(np.isfinite(unit.effect.changed) for unit in found.units)
    sizes = [high * wide for _, high, wide in found.layers.values()]
    assert sizes == sorted(sizes)
    prefix = {"denoiser": "second.", "cyclegan": "forth."}.get(model, "")
    assert all(name.startswith(prefix) for name in found.layers)


def test_any_layer_may_be_named_and_a_wrong_one_is_refused(tmp_path: Path) -> None:
    font = build_font(tmp_path / "toy.ttf")
    drawer = drawer_of(drawer_of(nn.Identity(), font).record.build(), font)
    assert list(dissect_units(drawer, CODES[:1], ["encoder.stem", "encoder.stem"]).layers) == ["encoder.stem"]
    with pytest.raises(FontganError, match=r"no layer 'encoder.sten'.*did you mean 'encoder.stem"):
        dissect_units(drawer, CODES[:1], ["encoder.sten"])


def test_held_out_characters_come_first_and_always_the_same(tmp_path: Path) -> None:
    font = build_font(tmp_path / "toy.ttf", [*range(0x4E00, 0x4E80), *range(0x41, 0x61)])
    drawer = drawer_of(nn.Identity(), font)
    found = characters_to_look_at(drawer, 200)
    assert sorted(found) == sorted([*range(0x4E00, 0x4E80), *range(0x41, 0x61)])
    learnt = [drawer.record.learnt(code) for code in found]
    assert learnt == sorted(learnt)
    assert 0 < learnt.count(False) < len(learnt)
    assert characters_to_look_at(drawer, 5) == found[:5]
    assert min(found[:5]) >= 0x4E00

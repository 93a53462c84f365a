"""Every registered model and preset: it learns, it can be kept, and one is as good as many."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import torch

from fontgan.compute.engine import Engine
from fontgan.config.groups import flat
from fontgan.config.reading import changed
from fontgan.data.views import Batch
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.models import find_model, model_names
from fontgan.runs.record import CheckpointRecord
from fontgan.runs.weights import load_checkpoint, save_weights
from tests.helpers import FACE, shared
from tests.models.small import (
    CPU,
    PRESETS,
    STYLES,
    drawn,
    small_model,
    small_spec,
    some_batch,
    usual_loss,
    without_dropout,
)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_steps_move_every_weight_that_learns_and_no_other(name: str, preset: str) -> None:
    model = small_model(name, preset)
    judges = {key: network for key, network in model.networks.items() if key.startswith("discriminator")}
    weights = {
        f"{part}.{key}": weight
        for part, network in {"generator": model.generator, **judges}.items()
        for key, weight in network.named_parameters()
    }
    before = {key: weight.detach().clone() for key, weight in weights.items()}
    losses = {}
    for number in range(3):
        losses = model.step(some_batch(), number + 1, progress=0.3 + number / 10).losses
    assert losses
    assert all(torch.isfinite(loss) and not loss.requires_grad for loss in losses.values())
    for key, weight in weights.items():
        assert torch.isfinite(weight).all(), key
        # A bias before a norm has no effect, and then no gradient either: there is none here.
        # A critic's last bias is the same to both sides, and may have none.
        if not key.endswith("judge.bias"):
            assert torch.equal(weight, before[key]) != weight.requires_grad, key
    assert all(weight.grad is None for weight in weights.values())


@pytest.mark.slow
@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_a_batch_of_eight_can_be_learnt_by_heart(name: str, preset: str) -> None:
    changes: dict[str, Any] = {"learning_rate": 2e-3, "beta1": 0.9, "schedule": "constant"}
    if "generator.global_skip" in flat(find_model(name).preset(preset)):
        changes["global_skip"] = False  # which begins with next to no loss
    model = small_model(name, preset, **changes, **without_dropout(name, preset))
    batch, kind = some_batch(), usual_loss(model)
    losses = [float(model.step(batch, 100, progress=0.3).losses[kind]) for _ in range(60)]
    assert sum(losses[-5:]) < 0.5 * sum(losses[:5])


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_a_batch_of_one_equals_a_batch_of_many_in_evaluation(name: str, preset: str) -> None:
    model = small_model(name, preset)
    model.step(some_batch(), 100, progress=0.3)
    batch = some_batch()
    single = torch.cat([drawn(model, part) for part in batch.parts(len(batch))])
    assert torch.allclose(drawn(model, batch), single, atol=1e-5)


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_kept_and_loaded_it_draws_the_same(name: str, preset: str, tmp_path: Path) -> None:
    model, spec = small_model(name, preset), small_spec(name)
    model.step(some_batch(), 100, progress=0.3)
    faces = tuple(replace(FACE, key=f"style-{number}") for number in range(STYLES))
    record = CheckpointRecord(
        name, model.settings, Canvas(64), 1, (FACE,), faces, {"fixed_l1": 0.5}, "fixed_l1", spec.first
    )
    save_weights(tmp_path, model.average.network, record)
    network, found = load_checkpoint(tmp_path / "generator.safetensors")
    batch = some_batch()
    made = CPU.place(network)(batch.real_a, *batch.conditions(model.conditions))
    assert torch.equal(made, drawn(model, batch))
    assert found == shared(record)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_bfloat16_trains_and_agrees_with_float32(name: str, preset: str) -> None:
    low = Engine(torch.device("cpu"), torch.bfloat16, "")
    losses = []
    for engine in (CPU, low):
        model = small_model(name, preset, engine, **without_dropout(name, preset))
        learnt = model.step(some_batch(), 100, progress=0.3)
        losses.append(float(learnt.losses[usual_loss(model)]))
        assert all(torch.isfinite(length) for length in learnt.gradients.values())
        assert all(weight.dtype == torch.float32 for weight in model.generator.parameters())
        assert drawn(model, some_batch()).dtype == torch.float32
    assert losses[0] == pytest.approx(losses[1], rel=0.05)


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_the_same_seed_gives_the_same_weights(name: str, preset: str) -> None:
    models = [small_model(name, preset) for _ in range(2)]
    for model in models:
        torch.manual_seed(1)
        model.step(some_batch(), 100, progress=0.3)
    first, second = (model.generator.state_dict() for model in models)
    assert all(torch.equal(first[key], second[key]) for key in first)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_a_gpu_computes_the_losses_of_the_cpu(name: str, preset: str) -> None:
    losses = []
    for device in ("cpu", "cuda"):
        engine = Engine(torch.device(device), torch.float32, "")
        model = small_model(name, preset, engine, **without_dropout(name, preset))
        whole = some_batch()
        batch = Batch(*(getattr(whole, field.name).to(device) for field in fields(whole)))
        losses.append(float(model.step(batch, 100, progress=0.3).losses[usual_loss(model)]))
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_restored_it_goes_on_as_it_would_have(name: str, preset: str) -> None:
    through, half, after = (small_model(name, preset) for _ in range(3))
    for model, numbers in ((through, range(1, 7)), (half, range(1, 4))):
        for number in numbers:
            torch.manual_seed(number)
            model.step(some_batch(), number, 0.1 * number)
    after.restore(half.state())
    for number in range(4, 7):
        torch.manual_seed(number)
        after.step(some_batch(), number, 0.1 * number)
    pairs = [(network, after.networks[key]) for key, network in through.networks.items()]
    for one, other in (*pairs, (through.average.network, after.average.network)):
        resumed = other.state_dict()
        assert all(torch.equal(value, resumed[key]) for key, value in one.state_dict().items())


@pytest.mark.slow
@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_a_batch_in_parts_gives_the_gradients_of_the_whole(name: str, preset: str) -> None:
    # Left out is what sees the part or draws for it: batch norm, dropout, random styles and mixtures, the
    # pool of past drawings, and what counts how often it is used.
    settings = flat(find_model(name).preset(preset))
    changes: dict[str, Any] = {**without_dropout(name, preset), "norm": "instance"}
    calm: dict[str, Any] = {"discriminator.norm": "instance", "shuffling": False, "pool": 0}
    calm |= {"discriminator.penalty": "none", "discriminator.spectral_norm": False}
    changes |= {key: value for key, value in calm.items() if key in settings}
    if changes.get("discriminator.penalty") and settings["discriminator.loss"] == "wasserstein":
        changes["discriminator.loss"] = "hinge"  # a critic must be constrained
    lengths = []
    for parts in (1, 4):
        model = small_model(name, preset, batch_size=8, accumulation=parts, **changes)
        learnt = model.step(some_batch(), 1, 0.3)
        lengths.append({**learnt.gradients, **learnt.losses})
    assert lengths[0].keys() == lengths[1].keys()
    for key, value in lengths[0].items():
        assert float(value) == pytest.approx(float(lengths[1][key]), rel=1e-3), key


def test_phases_are_due_at_their_intervals() -> None:
    changes: dict[str, Any] = {
        "discriminator.penalty": "r1",
        "discriminator.penalty_weight": 1.0,
        "discriminator.penalty_interval": 4,
        "discriminator.first": 2,
        "discriminator.steps": 3,
    }
    model = small_model("pix2pix", "paper", **changes)
    seen = [set(model.step(some_batch(2), number, 0.1).gradients) for number in range(1, 10)]
    judged = {"D"}
    assert [phases & {"G"} for phases in seen] == [{"G"} if n in (3, 6, 9) else set() for n in range(1, 10)]
    assert all(judged <= phases for phases in seen)
    assert [n for n, phases in enumerate(seen, 1) if "D_penalty" in phases] == [1, 5, 9]


def test_the_average_moves_with_the_generator_alone() -> None:
    model = small_model("pix2pix", "paper", discriminator__first=3)
    before = {key: value.clone() for key, value in model.average.network.state_dict().items()}
    model.step(some_batch(2), 1, 0.1)
    assert all(torch.equal(value, before[key]) for key, value in model.average.network.state_dict().items())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor")  # as a prepared process has it
@pytest.mark.parametrize("preset", ["default", "paper"])
def test_a_compiled_model_takes_the_steps_of_an_uncompiled_one(preset: str) -> None:
    engine = Engine(torch.device("cpu"), torch.float32, compiled=True)
    losses = []
    for chosen in (CPU, engine):
        model = small_model("pix2pix", preset, chosen, dropout=0.0, widths=(8, 8))
        learnt = [model.step(some_batch(2), number, 0.3) for number in (1, 2)][-1]
        losses.append({name: float(loss) for name, loss in learnt.losses.items()})
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)


@pytest.mark.parametrize("name", model_names())
def test_a_size_that_the_network_cannot_take_is_told(name: str) -> None:
    kind = find_model(name)
    for preset in kind.presets:
        with pytest.raises(FontganError, match="cannot take images of 50 px"):
            kind.build_generator(kind.preset(preset), replace(small_spec(name), size=50))


def test_a_u_net_without_widths_is_refused() -> None:
    kind = find_model("pix2pix")
    with pytest.raises(FontganError, match="widths is empty, so the U-Net has no layers: list"):
        kind.build_generator(changed(kind.preset("default"), {"widths": ""}), small_spec("pix2pix"))


def test_names_and_presets_that_are_misspelt_are_told_with_the_nearest() -> None:
    with pytest.raises(FontganError, match="did you mean 'pix2pix'"):
        find_model("pix2pics")
    with pytest.raises(FontganError, match="did you mean 'paper'"):
        find_model("pix2pix").preset("papers")


def test_the_discriminator_joins_when_it_is_told_to() -> None:
    model = small_model("pix2pix", "default", discriminator__weight=0.1, discriminator__start=0.5)
    judge = model.networks["discriminator"]
    before = [weight.detach().clone() for weight in judge.parameters()]
    assert "G_adversarial" not in model.step(some_batch(), 1, progress=0.4).losses
    assert all(torch.equal(old, new) for old, new in zip(before, judge.parameters(), strict=True))
    assert {"D_real", "D_fake", "G_adversarial"} <= set(model.step(some_batch(), 2, progress=0.5).losses)
    assert not any(torch.equal(old, new) for old, new in zip(before, judge.parameters(), strict=True))


def test_no_discriminator_is_made_where_it_has_no_say() -> None:
    assert "discriminator" not in small_model("pix2pix", "default", discriminator=None).networks

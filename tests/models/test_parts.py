"""What models are made of: the objective, the discriminator's words, the pool, what a model cannot know."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from fontgan.models.parts.judge import Judge, Shown
from fontgan.models.parts.once import Once
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from fontgan.compute.engine import Engine
from fontgan.config.settings import TrainingPlan
from fontgan.data.views import Batch
from fontgan.errors import FontganError
from fontgan.losses.reconstruction import edge, fixed_l1, soft_dice, ssim
from fontgan.models import model_names
from fontgan.models.parts.objective import Objective
from fontgan.models.parts.pool import Pool
from fontgan.models.parts.translation import TranslationSettings
from fontgan.training.preparation import prepared
from tests.models.small import CPU, small_model, small_settings, some_batch


def test_the_objective_is_the_weighed_sum_of_its_losses() -> None:
    fake, real = torch.rand(3, 1, 64, 64), (torch.rand(3, 1, 64, 64) > 0.5).float()
    weights: dict[str, Any] = {"dice_weight": 2.0, "ssim_weight": 3.0, "edge_weight": 0.5}
    told = TranslationSettings(reconstruction="fixed-l1", reconstruction_weight=4.0, **weights)
    total, losses = Objective(told, CPU)(fake, real)
    by_hand = 4 * fixed_l1(fake, real) + 2 * soft_dice(fake, real)
    by_hand = by_hand + 3 * (1 - ssim(fake, real)) + 0.5 * edge(fake, real)
    assert float(total) == pytest.approx(float(by_hand), rel=1e-5)
    assert list(losses) == ["fixed-l1", "dice", "ssim", "edge"]
    assert told.terms()[:4] == ["4 × fixed-l1", "2 × dice", "3 × ssim", "0.5 × edge"]


def test_features_of_a_classifier_can_be_learnt_by(tmp_path: Path) -> None:
    from torchvision.models import squeezenet1_1

    torch.save(squeezenet1_1(weights=None).state_dict(), tmp_path / "weights.pth")
    model = small_model(
        "pix2pix",
        "default",
        reconstruction_weight=0.0,
        dice_weight=0.0,
        feature_weight=1.0,
        feature_network="squeezenet1_1",
        feature_weights=tmp_path / "weights.pth",
        feature_layers=("features.3", "features.6"),
    )
    losses = [float(model.step(some_batch(4), number, 0.3).losses["feature"]) for number in range(1, 9)]
    assert losses[-1] < losses[0]
    assert not any("feature" in key for key in model.generator.state_dict())


def judge_of(**changes: Any) -> Judge:
    torch.manual_seed(0)
    told = TranslationSettings(**{"discriminator_width": 4, "discriminator_layers": 2, **changes})
    batch = some_batch()

    def show(part: Batch) -> Shown:
        return Shown((part.real_a,), part.real_b, 1 - part.real_b)

    judge = Judge(told, 64, CPU, 2, show)
    judge.phases()[0].loss(batch, 0.0)
    return judge


@given(noise=st.floats(0.0, 0.5))
@settings(max_examples=10, deadline=None)
def test_label_noise_tells_the_contrary_of_that_share(noise: float) -> None:
    judge = judge_of(label_noise=noise)
    picture = torch.rand(2000, 1, 1, 1)
    labels = judge._labels(Shown((), picture, picture.repeat(2, 1, 1, 1)), truth=False)
    assert labels.shape == (4000,)
    assert float(labels.float().mean()) == pytest.approx(noise, abs=0.05)


@pytest.mark.parametrize("penalty", ["r1", "gradient"])
def test_a_rare_penalty_is_a_phase_of_its_own_and_as_much_stronger(penalty: Any) -> None:
    every, rare = (judge_of(penalty=penalty, penalty_interval=interval) for interval in (1, 4))
    assert [phase.name for phase in every.phases()] == ["D"]
    assert [phase.name for phase in rare.phases()] == ["D", "D_penalty"]
    batch = some_batch()
    torch.manual_seed(5)
    total, losses = rare.phases()[1].loss(batch, 0.0)
    assert float(total.detach()) == pytest.approx(40 * float(losses["D_penalty"]), rel=1e-5)
    torch.manual_seed(5)
    whole, more = every.phases()[0].loss(batch, 0.0)
    words = (float(more["D_real"]) + float(more["D_fake"])) / 2
    assert float(whole.detach()) == pytest.approx(words + 10 * float(more["D_penalty"]), rel=1e-4)


def test_a_pool_first_fills_and_then_mixes_half() -> None:
    pool = Pool(50, 1, CPU)
    for start in range(0, 48, 8):
        new = torch.arange(start, start + 8).float().view(-1, 1, 1, 1)
        assert torch.equal(pool(new), new)
    assert pool(torch.full((8, 1, 1, 1), 48.0)).shape == (8, 1, 1, 1)  # the last places are filled
    torch.manual_seed(0)
    olds = 0
    for step in range(200):
        new = torch.full((8, 1, 1, 1), 1000.0 + step)
        olds += int((pool(new) != 1000.0 + step).sum())
    assert olds / 1600 == pytest.approx(0.5, abs=0.05)


def test_a_pool_loses_and_doubles_nothing() -> None:
    pool = Pool(5, 1, CPU)
    seen: list[float] = []
    for number in range(40):
        seen += pool(torch.tensor([[[[float(number)]]]])).flatten().tolist()
    left = pool.pictures.flatten().tolist()
    # The first five were shown while they filled the pool, and once more when they left it.
    assert sorted(seen + left) == sorted([*range(40), *range(5)])


def test_once_makes_a_thing_once_for_a_part() -> None:
    made = []
    once = Once(lambda part: made.append(part) or len(made))  # type: ignore[func-returns-value]
    first, second = some_batch(2).parts(2)
    assert [once(first), once(first), once(second), once(first)] == [1, 1, 2, 3]
    once.forget()
    assert once(first) == 4


@pytest.mark.parametrize("preset", ["default", "paper"])
def test_cyclegan_cannot_know_which_glyphs_belong_together(preset: str) -> None:
    """What it learns is the same whichever style glyph stands beside whichever content glyph."""
    batch = some_batch()
    order = torch.tensor([3, 0, 6, 1, 7, 2, 5, 4])
    mixed = replace(batch, real_b=batch.real_b[order], styles=batch.styles[order])
    found = []
    for one in (batch, mixed):
        model = small_model("cyclegan", preset, learning_rate=1e-4, pool=0)
        learnt = [model.step(one, number, 0.3) for number in (1, 2)][-1]
        found.append((learnt.losses, torch.cat([w.flatten() for w in model.generator.parameters()])))
    for name, loss in found[0][0].items():
        assert float(loss) == pytest.approx(float(found[1][0][name]), rel=1e-3), name
    start = torch.cat([w.flatten() for w in small_model("cyclegan", preset).generator.parameters()])
    assert (found[0][1] - found[1][1]).norm() < 0.02 * (found[0][1] - start).norm()


@pytest.mark.usefixtures("here")
def test_cyclegan_is_given_no_pairs_to_learn_from() -> None:
    plan = TrainingPlan(model="cyclegan", steps=1, device="cpu", threads=1)
    told = small_settings("cyclegan", "default")
    with prepared(plan, told) as ready:
        assert {split: view.paired for split, view in ready.views.items()} == {
            "train": False,
            "validation": True,
            "test": True,
        }
        view, batches = ready.views["train"], ready.batches()
        beside = {
            int(code): view.images.take(view.rows_b[place : place + 1])[0].float() / 255
            for place, code in enumerate(view.codes_b)
        }
        content = {int(number): int(code) for number, code in zip(view.characters, view.codes_a, strict=True)}
        for _ in range(5):
            batch = next(batches)
            for number, glyph in zip(batch.characters.tolist(), batch.real_b, strict=True):
                assert not torch.equal(beside.get(content[number], torch.empty(0)), glyph)


def test_parts_of_a_batch_are_all_of_it() -> None:
    batch = some_batch()
    parts = batch.parts(4)
    for field in fields(Batch):
        whole = torch.cat([getattr(part, field.name) for part in parts])
        assert torch.equal(whole, getattr(batch, field.name))


def test_growing_begins_with_coarse_pictures_and_ends_with_full_ones() -> None:
    model = small_model("gan", "default", growing=0.5)
    for progress, grown in ((0.0, 1.0), (0.25, 3.0), (0.5, 5.0), (0.9, 5.0)):
        model.step(some_batch(), 1, progress)
        assert float(model.generator.get_buffer("grown")) == pytest.approx(grown)


def test_more_halvings_than_pixels_are_told() -> None:
    for view, layers in (("patch", 5), ("image", 7)):
        with pytest.raises(
            FontganError, match=f"halve pictures of 64 px {layers} times: set discriminator_layers"
        ):
            judge_of(discriminator=view, discriminator_layers=layers)
    for view, layers in (("patch", 4), ("image", 6), ("pixel", 6)):
        judge_of(discriminator=view, discriminator_layers=layers)


@pytest.mark.parametrize("name", model_names())
def test_what_a_step_calls_is_what_is_compiled(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[nn.Module] = []
    monkeypatch.setattr(Engine, "compile", lambda _, network: compiled.append(network))
    model = small_model(name, "default")
    called: list[nn.Module] = []
    for module in model.running():
        module.register_forward_hook(lambda one, *_: called.append(one))
    model.step(some_batch(), 1, 0.3)
    assert all(any(module is one for one in compiled) for module in model.running())
    assert {id(module) for module in called} == {id(module) for module in model.running()}


OPTIONS: list[dict[str, Any]] = [
    {"attention": 1},
    {"convolution": "gated"},
    {"dilation": 2},
    {"downsampling": "pool"},
    {"generator": "resnet", "width": 4, "padding": "reflect", "attention": 1},
    {"generator": "autoencoder", "width": 4},
    {"norm": "group", "initialisation": "he"},
    {"norm": "pixel", "initialisation": "xavier"},
    {"norm": "layer", "initialisation": "equalised"},
    {"tail": "softmax", "reconstruction": "bce"},
    {"tail": "sigmoid", "ssim_weight": 1.0, "edge_weight": 1.0},
    {"global_skip": True},
    {"adversarial_weight": 0.1, "adversarial": "hinge", "spectral_norm": True},
    {"adversarial_weight": 0.1, "adversarial": "wasserstein", "penalty": "gradient"},
    {"adversarial_weight": 0.1, "adversarial": "least-squares", "label_smoothing": 0.1, "label_noise": 0.1},
    {"adversarial_weight": 0.1, "discriminator": "pixel", "matching_weight": 1.0},
    {"adversarial_weight": 0.1, "discriminator": "image", "minibatch_deviation": True},
]


@pytest.mark.parametrize("changes", OPTIONS, ids=lambda one: "-".join(map(str, one)))
def test_every_option_trains_and_all_that_it_adds_is_moved(changes: dict[str, Any]) -> None:
    model = small_model("pix2pix", "default", **changes)
    weights = {
        f"{part}.{key}": weight
        for part, network in model.networks.items()
        for key, weight in network.named_parameters()
    }
    before = {key: weight.detach().clone() for key, weight in weights.items()}
    for number in range(1, 5):
        losses = model.step(some_batch(), number, 0.3).losses
    assert all(torch.isfinite(loss) for loss in losses.values())
    for key, weight in weights.items():
        if not key.endswith("judge.bias"):  # the same to both sides, it may have no gradient
            assert not torch.equal(weight, before[key]), key


@pytest.mark.parametrize("style_into", ["bottleneck", "norms", "both"])
def test_zi2zi_learns_from_its_styles_wherever_they_go_in(style_into: str) -> None:
    model = small_model("zi2zi", "default", style_into=style_into)
    table = model.generator.get_parameter("embedding.weight")
    before = table.detach().clone()
    for number in (1, 2):
        model.step(some_batch(), number, 0.3)
    assert not torch.equal(table, before)

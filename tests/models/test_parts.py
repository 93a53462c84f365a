"""What models are made of: the objective, the adversary, parts of a batch, the pool."""

from __future__ import annotations

import gc
import weakref
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from fontgan.compute.engine import Engine
from fontgan.config.settings import OptimisationSettings, TrainingPlan
from fontgan.data.views import Batch
from fontgan.errors import FontganError
from fontgan.losses.reconstruction import edge, fixed_l1, soft_dice, ssim
from fontgan.models import model_names
from fontgan.models.base import Model
from fontgan.models.parts.adversary import Adversary, DiscriminatorInput
from fontgan.models.parts.discriminator_settings import DiscriminatorSettings
from fontgan.models.parts.loss import Loss
from fontgan.models.parts.objective import Objective, ObjectiveSettings
from fontgan.models.parts.part import Part
from fontgan.models.parts.pool import Pool
from fontgan.training.preparation import prepared
from tests.models.small import CPU, small_model, small_settings, some_batch


def test_the_objective_is_the_weighted_sum_of_its_losses() -> None:
    fake, real = torch.rand(3, 1, 64, 64), (torch.rand(3, 1, 64, 64) > 0.5).float()
    settings = ObjectiveSettings(
        reconstruction="fixed-l1",
        reconstruction_weight=4.0,
        dice_weight=2.0,
        ssim_weight=3.0,
        edge_weight=0.5,
    )
    loss = Objective(settings, CPU)(fake, real)
    by_hand = 4 * fixed_l1(fake, real) + 2 * soft_dice(fake, real)
    by_hand = by_hand + 3 * (1 - ssim(fake, real)) + 0.5 * edge(fake, real)
    assert float(loss.total) == pytest.approx(float(by_hand.mean()), rel=1e-5)
    assert list(loss.terms) == ["fixed-l1", "dice", "ssim", "edge"]
    assert settings.terms() == ["4 × fixed-l1", "2 × dice", "3 × ssim", "0.5 × edge"]


def test_losses_are_added_and_scaled_and_their_terms_stay() -> None:
    weight = torch.tensor(3.0, requires_grad=True)
    loss = 2.0 * Loss.of("a", weight * 5) + 0.5 * (Loss.of("b", weight) + Loss.of("c", weight * 4)) + Loss()
    loss.total.backward()
    assert weight.grad is not None
    assert float(weight.grad) == 2 * 5 + 0.5 * (1 + 4)
    assert {name: float(term) for name, term in loss.terms.items()} == {"a": 15.0, "b": 3.0, "c": 12.0}
    assert not any(term.requires_grad for term in loss.terms.values())


@pytest.mark.slow
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


def adversary_of(size: int = 64, **changes: Any) -> Adversary:
    torch.manual_seed(0)
    settings = DiscriminatorSettings(**{"width": 4, "layers": 2, **changes})
    return Adversary(settings, OptimisationSettings(), size, CPU, 2)


def a_pair() -> tuple[DiscriminatorInput, DiscriminatorInput]:
    batch = some_batch()
    real = DiscriminatorInput(batch.real_b, (batch.real_a,))
    return real, real._replace(images=1 - batch.real_b)


@given(noise=st.floats(0.0, 0.5))
@settings(max_examples=10, deadline=None)
def test_label_noise_flips_that_share_of_the_labels(noise: float) -> None:
    adversary = adversary_of(label_noise=noise)
    image = torch.rand(2000, 1, 1, 1)
    fake = DiscriminatorInput(image.repeat(2, 1, 1, 1))
    labels = adversary._labels(DiscriminatorInput(image), fake, truth=False)
    assert labels.shape == (4000,)
    assert float(labels.float().mean()) == pytest.approx(noise, abs=0.05)


@pytest.mark.parametrize("penalty", ["r1", "gradient"])
def test_a_rare_penalty_is_a_phase_of_its_own_and_as_much_stronger(penalty: Any) -> None:
    every, rare = (adversary_of(penalty=penalty, penalty_interval=interval) for interval in (1, 4))
    names = [
        [phase.name for phase in each.phases(lambda _: Loss(), lambda _: Loss())] for each in (every, rare)
    ]
    assert names == [["D"], ["D", "D_penalty"]]
    torch.manual_seed(5)
    alone = rare.penalty(*a_pair())
    assert float(alone.total.detach()) == pytest.approx(40 * float(alone.terms["D_penalty"]), rel=1e-5)
    torch.manual_seed(5)
    whole = every.discriminator_loss(*a_pair())
    adversarial = (float(whole.terms["D_real"]) + float(whole.terms["D_fake"])) / 2
    assert float(whole.total.detach()) == pytest.approx(
        adversarial + 10 * float(whole.terms["D_penalty"]), rel=1e-4
    )


def test_the_discriminators_loss_leaves_the_generator_alone() -> None:
    adversary, (real, fake) = adversary_of(matching_weight=1.0), a_pair()
    fake = fake._replace(images=fake.images.clone().requires_grad_())
    gradients: list[torch.Tensor | None] = []
    for loss in (adversary.discriminator_loss, adversary.generator_loss):
        total = loss(real, fake).total
        gradients += torch.autograd.grad(total, fake.images, allow_unused=True)
    assert gradients[0] is None
    assert gradients[1] is not None
    assert gradients[1].abs().sum() > 0


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


def test_a_part_keeps_what_was_made_of_it_until_it_is_taken_for_the_last_time() -> None:
    made: list[int] = []

    def make() -> int:
        made.append(len(made) + 1)
        return made[-1]

    first, second = (Part(batch, 0.0) for batch in some_batch(2).parts(2))
    found = [part.once("fake", make) for part in (first, first, second, first)]
    assert found == [1, 1, 2, 1]
    assert [first.last("fake", make), first.last("fake", make), first.once("fake", make)] == [1, 3, 4]


def passes(model: Model[Any], module: nn.Module, batch: Batch, number: int = 1) -> list[bool]:
    """Of each time that a step calls the module, whether a graph was kept."""
    seen: list[bool] = []
    handle = module.register_forward_hook(lambda *_: seen.append(torch.is_grad_enabled()))
    model.step(batch, number, 0.3)
    handle.remove()
    return seen


@pytest.mark.parametrize("penalty", ["none", "r1"])
def test_the_generator_draws_once_for_each_graph_that_is_needed(penalty: str) -> None:
    """One part: one drawing for all phases. Several: one without a graph, and one for the own loss."""
    changes: dict[str, Any] = {"batch_size": 4, "discriminator.penalty": penalty}
    changes |= {"discriminator.penalty_interval": 2} if penalty == "r1" else {}
    whole = small_model("pix2pix", "paper", **changes)
    assert passes(whole, whole.generator, some_batch(4)) == [True]
    parts = small_model("pix2pix", "paper", accumulation=2, **changes)
    assert passes(parts, parts.generator, some_batch(4)) == [False, False, True, True]


def test_a_step_that_the_generator_sits_out_keeps_no_graph_of_it() -> None:
    model = small_model("pix2pix", "paper", discriminator__first=1)
    assert passes(model, model.generator, some_batch(2)) == [False]
    assert passes(model, model.generator, some_batch(2), 2) == [True]


def test_zi2zi_draws_again_once_its_generator_has_moved() -> None:
    model = small_model("zi2zi", "paper", generator_steps=3, constancy_weight=0.0)
    assert passes(model, model.generator.get_submodule("encoder"), some_batch()) == [True] * 3


def test_cyclegan_draws_each_way_once_for_all_phases() -> None:
    model = small_model("cyclegan", "default", batch_size=4, accumulation=2, pool=0)
    # Of each part there and, from what came back, once more; nothing for the discriminators.
    assert passes(model, model.generator.get_submodule("forth"), some_batch(4)) == [True] * 4


@pytest.mark.slow
@pytest.mark.parametrize("name", model_names())
def test_a_model_is_gone_when_nothing_holds_it(name: str) -> None:
    gc.collect()
    gc.disable()
    try:
        model = small_model(name, "paper")
        model.step(some_batch(), 1, 0.3)
        gone = weakref.ref(model)
        del model
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.slow
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
    with prepared(plan, small_settings("cyclegan", "default")) as ready:
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
    for view, size, layers in (("patch", 64, 5), ("image", 32, 6)):
        with pytest.raises(
            FontganError, match=f"halve images of {size} px {layers} times: set discriminator.layers"
        ):
            adversary_of(size, kind=view, layers=layers)
    for view, layers in (("patch", 4), ("image", 6), ("pixel", 6)):
        adversary_of(kind=view, layers=layers)


@pytest.mark.parametrize("name", model_names())
def test_what_a_step_calls_is_what_is_compiled(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[nn.Module] = []
    monkeypatch.setattr(Engine, "compile", lambda _, network: compiled.append(network))
    model = small_model(name, "default")
    called: list[nn.Module] = []
    for module in model.compiled_modules():
        module.register_forward_hook(lambda one, *_: called.append(one))
    model.step(some_batch(), 1, 0.3)
    assert all(any(module is one for one in compiled) for module in model.compiled_modules())
    assert {id(module) for module in called} == {id(module) for module in model.compiled_modules()}


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

"""The optimisers, and the step size over a training."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from fontgan.compute.optimisers import Muon, Optimisers, orthogonal, scheduled
from fontgan.config.settings import OptimisationSettings, Optimiser, Schedule


@given(rows=st.integers(2, 40), columns=st.integers(2, 40), seed=st.integers(0, 1000))
def test_the_orthogonal_matrix_keeps_the_directions_and_equals_out_the_lengths(
    rows: int, columns: int, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    u, _ = torch.linalg.qr(torch.randn(rows, rows, generator=generator))
    v, _ = torch.linalg.qr(torch.randn(columns, columns, generator=generator))
    rank = min(rows, columns)
    lengths = torch.linspace(1, 0.05, rank)
    matrix = 3 * u[:, :rank] @ torch.diag(lengths) @ v[:rank]
    made = torch.linalg.multi_dot((u[:, :rank].T, orthogonal(matrix), v[:rank].T))
    assert (made.diagonal() - 1).abs().max() < 0.6
    assert (made - torch.diag(made.diagonal())).abs().max() < 0.02


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_muon_moves_every_direction_of_a_convolution_by_the_learning_rate(precision: torch.dtype) -> None:
    torch.manual_seed(0)
    weight = nn.Parameter(torch.randn(8, 4, 3, 3))
    before = weight.detach().clone()
    weight.grad = torch.randn(8, 4, 3, 3)
    Muon([weight], learning_rate=0.1, precision=precision).step()
    lengths = torch.linalg.svdvals((weight.detach() - before).flatten(1))
    assert lengths.min() > 0.1 * 0.4
    assert lengths.max() < 0.1 * 1.6


def test_decay_shrinks_matrices_and_spares_norms_and_biases() -> None:
    network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Conv2d(4, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 1, 3))
    before = {name: value.detach().clone() for name, value in network.named_parameters()}
    settings = OptimisationSettings(
        optimiser="muon", learning_rate=0.1, muon_learning_rate=0.1, weight_decay=0.5
    )
    for weight in network.parameters():
        weight.grad = torch.zeros_like(weight)
    Optimisers(network, settings, torch.float32).step(1, progress=0.0)
    for name, value in network.named_parameters():
        expected = before[name] * (0.95 if value.ndim > 1 else 1)
        assert torch.allclose(value, expected), name


@pytest.mark.parametrize("optimiser", ["adam", "adamw", "muon"])
def test_either_optimiser_learns_and_forgets_its_gradients(optimiser: str) -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU(), nn.Conv2d(8, 1, 3))
    settings = OptimisationSettings(optimiser=optimiser, learning_rate=3e-3)  # type: ignore[arg-type]
    optimisers = Optimisers(network, settings, torch.float32)
    pictures, target = torch.rand(4, 1, 12, 12), torch.rand(4, 1, 6, 6)
    losses = []
    for _ in range(60):
        loss = (network(pictures) - target).square().mean()
        loss.backward()
        optimisers.step(100, progress=0.0)
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2
    assert all(weight.grad is None for weight in network.parameters())


@pytest.mark.parametrize("optimiser", ["adam", "adamw"])
@pytest.mark.parametrize("gradient_layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("weight_layout", [torch.contiguous_format, torch.channels_last])
def test_weights_move_alike_however_they_and_their_gradients_lie_in_memory(
    optimiser: Optimiser, weight_layout: torch.memory_format, gradient_layout: torch.memory_format
) -> None:
    torch.manual_seed(0)
    start, gradient = torch.randn(6, 5, 4, 4), torch.randn(6, 5, 4, 4)
    network = nn.Conv2d(5, 6, 4, bias=False)
    network.weight = nn.Parameter(start.to(memory_format=weight_layout))
    kept = network.weight.data_ptr()
    settings = OptimisationSettings(optimiser=optimiser, learning_rate=0.1, weight_decay=0.01)
    optimisers = Optimisers(network, settings, torch.float32)
    plain = nn.Parameter(start.clone())
    kind = torch.optim.Adam if optimiser == "adam" else torch.optim.AdamW
    expected = kind(
        [plain], 0.1, (settings.beta1, settings.beta2), weight_decay=0.01, foreach=False, fused=False
    )
    for number in range(1, 4):
        network.weight.grad = (gradient * number).to(memory_format=gradient_layout)
        plain.grad = gradient * number
        optimisers.step(number, 0.0)
        expected.step()
    assert network.weight.data_ptr() == kept
    assert torch.allclose(network.weight, plain, atol=1e-5)


@pytest.mark.parametrize("optimiser", ["adam", "adamw", "muon"])
def test_restored_optimisers_go_on_as_they_would_have(optimiser: Optimiser) -> None:
    settings = OptimisationSettings(optimiser=optimiser, learning_rate=0.01, weight_decay=0.1)

    def make() -> tuple[nn.Module, Optimisers]:
        torch.manual_seed(0)
        network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Conv2d(4, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 1, 3))
        return network, Optimisers(network, settings, torch.float32)

    def learn(network: nn.Module, optimisers: Optimisers, first: int, last: int) -> None:
        for number in range(first, last):
            torch.manual_seed(number)
            network(torch.rand(2, 1, 9, 9)).square().mean().backward()
            optimisers.step(number, number / 10)

    through, half, after = make(), make(), make()
    learn(*through, 1, 9)
    learn(*half, 1, 5)
    after[0].load_state_dict(half[0].state_dict())
    after[1].restore(half[1].state())
    learn(*after, 5, 9)
    whole, resumed = through[0].state_dict(), after[0].state_dict()
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def test_gradients_are_clipped_by_value_and_by_their_common_length_and_the_length_is_told() -> None:
    weight = nn.Parameter(torch.zeros(2))
    network = nn.ParameterList([weight])

    def clipped(**changes: float) -> tuple[float, torch.Tensor]:
        optimisers = Optimisers(network, OptimisationSettings(**changes), torch.float32)  # type: ignore[arg-type]
        seen: list[torch.Tensor] = []
        adam = optimisers._optimisers[0]
        adam.register_step_pre_hook(lambda *_: seen.append(adam.param_groups[1]["params"][0].grad.clone()))
        weight.grad = torch.tensor([3.0, 4.0])
        return float(optimisers.step(1, 0.0)), seen[0]

    length, gradient = clipped()
    assert length == pytest.approx(5)
    assert gradient.tolist() == [3, 4]
    length, gradient = clipped(clip_norm=1.0)
    assert length == pytest.approx(5)
    assert gradient.tolist() == pytest.approx([0.6, 0.8])
    length, gradient = clipped(clip_value=3.5)
    assert gradient.tolist() == [3, 3.5]
    assert clipped(clip_norm=10.0)[1].tolist() == [3, 4]


def test_adams_decay_is_part_of_the_gradient_and_adamws_is_not() -> None:
    moved = {}
    for optimiser in ("adam", "adamw"):
        network = nn.Linear(1, 1, bias=False)
        nn.init.constant_(network.weight, 2.0)
        network.weight.grad = torch.zeros(1, 1)
        settings = OptimisationSettings(optimiser=optimiser, learning_rate=0.1, weight_decay=0.5)
        Optimisers(network, settings, torch.float32).step(1, 0.0)
        moved[optimiser] = 2 - float(network.weight.detach())
    assert moved["adam"] == pytest.approx(0.1, rel=1e-3)  # Adam's first step is as long as the step size
    assert moved["adamw"] == pytest.approx(0.1 * 0.5 * 2)


def test_two_networks_may_have_step_sizes_apart() -> None:
    settings = OptimisationSettings(learning_rate=0.1)
    slow, fast = (Optimisers(nn.Linear(1, 1), settings, torch.float32, rate) for rate in (1.0, 4.0))
    for optimisers in (slow, fast):
        for weight in optimisers.weights:
            weight.grad = torch.ones_like(weight)
        optimisers.step(1, 0.0)
    assert fast.learning_rate == pytest.approx(4 * slow.learning_rate)


@given(st.sampled_from(["constant", "linear", "cosine"]), st.floats(0, 0.999))
def test_the_step_size_is_a_share_of_the_full_one(schedule: Schedule, progress: float) -> None:
    assert 0 <= scheduled(schedule, progress) <= 1


def test_schedules_stay_and_fall_as_named() -> None:
    assert scheduled("constant", 0.99) == 1
    assert [scheduled("linear", at) for at in (0.0, 0.5, 0.75)] == [1, 1, 0.5]
    assert scheduled("cosine", 0.5) == pytest.approx(0.5)


def test_a_warm_up_takes_its_steps_however_short_the_training() -> None:
    weight = nn.Parameter(torch.ones(1))
    network = nn.ParameterList([weight])
    settings = OptimisationSettings(learning_rate=0.1, warm_up=3)
    optimisers = Optimisers(network, settings, torch.float32)
    sizes = []
    for step in range(5):
        before = weight.item()
        weight.grad = torch.ones(1)
        optimisers.step(step + 1, progress=step / 5)
        sizes.append(before - weight.item())
    assert sizes == pytest.approx([0.025, 0.05, 0.075, 0.1, 0.1], rel=1e-3)


@pytest.mark.parametrize("optimiser", ["adam", "adamw", "muon"])
def test_every_weight_of_any_shape_is_moved(optimiser: Optimiser) -> None:
    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scalar = nn.Parameter(torch.ones(()))
            self.table = nn.Embedding(3, 4)
            self.layers = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4))

        def forward(self) -> torch.Tensor:
            return (self.scalar * self.layers(self.table.weight)).square().sum()  # type: ignore[no-any-return]

    network = Odd()
    before = {name: weight.detach().clone() for name, weight in network.named_parameters()}
    optimisers = Optimisers(network, OptimisationSettings(optimiser=optimiser), torch.float32)
    network().backward()
    optimisers.step(1, 0.0)
    for name, weight in network.named_parameters():
        assert not torch.equal(weight, before[name]), name

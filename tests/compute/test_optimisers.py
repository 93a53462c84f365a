"""The optimisers, and the learning rate over a run."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from fontgan.compute.muon import Muon, orthogonal
from fontgan.compute.optimisers import Optimisers, ParameterGroup
from fontgan.compute.schedule import scheduled
from fontgan.config.settings import OptimisationSettings, Optimiser, Schedule
from fontgan.networks.edges import Network, edges_of


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
def test_restored_optimisers_continue_as_they_would_have(optimiser: Optimiser) -> None:
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


def test_gradients_are_clipped_by_value_and_by_their_common_length_and_the_length_is_returned() -> None:
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
    assert moved["adam"] == pytest.approx(0.1, rel=1e-3)  # Adam's first step is as long as the learning rate
    assert moved["adamw"] == pytest.approx(0.1 * 0.5 * 2)


def test_two_networks_may_have_different_learning_rates() -> None:
    settings = OptimisationSettings(learning_rate=0.1)
    slow, fast = (Optimisers(nn.Linear(1, 1), settings, torch.float32, rate) for rate in (1.0, 4.0))
    for optimisers in (slow, fast):
        for weight in optimisers.weights:
            weight.grad = torch.ones_like(weight)
        optimisers.step(1, 0.0)
    assert fast.learning_rate == pytest.approx(4 * slow.learning_rate)


@given(st.sampled_from(["constant", "linear", "cosine"]), st.floats(0, 0.999))
def test_the_learning_rate_is_a_share_of_the_full_one(schedule: Schedule, progress: float) -> None:
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
    class Odd(Network):
        def __init__(self) -> None:
            super().__init__()
            self.scalar = nn.Parameter(torch.ones(()))
            self.table = nn.Embedding(3, 4)
            self.layers = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4))

        def edges(self) -> list[nn.Module]:
            return edges_of(self.layers)

        def forward(self) -> torch.Tensor:
            return (self.scalar * self.layers(self.table.weight)).square().sum()  # type: ignore[no-any-return]

    network = Odd()
    before = {name: weight.detach().clone() for name, weight in network.named_parameters()}
    optimisers = Optimisers(network, OptimisationSettings(optimiser=optimiser), torch.float32)
    network().backward()
    optimisers.step(1, 0.0)
    for name, weight in network.named_parameters():
        assert not torch.equal(weight, before[name]), name


@pytest.mark.parametrize("layer", [nn.Conv2d(6, 9, 4, bias=False), nn.ConvTranspose2d(6, 9, 4, bias=False)])
def test_muons_matrix_is_the_one_that_a_layer_applies(layer: nn.Conv2d | nn.ConvTranspose2d) -> None:
    """A convolution maps a patch to a pixel, a transposed one a pixel to a patch: all directions alike."""
    before = layer.weight.detach().clone()
    layer.weight.grad = torch.randn_like(layer.weight)
    Muon([layer.weight], learning_rate=0.1).step()
    with torch.no_grad():
        layer.weight -= before
        if isinstance(layer, nn.Conv2d):
            patches = torch.eye(6 * 16).view(-1, 6, 4, 4)
            moved = layer(patches).flatten(1)
        else:
            moved = layer(torch.eye(6).view(6, 6, 1, 1)).flatten(1)
    lengths = torch.linalg.svdvals(moved)
    assert len(lengths) == min(moved.shape)
    assert lengths.min() > 0.1 * 0.4
    assert lengths.max() < 0.1 * 1.6


def chain() -> nn.Sequential:
    """Four layers of one size, and a norm."""
    torch.manual_seed(0)
    layers = [nn.Linear(4, 4) for _ in range(4)]
    return nn.Sequential(*layers[:2], nn.LayerNorm(4), *layers[2:])


def moves(network: nn.Module, optimisers: Optimisers) -> dict[str, float]:
    """How far one step moves each weight, at gradients of one."""
    before = {name: weight.detach().clone() for name, weight in network.named_parameters()}
    for weight in network.parameters():
        if weight.requires_grad:
            weight.grad = torch.ones_like(weight)
    optimisers.step(1, 0.0)
    return {
        name: float((weight.detach() - before[name]).norm()) for name, weight in network.named_parameters()
    }


@pytest.mark.parametrize("optimiser", ["adam", "adamw", "muon"])
def test_groups_move_at_their_own_rates_and_frozen_weights_not_at_all(optimiser: Optimiser) -> None:
    settings = OptimisationSettings(optimiser=optimiser, learning_rate=0.01)
    usual = chain()
    usual_moves = moves(usual, Optimisers(usual, settings, torch.float32))
    network = chain()
    network[3].requires_grad_(False)
    adapters = (*network[0].parameters(), *network[1].parameters())
    rest = tuple(weight for part in network[2:] for weight in part.parameters())
    groups = [ParameterGroup("adapters", adapters, 3.0), ParameterGroup("rest", rest, 0.5)]
    optimisers = Optimisers(network, settings, torch.float32, rate=2.0, groups=groups)
    frozen = {name: weight.clone() for name, weight in network[3].state_dict().items()}
    for name, length in moves(network, optimisers).items():
        rate = {"0": 6.0, "1": 6.0, "3": 0.0}.get(name[0], 1.0)
        assert length == pytest.approx(rate * usual_moves[name], rel=1e-3), name
    assert all(torch.equal(value, frozen[name]) for name, value in network[3].state_dict().items())


def test_muon_never_touches_frozen_weights_even_by_decay() -> None:
    network = chain()
    network[1].requires_grad_(False)
    before = network.get_parameter("1.weight").clone()
    settings = OptimisationSettings(optimiser="muon", learning_rate=0.1, weight_decay=0.5)
    moves(network, Optimisers(network, settings, torch.float32))
    assert torch.equal(network.get_parameter("1.weight"), before)


def test_groups_that_forget_share_or_invent_weights_are_refused() -> None:
    network, settings = chain(), OptimisationSettings()
    first, rest = tuple(network[0].parameters()), tuple(network[1:].parameters())
    for groups, message in (
        ([ParameterGroup("rest", rest)], "0.weight learns and is in no group"),
        ([ParameterGroup("a", first), ParameterGroup("b", first + rest)], "is in several groups, b among"),
        ([ParameterGroup("all", tuple(chain().parameters()))], "all has weights that are not the network's"),
    ):
        with pytest.raises(ValueError, match=message):
            Optimisers(network, settings, torch.float32, groups=groups)


def test_one_group_keeps_the_layout_of_the_state() -> None:
    network = chain()
    settings = OptimisationSettings(
        optimiser="muon", weight_decay=0.1, learning_rate=0.2, muon_learning_rate=0.3
    )
    plain = Optimisers(network, settings, torch.float32)
    named = Optimisers(
        network,
        settings,
        torch.float32,
        groups=[ParameterGroup("all", tuple(reversed(list(network.parameters()))))],
    )
    moves(network, plain)
    adam, muon = plain.state()
    # As it was before there were groups: AdamW's matrices, then its vectors; then Muon's matrices.
    assert [len(group["params"]) for group in adam["param_groups"]] == [2, 6]
    assert [group["weight_decay"] for group in adam["param_groups"]] == [0.1, 0.0]
    assert [len(group["params"]) for group in muon["param_groups"]] == [2]
    assert set(muon["param_groups"][0]) == {"lr", "momentum", "weight_decay", "params"}
    named.restore(plain.state())
    for one, other in zip(plain._optimisers, named._optimisers, strict=True):
        weights = zip(one.param_groups, other.param_groups, strict=True)
        for mine, theirs in weights:
            pairs = zip(mine["params"], theirs["params"], strict=True)
            assert all(a.data_ptr() == b.data_ptr() for a, b in pairs)

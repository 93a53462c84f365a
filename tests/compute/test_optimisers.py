"""The optimisers, and the step size over a training."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from fontgan.compute.optimisers import Muon, Optimisers, orthogonal, scheduled
from fontgan.config.settings import ModelSettings, Schedule


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
    settings = ModelSettings(optimiser="muon", learning_rate=0.1, muon_learning_rate=0.1, weight_decay=0.5)
    for weight in network.parameters():
        weight.grad = torch.zeros_like(weight)
    Optimisers(network, settings, torch.float32).step(progress=0.0)
    for name, value in network.named_parameters():
        expected = before[name] * (0.95 if value.ndim > 1 else 1)
        assert torch.allclose(value, expected), name


@pytest.mark.parametrize("optimiser", ["adam", "muon"])
def test_either_optimiser_learns_and_forgets_its_gradients(optimiser: str) -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU(), nn.Conv2d(8, 1, 3))
    settings = ModelSettings(optimiser=optimiser, learning_rate=3e-3)  # type: ignore[arg-type]
    optimisers = Optimisers(network, settings, torch.float32)
    pictures, target = torch.rand(4, 1, 12, 12), torch.rand(4, 1, 6, 6)
    losses = []
    for _ in range(60):
        loss = (network(pictures) - target).square().mean()
        loss.backward()
        optimisers.step(progress=0.0)
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2
    assert all(weight.grad is None for weight in network.parameters())


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
    settings = ModelSettings(learning_rate=0.1, warm_up=3)
    optimisers = Optimisers(network, settings, torch.float32)
    sizes = []
    for step in range(5):
        before = weight.item()
        weight.grad = torch.ones(1)
        optimisers.step(progress=step / 5)
        sizes.append(before - weight.item())
    assert sizes == pytest.approx([0.025, 0.05, 0.075, 0.1, 0.1], rel=1e-3)

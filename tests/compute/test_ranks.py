"""Two processes train and draw as one does."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import distributed as dist
from torch import multiprocessing, nn

from fontgan.compute.engine import Engine
from fontgan.compute.ranks import Ranks
from fontgan.compute.whole_batch import over_the_whole_batch
from fontgan.data.views import Batch
from fontgan.errors import FontganError
from tests.models.small import PRESETS, small_model, some_batch

STEPS = 3
# Every model and preset as it is, dropout too, and pix2pix with a penalised discriminator.
Case = tuple[str, str, dict[str, Any]]
CASES: list[Case] = [(name, preset, {}) for name, preset in PRESETS]
CASES.append(
    ("pix2pix", "paper", {"penalty": "r1", "penalty_weight": 1.0, "penalty_interval": 2, "clip_norm": 1.0})
)
CASES.append(("pix2pix", "default", {"adversarial_weight": 0.1, "accumulation": 2}))
CASES.append(
    (
        "gan",
        "paper",
        {"label_noise": 0.2, "label_smoothing": 0.1, "spectral_norm": True, "minibatch_deviation": True},
    )
)
CASES.append(("gan", "default", {"growing": 0.8, "matching_weight": 1.0, "initialisation": "equalised"}))
CASES.append(("cyclegan", "default", {"identity_weight": 0.5, "norm": "group", "attention": 1}))


Both = tuple[list[dict[str, Any]], str]


def trained(case: Case, ranks: Ranks) -> dict[str, Any]:
    """The weights before and after a few steps, and the losses of the last."""
    name, preset, changes = case
    engine = Engine(torch.device("cpu"), torch.float32, ranks=ranks)
    # Small steps: Adam makes a whole one of a gradient that is nothing but rounding.
    model = small_model(name, preset, engine, batch_size=8, learning_rate=1e-4, **changes)
    before = {key: value.clone() for key, value in _weights(model.networks).items()}
    learnt = None
    for number in range(1, STEPS + 1):
        whole = some_batch(8)
        torch.manual_seed(number)  # as the loop does it, for the dropout
        sides = (getattr(whole, field.name) for field in fields(whole))
        share = Batch(*(ranks.share(side, model.settings.optimisation.accumulation) for side in sides))
        learnt = model.step(share, number, progress=0.2 + number / 10)
    assert learnt is not None
    return {"before": before, "after": _weights(model.networks), "losses": learnt.losses}


def _weights(networks: dict[str, nn.Module]) -> dict[str, torch.Tensor]:
    return {
        f"{n}.{key}": value for n, network in networks.items() for key, value in network.state_dict().items()
    }


def _work(number: int, folder: str) -> None:
    """What each of two processes does; its findings lie in a file of its own."""
    torch.set_num_threads(1)
    dist.init_process_group("gloo", f"file://{folder}/meeting", rank=number, world_size=2)
    ranks = Ranks(number, 2)
    found = {
        "trained": [trained(case, ranks) for case in CASES],
        "agreed": ranks.broadcast(0.25 * (1 + number)),
        "told": ranks.broadcast_object(f"from {number}"),
        "gathered": ranks.gather(number * 10),
        "norm": _normed(ranks),
    }
    torch.save(found, Path(folder) / f"{number}.pt")
    dist.barrier()
    if number == 1:
        return  # without a word: the other one has to notice
    try:
        for _ in range(100):
            ranks.broadcast(1.0)
    except FontganError as error:
        (Path(folder) / "message.txt").write_text(str(error))
        os._exit(0)  # gloo may abort a process that ends in order after such an error


def _normed(ranks: Ranks) -> dict[str, torch.Tensor]:
    """Batch norm of this process' share: what comes out, its gradients, and its running statistics."""
    torch.manual_seed(3)
    norm: nn.Module = nn.Sequential(nn.BatchNorm2d(3))
    whole = torch.randn(6, 3, 4, 4) * 3 + 7
    nn.init.normal_(norm[0].weight)  # type: ignore[index]
    if ranks.count > 1:
        norm = over_the_whole_batch(norm, ranks)
    maps = ranks.share(whole).clone().requires_grad_()
    made = norm(maps)
    (made * ranks.share(torch.linspace(-1, 1, 6))[:, None, None, None]).square().sum().backward()
    assert maps.grad is not None
    state = {name: value.detach() for name, value in norm.state_dict().items()}
    return {"made": made.detach(), "gradient": maps.grad, **state}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    """What two processes found, and what the first said when the second had left."""
    folder = tmp_path_factory.mktemp("ranks")
    multiprocessing.spawn(_work, (str(folder),), nprocs=2)  # type: ignore[attr-defined,no-untyped-call]
    found = [torch.load(folder / f"{number}.pt", weights_only=False) for number in range(2)]
    return found, (folder / "message.txt").read_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    "number", range(len(CASES)), ids=lambda number: "-".join(map(str, CASES[number][:2]))
)
def test_two_processes_come_to_the_weights_of_one(both: Both, number: int) -> None:
    alone = trained(CASES[number], Ranks())
    first, second = (found["trained"][number] for found in both[0])
    for name, weights in first["after"].items():
        assert torch.equal(weights, second["after"][name]), name
    floats = [name for name, weights in alone["after"].items() if weights.is_floating_point()]
    differing, moved = (
        torch.cat([(alone["after"][name] - other[name]).flatten() for name in floats])
        for other in (first["after"], alone["before"])
    )
    # One weight in some thousand has such a gradient.
    usual = differing.abs().sort().values[: -max(1, len(differing) // 1000)]
    assert usual.norm() / moved.norm() < 3e-3  # sums in another order, and what Adam makes of them
    for name, loss in alone["losses"].items():
        assert float(first["losses"][name]) == pytest.approx(float(loss), rel=1e-2), name


def test_batch_norm_is_that_of_the_whole_batch(both: Both) -> None:
    alone = _normed(Ranks())
    shares = [found["norm"] for found in both[0]]
    for name in ("made", "gradient"):
        assert torch.allclose(torch.cat([share[name] for share in shares]), alone[name], atol=1e-4), name
    for name in ("0.running_mean", "0.running_var", "0.num_batches_tracked"):
        assert torch.allclose(shares[0][name], alone[name], atol=1e-4), name


def test_the_first_process_decides_and_all_know_all(both: Both) -> None:
    for found in both[0]:
        assert found["agreed"] == 0.25
        assert found["told"] == "from 0"
        assert found["gathered"] == [0, 10]


def test_a_process_that_dies_is_reported(both: Both) -> None:
    assert "another process of this run has exited" in both[1]
    assert "with resume a run continues" in both[1]


def test_alone_everything_stays_as_it_is() -> None:
    ranks, weight = Ranks(), torch.rand(3)
    before = weight.clone()
    ranks.average([weight])
    assert torch.equal(weight, before)
    assert ranks.broadcast(0.5) == 0.5
    assert ranks.broadcast_object("x") == "x"
    assert ranks.gather("x") == ["x"]
    assert torch.equal(ranks.share(weight), weight)
    assert Ranks(1, 3).share(torch.arange(9)).tolist() == [3, 4, 5]
    assert Ranks(1, 2).share(torch.arange(8), parts=2).tolist() == [2, 3, 6, 7]

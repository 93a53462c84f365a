"""How the training scripts move weights and keep them."""

from __future__ import annotations

from pathlib import Path

import pytest
import teaching
import torch
from draw_fonts import designs

from fontgan.judging.verifier import Verifier
from fontgan.networks.verifier import VerifierNetwork


def test_a_network_learns_and_its_average_follows() -> None:
    torch.manual_seed(0)
    first, last = torch.nn.Conv2d(1, 4, 3, padding=1), torch.nn.Conv2d(4, 1, 3, padding=1)
    network = torch.nn.Sequential(first, last)
    before = [weight.clone() for weight in network.parameters()]
    teacher = teaching.Teacher(network, [last.weight], 0.01, 1e-2, decay_of_rest=0.0, warm_up=5)
    images = torch.rand(8, 1, 8, 8)
    losses = []
    for step in range(40):
        loss = (network(images) - images).square().mean()
        teacher.learn(loss, spent=step / 40)
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2
    assert teacher.step == 40
    for begun, now, mean in zip(before, network.parameters(), teacher.averaged.parameters(), strict=True):
        assert not torch.equal(begun, now)  # both optimisers move theirs
        assert (mean - now).norm() < (mean - begun).norm()


def test_what_is_kept_says_what_it_learnt_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teaching, "HERE", tmp_path)
    network = VerifierNetwork((4, 8, 12)).eval()
    learnt = designs("judge")[:2]
    teaching.save_network("verifier", network, learnt, "make judges", {"widths": (4, 8, 12)})
    kept = Verifier(tmp_path / "verifier.safetensors")
    assert kept.record["command"] == "make judges"
    assert [font["licence"] for font in kept.record["learnt_from"]] == [each.licence for each in learnt]
    weights = kept._network.state_dict()
    for name, tensor in network.state_dict().items():
        assert torch.equal(weights[name], tensor.half().float() if tensor.is_floating_point() else tensor)

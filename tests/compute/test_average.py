"""The running average of weights."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from fontgan.compute.average import Average


def test_the_average_follows_its_formula_and_leaves_the_network_alone() -> None:
    network = nn.Linear(1, 1, bias=False)
    nn.init.constant_(network.weight, 0.0)
    average = Average(network, decay=0.15)
    expected = 0.0
    for step, value in enumerate([1.0, 5.0, -2.0]):
        nn.init.constant_(network.weight, value)
        average.update()
        decay = min(0.15, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * value
        assert float(average.network.state_dict()["weight"]) == pytest.approx(expected)
        assert float(network.state_dict()["weight"]) == value


def test_the_average_of_what_stands_still_is_the_same_running_statistics_too() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
    network(torch.rand(4, 1, 8, 8))
    average = Average(network, decay=0.9)
    for _ in range(3):
        average.update()
    for name, value in network.state_dict().items():
        assert torch.allclose(average.network.state_dict()[name].float(), value.float()), name
    assert not average.network.training
    assert not any(weight.requires_grad for weight in average.network.parameters())

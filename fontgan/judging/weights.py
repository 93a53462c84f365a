"""The networks that come with fontgan, loaded from half precision with a record of how they were made."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import safe_open
from torch import nn

_COUNT = "num_batches_tracked"

Network = TypeVar("Network", bound=nn.Module)


def load_network(
    path: Path, build: Callable[[Mapping[str, Any]], Network], device: torch.device
) -> tuple[Network, dict[str, Any]]:
    """A network in evaluation mode, in float32, and its record.

    Args:
        path: the weights, in safetensors with `record` as JSON in the metadata.
        build: makes the network that a record describes.
        device: where the network is placed.
    """
    with safe_open(path, "pt") as file:
        record: dict[str, Any] = json.loads(file.metadata()["record"])
        weights = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    network = build(record)
    # Norms count their batches in training alone.
    counts = {name: value for name, value in network.state_dict().items() if name.endswith(_COUNT)}
    network.load_state_dict(counts | weights)
    return network.to(device).eval(), record

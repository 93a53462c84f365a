"""Small networks with random weights in files, for tests of how networks are loaded and called.

What they say means nothing; `toys.py` has judges whose judgement follows from the images.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import save_file

from fontgan.networks.recogniser import RecogniserNetwork, RecogniserShape
from fontgan.networks.verifier import VerifierNetwork


def save_recogniser(path: Path, characters: str) -> Path:
    """A recogniser of some characters, in ascending order, that has learnt nothing."""
    torch.manual_seed(0)
    shape = RecogniserShape(len(characters), (4, 8, 12), features=16)
    record = {"shape": asdict(shape), "characters": characters, "learnt_from": []}
    return _save(path, RecogniserNetwork(shape), record)


def save_verifier(path: Path) -> Path:
    """A verifier that has learnt nothing."""
    torch.manual_seed(0)
    widths = (4, 8, 12)
    return _save(path, VerifierNetwork(widths), {"widths": widths, "learnt_from": []})


def _save(path: Path, network: torch.nn.Module, record: Mapping[str, object]) -> Path:
    weights = {
        name: tensor.half().contiguous()
        for name, tensor in network.state_dict().items()
        if tensor.is_floating_point()
    }
    save_file(weights, path, {"record": json.dumps(record)})
    return path

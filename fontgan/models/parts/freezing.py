"""Frozen parts of a generator, which stay as they are while the rest is trained."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from fontgan.config.reading import nearest
from fontgan.errors import FontganError


def freeze(network: nn.Module, beginnings: Sequence[str]) -> None:
    """Exclude the weights whose names begin with one of the texts from training.

    Raises:
        FontganError: no weight begins so, or none is left to train.
    """
    names = [name for name, _ in network.named_parameters()]
    for beginning in beginnings:
        if not any(name.startswith(beginning) for name in names):
            parts = dict.fromkeys(name.partition(".")[0] for name in names)
            raise FontganError(
                f"no weight of the generator begins with {beginning!r} (optimisation.frozen)"
                f"{nearest(beginning, parts)}"
            )
    for name, weight in network.named_parameters():
        if name.startswith(tuple(beginnings)):
            weight.requires_grad_(False)
    if not any(weight.requires_grad for weight in network.parameters()):
        raise FontganError(
            f"all weights of the generator are frozen ({', '.join(beginnings)}): "
            "set optimisation.frozen to fewer of them"
        )


def hold_statistics(network: nn.Module, beginnings: Sequence[str]) -> nn.Module:
    """Keep the running statistics of norms in the frozen parts, which are then used as in evaluation."""
    for name, module in network.named_modules():
        if getattr(module, "running_mean", None) is not None and name.startswith(tuple(beginnings)):
            module.eval()
    return network

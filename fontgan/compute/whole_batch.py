"""Layers that must know the whole batch, for processes that have each a share of it.

Batch norm measures the batch and dropout draws at random over it. With these layers in place of torch's,
several processes compute what one would; torch's own SyncBatchNorm works on GPUs only.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.nn import functional as F

from fontgan.compute.ranks import Ranks, others_alive


def over_the_whole_batch(network: nn.Module, ranks: Ranks) -> nn.Module:
    """The network with its batch norms and dropouts exchanged; same weights, same names."""
    for name, layer in network.named_children():
        if isinstance(layer, nn.BatchNorm2d):
            shared = _BatchNorm(layer.num_features, layer.eps, layer.momentum)
            shared._parameters, shared._buffers = layer._parameters, layer._buffers
            setattr(network, name, shared.train(layer.training))
        elif isinstance(layer, nn.Dropout):
            setattr(network, name, _Dropout(layer.p, ranks).train(layer.training))
        else:
            over_the_whole_batch(layer, ranks)
    return network


class _BatchNorm(nn.BatchNorm2d):
    """Batch norm by the mean and the variance over all processes; each has as many maps."""

    def forward(self, maps: Tensor) -> Tensor:
        """(n, channels, h, w) to the same shape and type."""
        if not self.training:
            return super().forward(maps)
        values = maps.float()
        count = values.numel() // self.num_features * dist.get_world_size()
        shape = (1, -1, 1, 1)
        mean = _summed(values.sum((0, 2, 3))) / count
        deviation = values - mean.view(shape)
        variance = _summed(deviation.square().sum((0, 2, 3))) / count
        assert self.running_mean is not None and self.running_var is not None
        assert self.num_batches_tracked is not None and self.momentum is not None
        with torch.no_grad():
            self.num_batches_tracked += 1
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * count / max(count - 1, 1), self.momentum)
        scale = self.weight * (variance + self.eps).rsqrt()
        return (deviation * scale.view(shape) + self.bias.view(shape)).to(maps.dtype)


class _Dropout(nn.Dropout):
    """Dropout that draws for the whole batch, as one process would, and takes its share of that."""

    def __init__(self, probability: float, ranks: Ranks) -> None:
        super().__init__(probability)
        self.ranks = ranks

    def forward(self, maps: Tensor) -> Tensor:
        """Any shape to the same shape."""
        if not self.training:
            return maps
        whole = maps.new_ones((len(maps) * self.ranks.count, *maps.shape[1:]))
        if maps.is_contiguous(memory_format=torch.channels_last):
            whole = whole.contiguous(memory_format=torch.channels_last)
        return maps * self.ranks.share(F.dropout(whole, self.p))


def _summed(values: Tensor) -> Tensor:
    return _Sum.apply(values)  # type: ignore[no-any-return]


class _Sum(torch.autograd.Function):
    """The sum over all processes. Each of them adds to every result, so the gradients are summed too."""

    @staticmethod
    def forward(_context: Any, values: Tensor) -> Tensor:
        total = values.clone()
        with others_alive():
            dist.all_reduce(total)
        return total

    @staticmethod
    def backward(_context: Any, gradient: Tensor) -> Tensor:
        return _summed(gradient.contiguous())

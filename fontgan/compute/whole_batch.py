"""Layers that must know the whole batch, for processes that each have a share of it.

Batch norm measures the batch, and dropout draws random numbers for it. With these layers in place of
torch's, several processes compute what one would: tests hold this for every model and preset.

A simpler alternative would be torch's SyncBatchNorm on GPUs, and norms over each process' own share on
CPUs. It is not used because SyncBatchNorm works only on GPUs, no machine with several has been measured, and
norms over shares would mean that two processes no longer equal one.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from fontgan.compute.ranks import Ranks, others_alive


def over_the_whole_batch(network: nn.Module, ranks: Ranks) -> nn.Module:
    """Replace the network's batch norms and dropouts; weights and their names stay."""
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
    """Batch norm by the mean and the variance over all processes, which have equal shares."""

    def forward(self, maps: Tensor) -> Tensor:
        """(n, channels, h, w) to the same shape and type."""
        if not self.training:
            return super().forward(maps)
        assert self.running_mean is not None and self.running_var is not None
        assert self.num_batches_tracked is not None and self.momentum is not None
        normed, mean, variance = _Normed.apply(maps, self.weight, self.bias, self.eps)
        count = maps.numel() // self.num_features * dist.get_world_size()
        with torch.no_grad():
            self.num_batches_tracked += 1
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * count / max(count - 1, 1), self.momentum)
        return normed  # type: ignore[no-any-return]


class _Normed(torch.autograd.Function):
    """Maps normed by the whole batch, with one exchange forwards and one backwards.

    Ioffe and Szegedy 2015, «Batch Normalization», section 3: algorithm 1 and the gradients below it.
    """

    @staticmethod
    def forward(context: Any, maps: Tensor, weight: Tensor, bias: Tensor, eps: float) -> tuple[Tensor, ...]:
        own = torch.stack(torch.var_mean(maps.float(), dim=(0, 2, 3), correction=0))
        variances, means = _of_each(own).unbind(1)
        mean = means.mean(0)
        variance = variances.mean(0) + means.var(0, correction=0)  # within the processes, and between them
        context.save_for_backward(maps, weight, mean, variance)
        context.eps = eps
        context.mark_non_differentiable(mean, variance)
        return F.batch_norm(maps, mean, variance, weight, bias, eps=eps), mean, variance

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Tensor, *_: Tensor) -> tuple[Tensor | None, ...]:
        maps, weight, mean, variance = context.saved_tensors
        # As if mean and variance were fixed; then the way through them.
        of_maps, of_weight, of_bias = torch.ops.aten.native_batch_norm_backward(
            gradient, maps, weight, mean, variance, None, None, False, context.eps, [True] * 3
        )
        sums = _of_each(torch.stack((of_weight, of_bias)).float()).sum(0)
        inverse = (variance + context.eps).rsqrt()
        share = weight * inverse / (maps.numel() // len(mean) * dist.get_world_size())
        slope = share * inverse * sums[0]
        shift = share * sums[1] - slope * mean
        shape = (1, -1, 1, 1)
        change = torch.addcmul(shift.view(shape), maps.float(), slope.view(shape))
        return (of_maps - change).to(maps.dtype), of_weight, of_bias, None


def _of_each(own: Tensor) -> Tensor:
    """Every process' tensor, stacked; over gloo twice as fast as a sum, which takes two rounds."""
    each = [torch.empty_like(own) for _ in range(dist.get_world_size())]
    with others_alive():
        dist.all_gather(each, own)
    return torch.stack(each)


class _Dropout(nn.Dropout):
    """Dropout that draws for the whole batch, as one process would, and takes this process' share."""

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

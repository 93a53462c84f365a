"""The engine, as a value: the device, the precision, and the processes that share the work."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import psutil
import torch
from torch import nn

from fontgan.compute.ranks import Ranks
from fontgan.compute.whole_batch import over_the_whole_batch


@dataclass(frozen=True)
class Engine:
    """The device that computes, and how.

    Attributes:
        device: where the networks and the batches are.
        precision: of the convolutions, under autocast; weights and losses stay float32.
        reason: what was chosen and why, in words for the user.
        compiled: whether networks are compiled before they are trained.
        ranks: the processes that share the work.
        threads: of a CPU, as asked for; 0: those that the process has.
    """

    device: torch.device
    precision: torch.dtype
    reason: str = ""
    compiled: bool = False
    ranks: Ranks = field(default_factory=Ranks)
    threads: int = 0

    def autocast(self) -> AbstractContextManager[None]:
        """A context in which networks compute in the engine's precision."""
        low = self.precision != torch.float32
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=low)

    def free_memory(self) -> int:
        """Free bytes on the device."""
        if self.device.type == "cuda":
            return torch.cuda.mem_get_info(self.device)[0]
        return int(psutil.virtual_memory().available)

    def peak_memory(self) -> int:
        """The most bytes in use at any time so far: on the GPU, or by this process."""
        if self.device.type == "cuda":
            return torch.cuda.max_memory_allocated(self.device)
        import resource  # not on Windows, and asked for by estimates only

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024  # bytes there, kilobytes elsewhere

    def place(self, network: nn.Module) -> nn.Module:
        """Move the network to the device, its weights channels-last, which is fastest for convolutions.

        On a CPU, weights of transposed convolutions stay contiguous: a batch of one image would take up to
        twice as long otherwise.
        """
        if self.ranks.count > 1:
            over_the_whole_batch(network, self.ranks)
        network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        if self.device.type == "cpu":
            for layer in network.modules():
                if isinstance(layer, nn.ConvTranspose2d):
                    layer.weight.data = layer.weight.data.contiguous()
        return network

    def compile(self, network: nn.Module) -> None:
        """Compile it in place if that is wanted: on its first use, for each shape of its input.

        Never a network under a gradient penalty: compiled ones have no second derivative.
        """
        if self.compiled:
            network.compile()

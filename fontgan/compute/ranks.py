"""Several processes that train one network, or draw with it, as one process would.

Started by torchrun, each process (rank) computes its share of every batch, and the gradients of each
phase of a step are averaged by hand. torch's DistributedDataParallel is not used: where a gradient
penalty leaves some weight without a gradient, its ranks drift apart without an error. StyleGAN3 (Karras
et al. 2021) averages in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch import distributed as dist

from fontgan.compute.launch import number_on_machine, process_count
from fontgan.errors import FontganError

T = TypeVar("T")


@dataclass(frozen=True)
class Ranks:
    """This process' number, from 0, among so many; alone, all methods give back what they were given."""

    number: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Whether this is the one that writes, measures and talks."""
        return self.number == 0

    def share(self, whole: Tensor, parts: int = 1) -> Tensor:
        """This process' rows of each part of a tensor whose rows are a multiple of parts and processes."""
        return torch.unflatten(whole, 0, (parts, self.count, -1))[:, self.number].flatten(0, 1)

    def whole(self, share: Tensor) -> Tensor:
        """The shares of all processes together, as `share` parted them."""
        if self.count == 1:
            return share
        each = [torch.empty_like(share) for _ in range(self.count)]
        with others_alive():
            dist.all_gather(each, share.contiguous())
        return torch.cat(each)

    def average(self, tensors: Sequence[Tensor]) -> None:
        """Put in place of each tensor its mean over all processes."""
        if self.count == 1 or not tensors:
            return
        flat = torch.cat([tensor.detach().flatten() for tensor in tensors])
        with others_alive():
            dist.all_reduce(flat)
        parts = (flat / self.count).split([tensor.numel() for tensor in tensors])
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.detach().copy_(part.view_as(tensor))

    def broadcast(self, value: float) -> float:
        """The first process' value, in all of them."""
        if self.count == 1:
            return value
        told = torch.tensor([value], dtype=torch.float64)
        with others_alive():
            dist.broadcast(told, 0)
        return told.item()

    def barrier(self) -> None:
        """Wait for all processes: one that leaves while others still talk to it breaks them off."""
        if self.count > 1:
            with others_alive():
                dist.all_reduce(torch.zeros(1))

    def broadcast_object(self, thing: T) -> T:
        """The first process' thing, of any kind that pickle takes, in all of them."""
        if self.count == 1:
            return thing
        things: list[Any] = [thing]
        with others_alive():
            dist.broadcast_object_list(things, 0)
        return things[0]  # type: ignore[no-any-return]

    def gather(self, thing: T) -> list[T]:
        """Every process' thing, in the order of their numbers, in all of them."""
        if self.count == 1:
            return [thing]
        things: list[Any] = [None] * self.count
        with others_alive():
            dist.all_gather_object(things, thing)
        return things


def join_ranks(cuda: bool) -> Ranks:
    """The processes that torchrun has started, or this one alone.

    Args:
        cuda: whether each has a GPU of its own. Numbers that decide something go over gloo all the same, so
            that no GPU is waited for.

    Raises:
        FontganError: there are more processes than GPUs.
    """
    if process_count() == 1:
        return Ranks()
    if cuda:
        local = number_on_machine()
        if local >= torch.cuda.device_count():
            raise FontganError(
                f"there are {torch.cuda.device_count()} GPUs and more processes: "
                f"give torchrun --nproc-per-node {torch.cuda.device_count()}"
            )
        torch.cuda.set_device(local)
    if not dist.is_initialized():
        dist.init_process_group("cpu:gloo,cuda:nccl" if cuda else "gloo")
    return Ranks(dist.get_rank(), dist.get_world_size())


@contextmanager
def others_alive() -> Iterator[None]:
    """What happens in this block fails, with a message for the user, if another process has died."""
    try:
        yield
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        raise FontganError(
            "another process of this command has ended, so this one cannot go on: see what it said; a "
            "training goes on from its last checkpoint with --resume, with any number of processes"
        ) from error

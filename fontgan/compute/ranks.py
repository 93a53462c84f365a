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
    """This process' number, from 0, and how many there are; alone, all methods return what they are given."""

    number: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Whether this is the one that writes, measures and reports."""
        return self.number == 0

    def share(self, whole: Tensor, parts: int = 1) -> Tensor:
        """This process' rows of each part of a tensor; its rows are a multiple of parts and processes."""
        return torch.unflatten(whole, 0, (parts, self.count, -1))[:, self.number].flatten(0, 1)

    def whole(self, share: Tensor) -> Tensor:
        """The shares of all processes together, as `share` separated them."""
        if self.count == 1:
            return share
        each = [torch.empty_like(share) for _ in range(self.count)]
        with others_alive():
            dist.all_gather(each, share.contiguous())
        return torch.cat(each)

    def average(self, tensors: Sequence[Tensor]) -> None:
        """Replace each tensor by its mean over all processes."""
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
        sent = torch.tensor([value], dtype=torch.float64)
        with others_alive():
            dist.broadcast(sent, 0)
        return sent.item()

    def barrier(self) -> None:
        """Wait for all processes: one that exits while others still send to it would make them fail."""
        if self.count > 1:
            with others_alive():
                dist.all_reduce(torch.zeros(1))

    def broadcast_object(self, thing: T) -> T:
        """The first process' object, of any kind that pickle takes, in all of them."""
        if self.count == 1:
            return thing
        things: list[Any] = [thing]
        with others_alive():
            dist.broadcast_object_list(things, 0)
        return things[0]  # type: ignore[no-any-return]

    def gather(self, thing: T) -> list[T]:
        """Every process' object, in the order of their numbers, in all of them."""
        if self.count == 1:
            return [thing]
        things: list[Any] = [None] * self.count
        with others_alive():
            dist.all_gather_object(things, thing)
        return things


def join_ranks(cuda: bool) -> Ranks:
    """The processes that torchrun has started, or this one alone, which needs no setup.

    Args:
        cuda: whether each has a GPU of its own. Numbers that decide something go over gloo all the same, so
            that none of them waits for a GPU.

    Raises:
        FontganError: there are more processes than GPUs.
    """
    if process_count() == 1:
        return Ranks()
    if cuda:
        local = number_on_machine()
        if local >= torch.cuda.device_count():
            count = torch.cuda.device_count()
            raise FontganError(
                f"there are more processes than GPUs ({count})", f"start torchrun with nproc-per-node={count}"
            )
        torch.cuda.set_device(local)
    if not dist.is_initialized():
        dist.init_process_group("cpu:gloo,cuda:nccl" if cuda else "gloo")
    return Ranks(dist.get_rank(), dist.get_world_size())


@contextmanager
def others_alive() -> Iterator[None]:
    """Report the failures of this block as the end of another process, which they come from.

    Raises:
        FontganError: another process has ended.
    """
    try:
        yield
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        raise FontganError(
            "another process of this run has exited",
            "see its output; with {resume} a run continues from its last checkpoint, with any number of "
            "processes",
        ) from error

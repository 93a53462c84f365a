"""The one place that decides the device, the precision and the threads."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn

from fontgan.errors import FontganError

DeviceChoice = Literal["auto", "cpu", "cuda"]


@dataclass(frozen=True)
class Engine:
    """What computes, and how.

    Attributes:
        device: where the networks and the batches are.
        precision: of the convolutions, under autocast; weights and losses stay float32.
        reason: why, in words for the user.
    """

    device: torch.device
    precision: torch.dtype
    reason: str

    def autocast(self) -> AbstractContextManager[None]:
        """A context in which networks compute in the engine's precision."""
        low = self.precision != torch.float32
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=low)

    def place(self, network: nn.Module) -> nn.Module:
        """The network on the device, its weights laid out channels-last, as convolutions like it best."""
        return network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def choose_engine(choice: DeviceChoice = "auto") -> Engine:
    """The best that this machine has, or what the user chose.

    Raises:
        FontganError: CUDA was asked for and there is none.
    """
    if choice == "cuda" and not torch.cuda.is_available():
        raise FontganError("no CUDA device can be used here: give --device cpu, or leave it out")
    if choice != "cpu" and torch.cuda.is_available():
        return _cuda_engine()
    threads = _limit_threads()
    words = f"CPU, {threads} thread{'s' if threads > 1 else ''}"
    if _cpu_computes_bfloat16():
        return Engine(torch.device("cpu"), torch.bfloat16, f"{words}, bfloat16: the processor has it")
    return Engine(torch.device("cpu"), torch.float32, f"{words}, float32: the processor has no bfloat16")


def _cuda_engine() -> Engine:
    name = torch.cuda.get_device_name()
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    if torch.cuda.is_bf16_supported(including_emulation=False):
        return Engine(torch.device("cuda"), torch.bfloat16, f"{name}, bfloat16: the GPU has it")
    return Engine(torch.device("cuda"), torch.float32, f"{name}, float32: the GPU has no bfloat16")


def _limit_threads() -> int:
    """Use the processors that this process may run on, unless OMP_NUM_THREADS says how many."""
    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)
    return torch.get_num_threads()


def _cpu_computes_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 in hardware; emulated, it would only be slower."""
    capabilities = getattr(torch.cpu, "get_capabilities", dict[str, bool])()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))

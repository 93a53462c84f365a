"""The one place that decides the device, the precision and the threads."""

from __future__ import annotations

import os
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import psutil
import torch
from torch import nn

from fontgan.config import DeviceChoice
from fontgan.errors import FontganError

_PROBES = 15  # enough to see a busy processor, in a tenth of a second


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

    def free_memory(self) -> int:
        """Bytes that are free on the device, which pictures may be kept in."""
        if self.device.type == "cuda":
            return torch.cuda.mem_get_info(self.device)[0]
        return int(psutil.virtual_memory().available)

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
    cpu = torch.device("cpu")
    if _cpu_computes_bfloat16():
        engine = Engine(cpu, torch.bfloat16, "bfloat16: the processor has it")
    else:
        engine = Engine(cpu, torch.float32, "float32: the processor has no bfloat16")
    return replace(engine, reason=f"CPU, {_choose_threads(engine)}, {engine.reason}")


def _cuda_engine() -> Engine:
    name = torch.cuda.get_device_name()
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    if torch.cuda.is_bf16_supported(including_emulation=False):
        return Engine(torch.device("cuda"), torch.bfloat16, f"{name}, bfloat16: the GPU has it")
    return Engine(torch.device("cuda"), torch.float32, f"{name}, float32: the GPU has no bfloat16")


def _choose_threads(engine: Engine) -> str:
    """One thread or as many as torch would take, whichever is faster now; returns the choice in words.

    Threads wait for each other after every layer. Where another process holds one of the processors,
    all wait for the one that does not run: several threads are then many times slower than one.
    """
    most = torch.get_num_threads()
    if most == 1 or "OMP_NUM_THREADS" in os.environ:
        return f"{most} thread{'s' if most > 1 else ''}"
    seconds = {}
    for threads in (1, most):
        torch.set_num_threads(threads)
        _probe(engine)
        seconds[threads] = _probe(engine)
    chosen = min(seconds, key=lambda threads: seconds[threads])
    torch.set_num_threads(chosen)
    other = most if chosen == 1 else 1
    gain = seconds[other] / seconds[chosen]
    return f"{chosen} thread{'s' if chosen > 1 else ''} ({gain:.1f} times as fast as {other})"


def _probe(engine: Engine) -> float:
    """The seconds that a few layers of a generator's kind take, forwards and backwards."""
    maps = torch.ones(32, 64, 16, 16)
    layer = engine.place(nn.Conv2d(64, 64, 3, padding=1))
    began = time.perf_counter()
    for _ in range(_PROBES):
        with engine.autocast():
            layer(maps).float().sum().backward()
    return time.perf_counter() - began


def _cpu_computes_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 in hardware; emulated, it would only be slower."""
    capabilities = getattr(torch.cpu, "get_capabilities", dict[str, bool])()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))

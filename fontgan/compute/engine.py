"""The one place that decides the device, the precision, the threads and the processes."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import psutil
import torch
from torch import nn

from fontgan.compute.allocation import keep_freed_memory
from fontgan.compute.ranks import Ranks, join_ranks
from fontgan.compute.threads import choose_threads
from fontgan.compute.whole_batch import over_the_whole_batch
from fontgan.config.settings import DeviceChoice, PrecisionChoice
from fontgan.errors import FontganError


@dataclass(frozen=True)
class Engine:
    """What computes, and how.

    Attributes:
        device: where the networks and the batches are.
        precision: of the convolutions, under autocast; weights and losses stay float32.
        reason: why, in words for the user.
        compiled: whether networks are compiled before they are trained.
        ranks: the processes that share the work.
    """

    device: torch.device
    precision: torch.dtype
    reason: str = ""
    compiled: bool = False
    ranks: Ranks = field(default_factory=Ranks)

    def autocast(self) -> AbstractContextManager[None]:
        """A context in which networks compute in the engine's precision."""
        low = self.precision != torch.float32
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=low)

    def free_memory(self) -> int:
        """Bytes that are free on the device, which pictures may be kept in."""
        if self.device.type == "cuda":
            return torch.cuda.mem_get_info(self.device)[0]
        return int(psutil.virtual_memory().available)

    def peak_memory(self) -> int:
        """Bytes that were taken at most so far: of the GPU, or of this process."""
        if self.device.type == "cuda":
            return torch.cuda.max_memory_allocated(self.device)
        import resource  # not on Windows, and asked for by estimates only

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024  # bytes there, kilobytes elsewhere

    def place(self, network: nn.Module) -> nn.Module:
        """The network on the device, its weights laid out channels-last, as convolutions like it best.

        On a CPU, transposed ones of one picture take up to twice as long with weights so laid out.
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
        """Compile it in place if that is wanted: when it is first used, for each shape of its input.

        Never a network under a gradient penalty: compiled ones have no second derivative.
        """
        if self.compiled:
            # Its tracing looks at what it itself warns of.
            warnings.filterwarnings("ignore", message="The .grad attribute of a Tensor", module="torch")
            network.compile()


def choose_engine(
    choice: DeviceChoice = "auto",
    precision: PrecisionChoice = "auto",
    threads: int = 0,
    compiled: bool = False,
) -> Engine:
    """The best that this machine has, or what the user chose.

    Raises:
        FontganError: what was asked for is not there.
    """
    device = _choose_device(choice)
    ranks = join_ranks(device.type == "cuda")
    kind, why = _choose_precision(device, precision)
    words = [_name(device)]
    if device.type == "cpu":
        keep_freed_memory()
        words.append(choose_threads(threads, _some_layers(Engine(device, kind))))
    else:
        torch.backends.cuda.matmul.allow_tf32 = True
        torch.backends.cudnn.allow_tf32 = True
    words.append(why)
    if compiled:
        _check_compiler(device)
        words.append("compiled")
    if ranks.count > 1:
        words.append(f"{ranks.count} processes")
    return Engine(device, kind, ", ".join(words), compiled, ranks)


def _choose_device(choice: DeviceChoice) -> torch.device:
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if choice != "auto" and not there[choice]:
        raise FontganError(f"no {choice.upper()} device can be used here: give --device cpu, or leave it out")
    # Not MPS by itself: it has not been measured.
    name = choice if choice != "auto" else "cuda" if there["cuda"] else "cpu"
    return torch.device(name)


def _choose_precision(device: torch.device, choice: PrecisionChoice) -> tuple[torch.dtype, str]:
    """The precision, and why, in words."""
    if choice != "auto":
        return getattr(torch, choice), f"{choice} as set"
    if _computes_bfloat16(device):
        return torch.bfloat16, "bfloat16: the device multiplies it"
    return torch.float32, "float32: the device has no bfloat16"


def _computes_bfloat16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 in hardware; emulated, it would only be slower."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "mps":
        return False
    capabilities = getattr(torch.cpu, "get_capabilities", dict[str, bool])()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def _name(device: torch.device) -> str:
    return torch.cuda.get_device_name() if device.type == "cuda" else device.type.upper()


def _some_layers(engine: Engine) -> Callable[[], None]:
    """A few layers of a generator's kind, forwards and backwards, to see how fast they are."""
    maps = torch.ones(32, 64, 16, 16)
    layer = engine.place(nn.Conv2d(64, 64, 3, padding=1))

    def work() -> None:
        with engine.autocast():
            layer(maps).float().sum().backward()

    return work


def _check_compiler(device: torch.device) -> None:
    """Compile something small.

    Raises:
        FontganError: this machine cannot.
    """
    try:
        small = nn.Conv2d(1, 1, 3).to(device)
        small.compile()
        small(torch.ones(1, 1, 4, 4, device=device)).sum().backward()
    except Exception as error:
        raise FontganError(
            f"nothing can be compiled here ({str(error).splitlines()[0]}): "
            "install a C++ compiler, or leave --compile out"
        ) from error

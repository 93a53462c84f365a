"""Choose an engine, which changes nothing, and prepare the process for it, which only commands do."""

from __future__ import annotations

import functools
import os
import warnings

import torch
from torch import nn

from fontgan.compute.allocation import keep_freed_memory
from fontgan.compute.engine import Engine
from fontgan.compute.ranks import join_ranks
from fontgan.compute.threads import counted, fastest_threads
from fontgan.config.reading import nearest
from fontgan.config.settings import DeviceChoice, PrecisionChoice
from fontgan.errors import FontganError


def choose_engine(
    choice: DeviceChoice = "auto",
    precision: PrecisionChoice = "auto",
    threads: int = 0,
    compiled: bool = False,
) -> Engine:
    """The best engine that this machine has, or the one that was asked for.

    It changes nothing in the process, except that a process which torchrun has started joins the others.

    Args:
        choice: the device.
        precision: of the layers.
        threads: of a CPU, which whoever prepares the process sets, at most one per processor; 0: those that
            it has.
        compiled: whether networks are to be compiled.

    Raises:
        FontganError: what was asked for is not available.
    """
    device = _choose_device(choice)
    usable = _usable(threads)
    kind, why = _choose_precision(device, precision)
    ranks = join_ranks(device.type == "cuda")
    words = [_name(device)]
    if device.type == "cpu":
        fewer = f" instead of {threads}, one per processor" if usable < threads else ""
        words.append(f"{counted(usable or torch.get_num_threads())}{fewer}")
    words.append(why)
    if compiled:
        _check_compiler(device)
        words.append("compiled")
    if ranks.count > 1:
        words.append(f"{ranks.count} processes")
    return Engine(device, kind, ", ".join(words), compiled, ranks, usable if device.type == "cpu" else 0)


def prepare_process(engine: Engine) -> str:
    """Set the options of the whole process so that the engine computes fastest.

    A command calls this, since the process is its own. A program that uses fontgan as a library keeps its
    own settings unless it calls this too. It sets the number of threads (the engine's, or by a short trial
    the fastest), TF32 on GPUs, what becomes of freed memory, and which of the compiler's warnings are shown.

    Returns:
        The trial's outcome in words; empty where there was none.
    """
    if engine.compiled:  # its tracing looks at what it itself warns of
        warnings.filterwarnings("ignore", message="The .grad attribute of a Tensor", module="torch")
    if engine.device.type != "cpu":
        torch.backends.cuda.matmul.allow_tf32 = True
        torch.backends.cudnn.allow_tf32 = True
        return ""
    keep_freed_memory()
    if engine.threads:
        torch.set_num_threads(engine.threads)
        return ""
    most = torch.get_num_threads()
    if most == 1 or "OMP_NUM_THREADS" in os.environ:
        return ""
    chosen, times = fastest_threads((1, most), engine)
    torch.set_num_threads(chosen)
    other = most if chosen == 1 else 1
    return f"{counted(chosen)}: {times:.1f} times as fast as {other} in a short trial just now"


def _choose_device(choice: DeviceChoice) -> torch.device:
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if choice != "auto" and choice not in available:
        raise FontganError(f"there is no device {choice!r}{nearest(choice, ['auto', *available])}")
    if choice != "auto" and not available[choice]:
        raise FontganError(f"this machine has no {choice.upper()} device", "choose {device} cpu, or omit it")
    # Not MPS by itself: it has not been measured.
    name = choice if choice != "auto" else "cuda" if available["cuda"] else "cpu"
    return torch.device(name)


def _usable(threads: int) -> int:
    """This many threads, or one per processor: more would wait for each other for ever."""
    return min(threads, os.cpu_count() or 1)


def _choose_precision(device: torch.device, choice: PrecisionChoice) -> tuple[torch.dtype, str]:
    """The precision, and why, in words."""
    if choice != "auto":
        return getattr(torch, choice), f"{choice} as set"
    if _computes_bfloat16(device):
        return torch.bfloat16, "bfloat16 (native)"
    return torch.float32, "float32 (no native bfloat16)"


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


@functools.cache
def _check_compiler(device: torch.device) -> None:
    """Compile something small, once.

    Raises:
        FontganError: this machine cannot.
    """
    try:
        small = nn.Conv2d(1, 1, 3).to(device)
        small.compile()
        small(torch.ones(1, 1, 4, 4, device=device)).sum().backward()
    except Exception as error:
        raise FontganError(
            f"networks cannot be compiled on this machine ({str(error).splitlines()[0]})",
            "install a C++ compiler, or omit {compile}",
        ) from error

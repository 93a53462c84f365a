"""How many threads of the processor compute."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import torch
from torch import nn

from fontgan.compute.engine import Engine

_PROBES = 15  # enough to see a busy processor, in a tenth of a second


def fastest_threads(
    numbers: Sequence[int], engine: Engine, now: Callable[[], float] = time.perf_counter
) -> tuple[int, float]:
    """The number of threads that is fastest at this moment.

    Threads wait for each other after every layer. Where another process holds one of the processors, all
    wait for the thread that does not run: several threads are then many times slower than one.

    Args:
        numbers: of threads to try; the process is left with the last one.
        engine: whose precision is tried.
        now: a clock, in seconds.

    Returns:
        The fastest number, and how many times as fast it is as the slowest.
    """
    work = _some_layers(engine)
    seconds = {}
    for threads in numbers:
        torch.set_num_threads(threads)
        _time(work, now)  # the threads start
        seconds[threads] = _time(work, now)
    best = min(seconds, key=lambda threads: seconds[threads])
    return best, max(seconds.values()) / seconds[best]


def counted(threads: int) -> str:
    """Their number in words."""
    return f"{threads} thread{'s' if threads > 1 else ''}"


def _time(work: Callable[[], None], now: Callable[[], float]) -> float:
    began = now()
    for _ in range(_PROBES):
        work()
    return now() - began


def _some_layers(engine: Engine) -> Callable[[], None]:
    """A few layers of a generator's kind, forwards and backwards."""
    maps = torch.ones(32, 64, 16, 16)
    layer = nn.Conv2d(64, 64, 3, padding=1).to(memory_format=torch.channels_last)

    def work() -> None:
        with engine.autocast():
            layer(maps).float().sum().backward()

    return work

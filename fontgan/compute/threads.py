"""How many threads of the processor compute."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import torch

from fontgan.errors import FontganError

_PROBES = 15  # enough to see a busy processor, in a tenth of a second


def choose_threads(given: int, work: Callable[[], None]) -> str:
    """As many threads as were given, or one, or as many as torch would take, whichever is faster now.

    Threads wait for each other after every layer. Where another process holds one of the processors,
    all wait for the one that does not run: several threads are then many times slower than one.

    Args:
        given: the user's number; 0 to choose by trial.
        work: a few layers of a network's kind, forwards and backwards.

    Returns the choice in words.

    Raises:
        FontganError: more were given than there are processors: they would wait for each other for ever.
    """
    most = torch.get_num_threads()
    processors = os.cpu_count() or 1
    if given > processors:
        raise FontganError(
            f"{given} threads are more than the {processors} processors here: give --threads 0"
        )
    if given:
        torch.set_num_threads(given)
        return f"{_counted(given)} as set"
    if most == 1 or "OMP_NUM_THREADS" in os.environ:
        return _counted(most)
    seconds = {}
    for threads in (1, most):
        torch.set_num_threads(threads)
        _time(work)
        seconds[threads] = _time(work)
    chosen = min(seconds, key=lambda threads: seconds[threads])
    torch.set_num_threads(chosen)
    other = most if chosen == 1 else 1
    return f"{_counted(chosen)} ({seconds[other] / seconds[chosen]:.1f} times as fast as {other})"


def _time(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    for _ in range(_PROBES):
        work()
    return time.perf_counter() - began


def _counted(threads: int) -> str:
    return f"{threads} thread{'s' if threads > 1 else ''}"

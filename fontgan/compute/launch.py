"""How this process was started: alone, or by torchrun beside others. It imports no torch."""

from __future__ import annotations

import os
import sys
from typing import NoReturn


def process_count() -> int:
    """How many processes torchrun has started for this command; 1 without it."""
    return _number("WORLD_SIZE", 1)


def first_process() -> bool:
    """Whether this process is the one that writes and reports."""
    return _number("RANK", 0) == 0


def number_on_machine() -> int:
    """The process' number on its machine, which is that of its GPU."""
    return _number("LOCAL_RANK", 0)


def usable_cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _number(name: str, usual: int) -> int:
    """A number that torchrun has set; what is not a number, it has not set."""
    value = os.environ.get(name, "")
    return int(value) if value.isdecimal() else usual


def end_process(status: int) -> NoReturn:
    """Exit at once, without Python's clean-up.

    One in ten processes that had used gloo was aborted during the clean-up, because one of gloo's threads
    was still running («terminate called without an active exception»); torchrun then reports a failure.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)

"""How the C library manages memory on a CPU."""

from __future__ import annotations

import ctypes
import sys

# From glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4


def keep_freed_memory() -> None:
    """Let the process keep the memory that it frees for the next step, instead of returning it.

    torch has no memory pool on a CPU: each large tensor is allocated again, and the system clears its pages
    again, which took a fifth of the time of a step of large networks. Without glibc this does nothing. The
    process keeps what it once used until it ends.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_MAX, 0)
        mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)

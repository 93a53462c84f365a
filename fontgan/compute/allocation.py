"""How the C library hands out memory on a CPU."""

from __future__ import annotations

import ctypes
import sys

# Of glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4


def keep_freed_memory() -> None:
    """Let the process keep what it frees, for the next step, instead of giving it back to the system.

    torch has no memory of its own on a CPU: each large tensor is asked for anew, and the system clears its
    pages anew, which took a fifth of the time of a step of large networks. Does nothing but under glibc.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_MAX, 0)
        mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)

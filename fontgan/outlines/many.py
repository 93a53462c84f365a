"""Many images traced, by several processes where there are enough."""

from __future__ import annotations

import contextlib
import math
import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from fontgan.outlines.tracing import Trace, trace

_CHUNK = 16  # images that a process traces before it is given more
_FEW = 128  # images: by the time these are traced, another process has hardly begun


@contextlib.contextmanager
def tracing(jobs: int) -> Iterator[Callable[[np.ndarray], Iterable[Trace]]]:
    """What traces images, uint8 (n, size, size): this process alone at first, then several together.

    Args:
        jobs: processes; the outlines do not depend on their number.
    """
    count, pool = 0, None

    def trace_all(images: np.ndarray) -> Iterable[Trace]:
        nonlocal count, pool
        count += len(images)
        if jobs == 1 or count <= _FEW:
            return map(trace, images)
        if pool is None:
            # Not forked: torch's threads do not survive that.
            pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"))
        # The parts of a drawing are small where its images are large: each process gets a share of them.
        return pool.map(trace, images, chunksize=min(_CHUNK, math.ceil(len(images) / jobs)))

    try:
        yield trace_all
    finally:
        if pool is not None:
            pool.shutdown(cancel_futures=True)

"""Training images a second with each number of threads, in one run, by turns.

python -m tests.benchmarks.threads
"""

from __future__ import annotations

import os
import statistics
import time

import torch

from fontgan.compute.engine import choose_engine
from fontgan.models import find_model
from fontgan.models.base import GeneratorSpec
from tests.benchmarks.batches import random_batch

STEPS = 20
TURNS = 5


def main() -> None:
    """Print the median of each number of threads, and what fontgan chooses."""
    engine = choose_engine("cpu")
    print(engine.reason)
    kind = find_model("pix2pix")
    model = kind(kind.preset("default"), GeneratorSpec(64), engine)
    batch = random_batch(32, 64)
    speeds: dict[int, list[float]] = {1: [], os.cpu_count() or 1: []}
    for _ in range(TURNS):
        for threads, found in speeds.items():
            torch.set_num_threads(threads)
            model.step(batch, 100, 0.5)
            began = time.perf_counter()
            for _ in range(STEPS):
                model.step(batch, 100, 0.5)
            found.append(STEPS * 32 / (time.perf_counter() - began))
    for threads, found in speeds.items():
        print(f"{threads} thread(s): {statistics.median(found):.0f} images/s")


if __name__ == "__main__":
    main()

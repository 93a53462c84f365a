"""Training images per second with each number of threads, alone or beside busy processes.

python -m tests.benchmarks.threads
python -m tests.benchmarks.threads --busy 1

How threads wait for each other is read from OMP_WAIT_POLICY when torch is loaded, so that each policy has
a process of its own; all by turns, medians.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

STEPS = 10
TURNS = 5
POLICIES: dict[str, dict[str, str]] = {"as torch has it": {}, "passive": {"OMP_WAIT_POLICY": "passive"}}
WORKER = "--worker"


def main() -> None:
    """Print the median of each policy and number of threads."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--busy", type=int, default=0, help="processes beside that never wait")
    parser.add_argument(WORKER, action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        print(json.dumps(speeds()))
        return
    found: dict[tuple[str, str], list[float]] = {}
    with busy_processes(given.busy):
        for _, (policy, environment) in itertools.product(range(TURNS), POLICIES.items()):
            command = (sys.executable, "-m", "tests.benchmarks.threads", WORKER)
            free = {name: value for name, value in os.environ.items() if not name.startswith("OMP_")}
            done = subprocess.run(command, env=free | environment, check=True, capture_output=True)
            for threads, speed in json.loads(done.stdout).items():
                found.setdefault((policy, threads), []).append(speed)
    for (policy, threads), values in found.items():
        print(f"{policy}, {threads} thread(s): {statistics.median(values):.0f} images/s")


def speeds() -> dict[int, float]:
    """Images per second of this process with one thread and with as many as there are processors."""
    import torch

    from fontgan.compute.engine import Engine
    from fontgan.models import find_model
    from fontgan.models.base import GeneratorSpec
    from tests.benchmarks.batches import random_batch

    engine = Engine(torch.device("cpu"), torch.float32)
    kind = find_model("pix2pix")
    model = kind(kind.preset("default"), GeneratorSpec(64), engine)
    batch = random_batch(32, 64)
    found = {}
    for threads in (1, os.cpu_count() or 1):
        torch.set_num_threads(threads)
        model.step(batch, 100, 0.5)
        began = time.perf_counter()
        for _ in range(STEPS):
            model.step(batch, 100, 0.5)
        found[threads] = STEPS * 32 / (time.perf_counter() - began)
    return found


@contextmanager
def busy_processes(count: int) -> Iterator[None]:
    """Processes that compute all the time, while the block runs."""
    processes = [subprocess.Popen((sys.executable, "-c", "while True: pass")) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()

"""How long `fontgan --help` takes, against the bare import of the libraries that print it.

    python -m tests.benchmarks.start

Whole processes, in turn; the medians and their ratio.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 15
HELP = (sys.executable, "-m", "fontgan", "--help")
IMPORT = (sys.executable, "-c", "import typer, rich")


def seconds(command: tuple[str, ...]) -> float:
    """The wall time of one process."""
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    """Print both medians and the ratio."""
    seconds(HELP), seconds(IMPORT)  # the first of each reads the disk
    pairs = [(seconds(HELP), seconds(IMPORT)) for _ in range(RUNS)]
    ours, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"fontgan --help {ours:.3f} s, import typer, rich {bare:.3f} s: {ours / bare:.2f} times as long")


if __name__ == "__main__":
    main()

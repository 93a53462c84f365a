"""The three commands with no options, in an empty folder: how long each takes, and how good it is.

    python -m tests.benchmarks.front_door [--style FACE] [--size PX] [--whole FONT]

`--style` trains another style than the first, `--size` images of another size; `--whole`, the font that the
style is a subset of, adds the measures on all characters of GB2312 level 1 that the subset lacks.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fontgan.runs.finding import newest_run
from fontgan.runs.folder import RUNS
from tests.benchmarks.figures import print_test_measures, print_unseen_measures


def main() -> None:
    """Run and time the commands, then print the figures of the run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--style")
    parser.add_argument("--size", help="pixels per side of the images")
    parser.add_argument("--whole")
    parser.add_argument("--keep", type=Path, help="a folder to work in and leave as it is then")
    given = parser.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp(prefix="fontgan-"))
    folder.mkdir(parents=True, exist_ok=True)
    style = ["--style", given.style] if given.style else []
    size = ["--size", given.size] if given.size else []
    began = time.perf_counter()
    for words in (
        ["render-dataset", *size],
        ["train", "--model", "pix2pix", *style],
        ["generate", "--chars", "永和"],
    ):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "fontgan", *words], cwd=folder, check=True)
        print(f"fontgan {' '.join(words)}: {time.perf_counter() - start:.1f} s")
    print(f"in all: {time.perf_counter() - began:.1f} s, in {folder}")
    run = newest_run(folder / RUNS)
    print_test_measures(run)
    if given.whole:
        print_unseen_measures(run, given.whole)


if __name__ == "__main__":
    main()

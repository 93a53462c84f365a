"""One whole font into another: a run on one thread, measured on held-out characters.

    python -m tests.benchmarks.two_fonts CONTENT STYLE [--minutes 3] [--set KEY=VALUE]…

For example NotoSansCJK-Regular.ttc#2 and LXGWWenKai-Regular.ttf of Debian's packages fonts-noto-cjk and
fonts-lxgw-wenkai: 3,755 characters, of which the split keeps a tenth out.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from fontgan.runs.folder import Run
from tests.benchmarks.figures import print_test_measures


def main() -> None:
    """Render, train and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("content")
    parser.add_argument("style")
    parser.add_argument("--minutes", default="3")
    parser.add_argument("--model", default="pix2pix")
    parser.add_argument("--set", action="append", default=[])
    given = parser.parse_args()
    changes = [word for change in given.set for word in ("--set", change)]
    with tempfile.TemporaryDirectory(prefix="fontgan-") as folder:
        fonts = ["--source", given.content, "--target", given.style]
        train = ["train", "--model", given.model, "--minutes", given.minutes, "--run", "run", *changes]
        for words in (["render-dataset", *fonts], train):
            command = [sys.executable, "-m", "fontgan", *words]
            subprocess.run(command, cwd=folder, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
        print_test_measures(Run(Path(folder) / "run"))


if __name__ == "__main__":
    main()

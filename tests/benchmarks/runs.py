"""What `fontgan compare` leaves out of its runs: cleaning, the way back, and the loss on what was learnt.

    python -m tests.benchmarks.runs compared/all/runs/cyclegan-fontgan-kai RUN…

Each run is measured on the characters that it holds out: with each way of cleaning; a CycleGAN also backward,
from the style to the content's font; and the loss at the end of training beside the same on those characters.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from fontgan.config.settings import Cleaning
from fontgan.drawing.drawer import Drawer
from fontgan.drawing.drawing import Drawing
from fontgan.judging.characters import characters_to_measure
from fontgan.judging.truth import Truth
from fontgan.measures.table import MEASURES
from fontgan.models import find_model
from fontgan.runs.folder import Run
from fontgan.runs.log import Finished, Progressed
from tests.benchmarks.figures import means_of

_COLUMNS = ("iou", "fixed_l1", "ssim", "grey")
_CLEANINGS: tuple[Cleaning, ...] = ("none", "median", "opening", "levels")


def print_run(run: Run) -> None:
    """A table of one run."""
    drawer = Drawer(run, device="cpu")
    codes, _ = characters_to_measure(drawer, Truth(drawer), None, whole=False)
    print(f"\n| {run.name} | {' | '.join(MEASURES[name].heading for name in _COLUMNS)} |")
    print("|---|---|---|---|---|")
    for kind in _CLEANINGS:
        print(_line(f"cleaning: {kind}", drawer.draw(codes, kind)))
    if not find_model(drawer.record.model).paired:
        print(_line("backward", Drawer(run, backward=True, device="cpu").draw(codes)))
    learnt = run.log.of(Progressed)[-1].losses
    seen = run.log.of(Finished)[-1].test["generated"]
    for name, loss in learnt.items():
        if name.replace("-", "_") in seen:
            print(f"{name}: {loss:.3f} on its batches, {seen[name.replace('-', '_')]:.3f} on test characters")


def _line(title: str, drawing: Drawing) -> str:
    truth = np.stack([glyph for glyph in drawing.truth if glyph is not None])
    found = means_of(drawing.images, truth)
    return f"| {title} | {' | '.join(f'{found[name]:.3f}' for name in _COLUMNS)} |"


def main() -> None:
    """Print a table for each run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("runs", nargs="+", type=Path)
    for path in parser.parse_args().runs:
        print_run(Run(path))


if __name__ == "__main__":
    main()

"""The figures of a run, printed alike by all benchmarks.

    python -m tests.benchmarks.figures RUN WHOLE_FONT

prints those on all characters of GB2312 level 1 that a run's style font lacks, where WHOLE_FONT is the font
that the style font is a subset of.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import torch

from fontgan.data.record import FaceRecord
from fontgan.fonts.canvas import Canvas, font_shift
from fontgan.fonts.charset import gb2312_level
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.measures.glyphs import Measures
from fontgan.runs.checkpoint import find_checkpoint, load_checkpoint
from fontgan.training.held_out import HeldOut, compare


def print_test_measures(run: Path) -> None:
    """What the run itself measured on its test characters when it ended."""
    end = json.loads((run / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    print(
        f"{end['step']:,} steps in {end['training_seconds']:.0f} s, {end['images_per_second']:.0f} images/s; "
        f"start {end['start_seconds']:.1f} s, samples {end['sample_seconds']:.1f} s"
    )
    _print({name: Measures(**values) for name, values in end["test"].items()}, "test characters")


def print_unseen_measures(run: Path, whole: str) -> None:
    """The same measures on all of GB2312 level 1 that the style font of the run does not draw itself.

    `whole` is the font that has them all, of which the run's style font is a subset.
    """
    network, record = load_checkpoint(find_checkpoint(run, run.parent))
    (trained,) = record.contents
    content = Face(trained.location)
    codes, true = unseen_glyphs(record.styles[0], whole, record.size)
    drawn = [content.draw(code, Canvas(record.size), trained.shift) for code in codes]
    sides = np.stack([glyph for glyph in drawn if glyph is not None]), true
    content_side, style_side = (torch.from_numpy(side).unsqueeze(1) for side in sides)
    pairs = HeldOut(codes, content_side, style_side)
    _print(compare(network, pairs), f"{len(codes):,} characters that the style font lacks")


def unseen_glyphs(style: FaceRecord, whole: str, size: int) -> tuple[list[int], np.ndarray]:
    """The characters of GB2312 level 1 that a style lacks and its whole font has, and their true glyphs.

    The glyphs are uint8 (n, size, size), placed as the style's own are.
    """
    subset, full, level = Face(style.location), Face(FontLocation.parse(whole)), gb2312_level(1)
    shift = font_shift(full, [code for code in level if subset.draws(code)], Canvas(size))
    codes = [code for code in level if not subset.draws(code) and full.draws(code)]
    glyphs = [full.draw(code, Canvas(size), shift) for code in codes]
    return codes, np.stack([glyph for glyph in glyphs if glyph is not None])


def _print(measures: dict[str, Measures], title: str) -> None:
    print(title)
    for name, found in measures.items():
        print(
            f"  {name:<20} IoU {found.iou:.3f}  fixed L1 {found.fixed_l1:.3f}  "
            f"L1 {found.l1:.4f}  grey {found.grey:.3f}"
        )


if __name__ == "__main__":
    print_unseen_measures(Path(sys.argv[1]), sys.argv[2])

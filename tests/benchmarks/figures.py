"""The figures of a run, printed alike by all benchmarks.

    python -m tests.benchmarks.figures RUN WHOLE_FONT

prints those on all characters of GB2312 level 1 that a run's style font lacks, where WHOLE_FONT is the font
that the style font is a subset of, as `fontgan evaluate --checkpoint RUN --truth WHOLE_FONT` does.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

from fontgan.data.images import as_floats
from fontgan.drawing.drawer import Drawer
from fontgan.fonts.canvas import Canvas, font_shift
from fontgan.fonts.charset import gb2312_level
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.fonts.source import GlyphSource
from fontgan.judging.evaluation import evaluate
from fontgan.measures.glyphs import measure
from fontgan.measures.table import ALL, FURTHER, TABLE, Measures
from fontgan.runs.folder import Run
from fontgan.runs.log import Finished


def print_test_measures(run: Run) -> None:
    """What the run itself measured on its test characters when it ended."""
    end = run.log.of(Finished)[-1]
    print(
        f"{end.step:,} steps in {end.training_seconds:.0f} s, {end.images_per_second:.0f} images/s; "
        f"start {end.start_seconds:.1f} s, samples {end.sample_seconds:.1f} s"
    )
    _print(end.test, "test characters")


def print_unseen_measures(run: Run, whole: str) -> None:
    """The same measures on all of GB2312 level 1 that the style font of the run does not draw itself.

    `whole` is the font that has them all, of which the run's style font is a part.
    """
    found = evaluate(Drawer(run), truth=whole)
    means = {
        name: {of.name: side.mean(of.name) for of in (*TABLE, *FURTHER)} for name, side in found.sides.items()
    }
    _print(means, f"{len(found):,} characters that the style font lacks")


def means_of(images: np.ndarray, true: np.ndarray) -> dict[str, float]:
    """Mean measures of images against the true glyphs, both uint8 (n, size, size)."""
    drawn, wanted = (as_floats(torch.from_numpy(side).unsqueeze(1)) for side in (images, true))
    return measure(drawn, wanted).means()


def unseen_glyphs(style: GlyphSource, whole: str, canvas: Canvas) -> tuple[list[int], np.ndarray]:
    """The characters of GB2312 level 1 that a style lacks and its whole font has, and their true glyphs.

    The glyphs are uint8 (n, size, size), placed as the style's own are.
    """
    full, level = Face(FontLocation.parse(whole)), gb2312_level(1)
    shift = font_shift(full, [code for code in level if style.draws(code)], canvas)
    codes = [code for code in level if not style.draws(code) and full.draws(code)]
    glyphs = [full.draw(code, canvas, shift) for code in codes]
    return codes, np.stack([glyph for glyph in glyphs if glyph is not None])


def _print(measures: Mapping[str, Measures], title: str) -> None:
    print(title)
    for name, found in measures.items():
        figures = (f"{of.title} {of.text(found[of.name])}" for of in ALL.values() if of.name in found)
        print(f"  {name:<20} {'  '.join(figures)}")


if __name__ == "__main__":
    print_unseen_measures(Run(Path(sys.argv[1])), sys.argv[2])

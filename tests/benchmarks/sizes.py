"""What the size of the images is worth in a font: the same steps at each size, judged at one size.

    python -m tests.benchmarks.sizes STYLE [--whole FONT] [--sizes PX…] [--steps N] [--count N] [--folder DIR]

STYLE is a face of the usual dataset (`fontgan-kai`, `ma-shan-zheng`), `--whole` the font it is a subset of.
pix2pix learns it at each size on one thread; characters that it has not seen, of the whole font or else the
test characters, are compared with the true ones at 512 px, once as images enlarged by a bicubic filter, once
as the outlines of a font. Speeds are those of the runs: at their turn, with whatever else the machine does.
Runs that are in the folder already are judged again, not made.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from fontgan.data.splits import split_of
from fontgan.drawing.drawer import Drawer
from fontgan.fonts.canvas import SIZES, font_shift
from fontgan.fonts.charset import gb2312_level, scattered
from fontgan.fonts.source import GlyphSource
from fontgan.outlines.tracing import Trace, trace
from fontgan.runs.folder import Run, is_run
from fontgan.runs.log import Finished
from fontgan.sheet import Row, save_sheet
from tests.benchmarks.figures import means_of, unseen_glyphs
from tests.benchmarks.tracing import drawn
from tests.toy_fonts import AnyCanvas

LARGE = 512
SHOWN = 12  # characters on the sheet
MEASURED = ("iou", "fixed_l1", "l1", "ssim", "grey")


def learn(folder: Path, style: str, size: int, steps: int) -> Run:
    """The run of a style at a size, made unless it is there."""
    path = folder / f"{style}-{size}"
    data = folder / f"data-{size}.lmdb"
    if not data.exists():
        _fontgan("render-dataset", "--size", str(size), "--output", str(data))
    if not is_run(path):
        words = ["--data", str(data), "--style", style, "--run", str(path)]
        _fontgan("train", "--model", "pix2pix", *words, "--steps", str(steps), "--threads", "1")
    return Run(path)


def _fontgan(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "fontgan", *words], check=True, stdout=subprocess.DEVNULL)


def true_glyphs(style: GlyphSource, whole: str | None, count: int) -> tuple[list[int], np.ndarray]:
    """Some characters that were not learnt, and their true glyphs, uint8 (n, 512, 512)."""
    canvas = AnyCanvas(LARGE)
    if whole:
        codes, true = unseen_glyphs(style, whole, canvas)
    else:
        codes = [code for code in gb2312_level(1) if style.draws(code) and split_of(code) == "test"]
        shift = font_shift(style, [code for code in gb2312_level(1) if style.draws(code)], canvas)
        true = np.stack([glyph for code in codes if (glyph := style.draw(code, canvas, shift)) is not None])
    chosen = scattered(codes)[:count]
    return chosen, true[[codes.index(code) for code in chosen]]


def enlarged(images: np.ndarray) -> np.ndarray:
    """Images uint8 (n, size, size) as (n, 512, 512)."""
    return np.stack([np.asarray(Image.fromarray(image).resize((LARGE, LARGE), 3)) for image in images])


def filled(traces: list[Trace]) -> np.ndarray:
    """Outlines as images, uint8 (n, 512, 512)."""
    coverages = [drawn(found.outline, LARGE / found.size, LARGE) for found in traces]
    return np.stack([np.round(255 * (1 - ink)).astype(np.uint8) for ink in coverages])


def print_row(title: str, images: np.ndarray, true: np.ndarray) -> None:
    """One line of the table."""
    found = means_of(images, true)
    print(f"| {title} | " + " | ".join(f"{found[name]:.3f}" for name in MEASURED) + " |", flush=True)


def main() -> None:
    """Train, judge, print a table and write a sheet of the outlines."""
    parser = argparse.ArgumentParser()
    parser.add_argument("style")
    parser.add_argument("--whole")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--steps", type=int, default=900)
    parser.add_argument("--count", type=int, default=150)
    parser.add_argument("--folder", type=Path, default=Path("bench-sizes"))
    given = parser.parse_args()
    runs = {size: learn(given.folder, given.style, size, given.steps) for size in given.sizes}
    codes, true = true_glyphs(Drawer(runs[given.sizes[0]]).styles[0].source, given.whole, given.count)
    print(
        f"{given.style}, {given.steps:,} steps, {len(codes)} characters that it has not seen, at {LARGE} px"
    )
    print(f"| | {' | '.join(MEASURED)} |")
    rows = [Row("true", list(true[:SHOWN]))]
    for size, run in runs.items():
        images = Drawer(run, device="cpu").draw(codes).images
        traces = [trace(image) for image in images]
        outlines = filled(traces)
        speed = run.log.of(Finished)[-1].images_per_second
        print_row(f"{size} px, {speed:.0f} images/s: enlarged", enlarged(images), true)
        print_row(f"{size} px: as outlines", outlines, true)
        points = np.mean([found.outline.point_count for found in traces])
        print(f"  {points:.0f} points a glyph, {sum(found.doubtful for found in traces)} doubtful")
        rows.append(Row(f"{size} px", list(outlines[:SHOWN])))
    sheet = given.folder / f"{given.style}.png"
    save_sheet(sheet, f"{given.style}: outlines", [chr(code) for code in codes[:SHOWN]], rows, LARGE)
    print(sheet)


if __name__ == "__main__":
    main()

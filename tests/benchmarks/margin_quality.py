"""What a margin around the em box costs: the same steps with each, measured on the em box alone.

    python -m tests.benchmarks.margin_quality --style ma-shan-zheng --whole ma-shan-zheng.ttf

Every run learns one of the bundled styles in as many steps. A third of the characters of GB2312 level 1
that the style font lacks are drawn, their em box is cut out of the canvas and enlarged bicubically to
256 px, and it is compared with the whole font's glyphs at that size, so that canvases of different scales
can be compared.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import fontgan
from fontgan.data.images import as_floats
from fontgan.fonts.canvas import Canvas
from fontgan.measures.glyphs import measure
from tests.benchmarks.figures import unseen_glyphs

_COMMON = Canvas(256)


def main() -> None:
    """Train with each margin, and print IoU and fixed L1."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--style", required=True, help="face of the default dataset")
    parser.add_argument("--whole", required=True, help="font that the style is a subset of")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--margins", type=float, nargs="+", default=[0.0, 0.0625, 0.125])
    given = parser.parse_args()
    for margin in given.margins:
        folder = Path(tempfile.mkdtemp(prefix="fontgan-"))
        data = fontgan.render(
            size=given.size, margin=margin, output=folder / "glyphs.lmdb", jobs=1, show=False
        )
        run = fontgan.train(
            data, style=given.style, steps=given.steps, threads=1, run=folder / "run", show=False
        )
        iou, fixed_l1, count = measured(run, given.whole)
        print(
            f"{given.style}, {given.size} px, {given.steps} steps, margin {margin:g}: IoU {iou:.3f}, "
            f"fixed L1 {fixed_l1:.3f} on {count} unseen characters",
            flush=True,
        )


def measured(run: fontgan.Run, whole: str) -> tuple[float, float, int]:
    """IoU, fixed L1 and the number of characters, on the em box at the common size."""
    drawer = fontgan.Drawer(run, device="cpu")
    codes, true = unseen_glyphs(drawer.styles[0].source, whole, _COMMON)
    drawing = drawer.draw(codes[::3])
    drawn = np.stack([_em_box(image, drawing.record.canvas) for image in drawing.drawn])
    wanted = as_floats(torch.from_numpy(true[::3]).unsqueeze(1))
    means = measure(torch.from_numpy(drawn).unsqueeze(1), wanted).means()
    return means["iou"], means["fixed_l1"], len(drawing)


def _em_box(image: np.ndarray, canvas: Canvas) -> np.ndarray:
    """The em box of an image, enlarged to the common size: float (256, 256) in [0, 1]."""
    edge = canvas.margin * canvas.pixels_per_em
    box = (edge, edge, canvas.size - edge, canvas.size - edge)
    size = (_COMMON.size, _COMMON.size)
    enlarged = Image.fromarray(image).resize(size, Image.Resampling.BICUBIC, box=box)
    return np.asarray(enlarged).clip(0, 1)


if __name__ == "__main__":
    main()

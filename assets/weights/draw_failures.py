"""Let early checkpoints draw characters that they have not learnt: real failures for the verifier.

    python assets/weights/draw_failures.py FOLDER

FOLDER is that of draw_fonts.py. failures/STYLE-STEP.npz in it gets `images` and `truth`, uint8 (n, 64, 64),
and `codes`, int64 (n,). What is there already is left alone.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

import fontgan

_CONTENT = "noto-sans-sc-1"
# Styles, how many characters they are learnt from, and for how many steps.
_STYLES = {
    "long-cang-1": (700, 250),
    "yuji-boku-1": (700, 250),
    "kouzan-mouhitsu-1": (400, 250),
    "zcool-qingke-huangyou-1": (300, 200),
    "lxgw-marker-gothic-1": (300, 200),
    "noto-serif-sc-1": (300, 200),
}
_DRAWN = 700  # characters by each checkpoint
_SHARES = (0.3, 0.6, 1.0)  # of the steps, after which is drawn


def main(folder: Path) -> None:
    """Draw the failures of all styles."""
    made = folder / "failures"
    made.mkdir(exist_ok=True)
    for style, (count, steps) in _STYLES.items():
        if not list(made.glob(f"{style}-*.npz")):
            draw(folder, style, count, steps)


def draw(folder: Path, style: str, count: int, steps: int) -> None:
    """Learn a style for a moment, and draw with what was learnt on the way."""
    content, true = (_glyphs(folder / f"{name}.npz") for name in (_CONTENT, style))
    both = sorted(content.keys() & true.keys())
    np.random.default_rng(0).shuffle(both)
    learnt, drawn = both[:count], both[count : count + _DRAWN]
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        _save_pictures({code: content[code] for code in learnt + drawn}, work / "content")
        _save_pictures({code: true[code] for code in learnt}, work / style)
        chars = "".join(map(chr, learnt))
        data = fontgan.render(
            work / style, work / "content", charset=chars, size=64, output=work / "data.lmdb", show=False
        )
        run = fontgan.train(data, "pix2pix", steps=steps, keep=20, run=work / "run", threads=1, show=False)
        for share in _SHARES:
            checkpoint = min(run.checkpoints, key=lambda path: abs(_step(path) - share * steps))
            drawer = fontgan.Drawer(checkpoint, device="cpu")
            images = drawer.draw(drawn).images
            target = folder / "failures" / f"{style}-{_step(checkpoint)}.npz"
            np.savez(target, images=images, truth=np.stack([true[code] for code in drawn]), codes=drawn)
            print(target, len(drawn), flush=True)


def _step(weights: Path) -> int:
    return int(weights.parent.name.removeprefix("step-"))


def _glyphs(path: Path) -> dict[int, np.ndarray]:
    file = np.load(path)
    return dict(zip(file["codes"].tolist(), file["images"], strict=True))


def _save_pictures(glyphs: dict[int, np.ndarray], folder: Path) -> None:
    folder.mkdir()
    for code, image in glyphs.items():
        Image.fromarray(image).save(folder / f"U+{code:04X}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

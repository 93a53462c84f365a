"""Training batches per second: from memory, from the store, and from a folder of PNGs through torchvision.

`python -m tests.benchmarks.reading [--size 128]`: the same pairs, 32 per batch; medians.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import torch
from PIL import Image
from torchvision.io import ImageReadMode, decode_image

from fontgan.assets import CONTENT_FONT, STYLE_FONTS, bundled_font
from fontgan.data.augmentation import Augmentation
from fontgan.data.images import as_floats
from fontgan.data.render import render_dataset
from fontgan.data.selection import load_view
from fontgan.data.store import GlyphStore
from fontgan.data.views import Batch
from fontgan.fonts.charset import gb2312_level
from fontgan.fonts.location import FontLocation

BATCH = 32
BATCHES = 50


def png_batches(content: list[Path], style: list[Path]) -> Iterator[Batch]:
    """Pairs out of two folders, in random order, decoded by torchvision into floats."""
    labels = torch.zeros(BATCH, dtype=torch.int64)
    while True:
        order = torch.randperm(len(content)).tolist()
        for start in range(0, len(order) - BATCH + 1, BATCH):
            chosen = order[start : start + BATCH]
            real_a, real_b = (
                torch.stack([decode_image(str(files[i]), ImageReadMode.GRAY) for i in chosen])
                for files in (content, style)
            )
            yield Batch(
                as_floats(real_a), as_floats(real_b), labels, labels, real_a.new_zeros(len(real_a), 0)
            )


def main() -> None:
    """Measure, and print images per second: two to a pair."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    torch.set_num_threads(1)
    content, style = FontLocation(bundled_font(CONTENT_FONT)), FontLocation(bundled_font(STYLE_FONTS[0]))
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "g.lmdb"
        render_dataset([content], [style], gb2312_level(1), given.size, path)
        with GlyphStore(path) as store:
            contents, styles = store.record.contents, store.record.styles
            views = {room: load_view(store, contents, styles, "train", room=room) for room in (None, 0)}
            files: list[list[Path]] = []
            for face in (*contents, *styles):
                folder = Path(temporary) / face
                folder.mkdir()
                codes = views[None].codes_b.tolist()
                for code, image in zip(codes, store.glyphs([(face, code) for code in codes]), strict=True):
                    Image.fromarray(image).save(folder / f"{code:06X}.png")
                files.append(sorted(folder.iterdir()))
            still = Augmentation()
            sources = {
                "memory": views[None].training_batches(BATCH, still, 0),
                "LMDB": views[0].training_batches(BATCH, still, 0),
                "PNG folder": png_batches(*files),
            }
            seconds: dict[str, list[float]] = {name: [] for name in sources}
            for _ in range(given.rounds):
                for name, batches in sources.items():
                    began = time.perf_counter()
                    for _ in islice(batches, BATCHES):
                        pass
                    seconds[name].append(time.perf_counter() - began)
    print(f"{len(views[None]):,} pairs at {given.size} px, {BATCH} per batch, one thread")
    for name, times in seconds.items():
        print(f"{name:<12} {2 * BATCH * BATCHES / statistics.median(times):10,.0f} images/s")


if __name__ == "__main__":
    main()

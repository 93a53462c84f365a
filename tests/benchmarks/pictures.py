"""A folder of glyph pictures in the place of a font: how far its glyph images are from the font's own.

`python -m tests.benchmarks.pictures [FONT]`: 500 pictures as the font draws them, at three sizes, a third of
them white on black, a third in colour, rendered into a store beside the font itself at 64 and 128 px.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps

from fontgan.assets import CONTENT_FONT, bundled_font
from fontgan.data.images import as_floats
from fontgan.data.render import render_dataset
from fontgan.data.store import GlyphStore
from fontgan.fonts.charset import code_point_name, gb2312_level
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.measures.glyphs import measure
from tests.toy_fonts import AnyCanvas

COUNT = 500
SIDES = (96, 200, 512)
LOOKS = (("black", "white"), ("white", "black"), ("#2a1a80", "#f0e2b0"))


def draw_pictures(face: Face, codes: list[int], folder: Path) -> None:
    """The characters as PNG files, their sizes, colours and ways of naming by turns."""
    folder.mkdir()
    for number, code in enumerate(codes):
        image = face.draw(code, AnyCanvas(SIDES[number % 3]))
        assert image is not None
        ink, paper = LOOKS[number // 3 % 3]
        picture = ImageOps.colorize(Image.fromarray(image), black=ink, white=paper)
        name = chr(code) if number % 2 else code_point_name(code)
        (picture.convert("L") if ink != LOOKS[2][0] else picture).save(folder / f"{name}.png")


def main() -> None:
    """Print the IoU for each size of picture, at each size of glyph image."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("font", nargs="?", default=str(bundled_font("ma-shan-zheng.ttf")))
    font = FontLocation.parse(parser.parse_args().font)
    content = FontLocation(bundled_font(CONTENT_FONT))
    face = Face(font)
    codes = [code for code in gb2312_level(1) if face.draws(code)][:COUNT]
    with tempfile.TemporaryDirectory() as temporary:
        folder, path = Path(temporary) / "pictures", Path(temporary) / "g.lmdb"
        draw_pictures(face, codes, folder)
        for size in (64, 128):
            render_dataset([content], [font, FontLocation(folder)], codes, size, path)
            with GlyphStore(path) as store:
                styles = store.record.styles
                own, pictures = (store.glyphs([(style, code) for code in codes]) for style in styles)
                shifts = [style.shift for style in store.record.select(styles)]
            print(f"{size} px, shifts {shifts[0]:+.3f} and {shifts[1]:+.3f} em")
            for picked, name in [(slice(n, None, 3), f"from {SIDES[n]} px") for n in range(3)] + [
                (slice(None), "all")
            ]:
                made, true = (torch.from_numpy(side[picked]).unsqueeze(1) for side in (pictures, own))
                found = measure(as_floats(made), as_floats(true)).means()
                mean = np.abs(pictures[picked].astype(int) - own[picked]).mean()
                figures = f"IoU {found['iou']:.4f}, fixed L1 {found['fixed_l1']:.4f}, mean {mean:.2f} of 255"
                print(f"  {name:<12} {figures}")


if __name__ == "__main__":
    main()

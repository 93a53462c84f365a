"""The same outlines from a whole font and from its subset: how many glyph images are the same.

`python -m tests.benchmarks.subsets FONT…`: every 17th character of GB2312, kept by fontTools with its
hinting, drawn at 64, 128 and 256 px.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from fontTools import subset
from fontTools.ttLib import TTFont

from fontgan.fonts.canvas import Canvas
from fontgan.fonts.charset import parse_charset
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation


def pixels(face: Face, codes: list[int], size: int) -> np.ndarray:
    """The glyph images of all these characters, moved by a part of a pixel."""
    images = [face.draw(code, Canvas(size), 0.017) for code in codes]
    return np.stack([image for image in images if image is not None])


def main() -> None:
    """Print how many glyph images are the same, for each font and size."""
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:]:
            reference = FontLocation.parse(name)
            whole = Face(reference)
            codes = [code for code in parse_charset("gb2312") if whole.draws(code)][::17]
            font = TTFont(reference.path, fontNumber=reference.index)
            maker = subset.Subsetter(subset.Options(hinting=True))
            maker.populate(unicodes=codes)
            maker.subset(font)
            font.save(Path(folder) / "part.font")
            part = Face(FontLocation(Path(folder) / "part.font"))
            for size in (64, 128, 256):
                sides = [pixels(face, codes, size) for face in (whole, part)]
                same = int((sides[0] == sides[1]).all(axis=(1, 2)).sum())
                print(f"{whole.family}, {size} px: {same} of {len(codes)} the same")


if __name__ == "__main__":
    main()

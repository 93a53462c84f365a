"""Each font rendered: what it maps, what it draws, what the store then has.

`python -m tests.benchmarks.fonts CONTENT FONT…` prints a table of the characters that both the content font
and GB2312 have, at 64 px, and how many glyph images of each store are blank or the font's placeholder.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from fontgan.data.render import render_dataset
from fontgan.data.store import GlyphStore
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.charset import parse_charset
from fontgan.fonts.description import describe
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation

SIZE = 64


def placeholder_of(face: Face, shift: float) -> np.ndarray | None:
    """The glyph image of .notdef, which FreeType draws for what no font maps."""
    unmapped = Face(face.location, face.file)
    unmapped.__dict__["_placeholders"] = {}  # so that it is drawn at all
    return unmapped.draw(0x10FFFD, Canvas(SIZE), shift)


def stored_of(
    content: FontLocation, style: FontLocation, codes: list[int], path: Path
) -> tuple[int, int, int]:
    """How many glyphs a store has of a font, how many are blank, and how many its placeholder."""
    render_dataset([content], [style], codes, SIZE, path)
    with GlyphStore(path) as store:
        (record,) = store.record.select(store.record.styles)
        images = store.glyphs([(record.key, code) for code in store.codes(record.key)])
    blank = int((images.min(axis=(1, 2)) == 255).sum())
    placeholder = placeholder_of(Face(style), record.shift)
    boxes = 0 if placeholder is None else int((images == placeholder).all(axis=(1, 2)).sum())
    return len(images), blank, boxes


def main() -> None:
    """Print a line for each font."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("content")
    parser.add_argument("fonts", nargs="+")
    given = parser.parse_args()
    codes = parse_charset("gb2312")
    print("| font | maps | draws | GB2312 mapped | drawn | stored | blank | placeholder |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(given.fonts):
            style = FontLocation.parse(name)
            face = Face(style)
            described, drawn = describe(face)
            mapped = len(set(codes) & set(face.mapped()))
            counts = (described.mapped, described.drawn, mapped, len(set(codes) & set(drawn)))
            try:
                path = Path(folder) / f"{number}.lmdb"
                stored = stored_of(FontLocation.parse(given.content), style, codes, path)
            except FontganError as error:
                print(f"| {face.family} | " + " | ".join(f"{n:,}" for n in counts) + f" | 0: {error} |")
                continue
            print(f"| {face.family} | " + " | ".join(f"{n:,}" for n in (*counts, *stored)) + " |")


if __name__ == "__main__":
    main()

"""How many glyphs of each font reach beyond the canvas, and how much of their ink is cut, by margin.

`python -m tests.benchmarks.margins [FONT|DIR…]`: the characters of gb2312-1, of ASCII with Latin-1, and of
kana that each font draws, at 128 px per em; the fonts that come with fontgan where none is named.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from fontgan.assets import CONTENT_FONT, STYLE_FONTS, bundled_font
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas, font_shift
from fontgan.fonts.charset import parse_charset
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.fonts.source import find_sources

SETS = ("gb2312-1", "ascii,latin-1", "kana")
MARGINS = (0, 1 / 16, 1 / 8, 3 / 16)
WHOLE = Canvas(256, margin=0.5)  # 128 px per em
LEAST = 0.5  # pixels of ink: less is the rounding of coverage


def ink_by_margin(image: np.ndarray) -> Iterator[float]:
    """The ink of a glyph on the whole canvas, and inside each margin, in pixels."""
    ink = (255 - image.astype(float)) / 255
    yield ink.sum()
    for margin in MARGINS:
        cut = round((WHOLE.margin - margin) * WHOLE.pixels_per_em)
        yield ink[cut:-cut, cut:-cut].sum()


def measure(face: Face, codes: list[int], shift: float) -> tuple[int, list[tuple[int, float]]]:
    """How many are drawn; for each margin how many are cut, and the share of all ink that is lost."""
    images = (face.draw(code, WHOLE, shift) for code in codes)
    found = np.array([[*ink_by_margin(image)] for image in images if image is not None])
    if not len(found):
        return 0, []
    lost = found[:, :1] - found[:, 1:]
    return len(found), [
        (int((column > LEAST).sum()), float(column.sum() / found[:, 0].sum())) for column in lost.T
    ]


def main() -> None:
    """Print a line for each font and set of characters."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "fonts", nargs="*", default=[str(bundled_font(n)) for n in (CONTENT_FONT, *STYLE_FONTS)]
    )
    print("| font | characters | drawn | " + " | ".join(f"cut at {margin:g} em" for margin in MARGINS) + " |")
    print("|---|---|---|" + "---|" * len(MARGINS))
    for text in parser.parse_args().fonts:
        location = FontLocation.parse(text)
        try:
            sources, _ = find_sources(location)
        except FontganError as error:
            print(f"{Path(text).name}: {error}")
            continue
        for face in sources:
            if not isinstance(face, Face):
                continue
            shift = font_shift(face, parse_charset(SETS[0]), WHOLE)
            for name in SETS:
                count, cuts = measure(face, parse_charset(name), shift)
                cells = (
                    f"{number:,} ({share:.2%} of the ink)" if number else "none" for number, share in cuts
                )
                if count:
                    print(f"| {face.family} | {name} | {count:,} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()

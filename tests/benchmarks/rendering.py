"""Rendering against a bare FreeType loop that draws the same glyphs and throws them away.

`python -m tests.benchmarks.rendering NotoSansCJK-Regular.ttc#2 ma-shan-zheng.ttf`: GB2312 whole, written to
the store, with one thread and with two, by turns; medians.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import freetype
from freetype import raw

from fontgan.assets import CONTENT_FONT, bundled_font
from fontgan.data.render import render_dataset
from fontgan.fonts.charset import parse_charset
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation

_FLAGS = freetype.FT_LOAD_NO_HINTING | freetype.FT_LOAD_NO_BITMAP


def bare_seconds(location: FontLocation, codes: list[int], size: int) -> float:
    """The shortest loop that Python can write around FreeType, opening the font not counted."""
    face = freetype.Face(str(location.path), location.index)
    face.set_pixel_sizes(size, size)
    pointer, slot = face._FT_Face, face.glyph._FT_GlyphSlot
    began = time.perf_counter()
    for code in codes:
        raw.FT_Load_Char(pointer, code, _FLAGS)
        raw.FT_Render_Glyph(slot, freetype.FT_RENDER_MODE_NORMAL)
    return time.perf_counter() - began


def main() -> None:
    """Measure, and print glyphs per second and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("content", nargs="?", default=str(bundled_font(CONTENT_FONT)))
    parser.add_argument("style", nargs="?", default=str(bundled_font("ma-shan-zheng.ttf")))
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    content, style = (FontLocation.parse(text) for text in (given.content, given.style))
    content_face, style_face = Face(content), Face(style)
    codes = [code for code in parse_charset("gb2312") if content_face.draws(code)]
    shared = [code for code in codes if style_face.draws(code)]
    seconds: dict[str, list[float]] = {"bare loop": [], "one thread": [], "two threads": []}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(given.rounds):
            bare = bare_seconds(content, codes, given.size) + bare_seconds(style, shared, given.size)
            seconds["bare loop"].append(bare)
            for jobs, name in ((1, "one thread"), (2, "two threads")):
                began = time.perf_counter()
                render_dataset([content], [style], codes, given.size, Path(folder) / "g.lmdb", jobs=jobs)
                seconds[name].append(time.perf_counter() - began)
    glyphs = len(codes) + len(shared)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    print(f"{glyphs:,} glyphs of {content.path.name} and {style.path.name} at {given.size} px")
    for name, median in medians.items():
        print(f"{name:<12} {glyphs / median:8,.0f} glyphs/s   {median:.3f} s")
    print(f"one thread is {medians['bare loop'] / medians['one thread']:.2f} of the bare loop")
    print(f"two threads are {medians['one thread'] / medians['two threads']:.2f} times one")


if __name__ == "__main__":
    main()

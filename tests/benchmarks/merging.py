"""What a merge leaves as it was in real fonts: glyphs, advances, features, texts, table by table.

`python -m tests.benchmarks.merging FONT…`: to each font 200 rings are added, for characters of GB2312 that
it lacks, else for private ones. Then every old glyph, advance and character is compared, tables of features
byte by byte, and what HarfBuzz makes of texts, on a line and in a column: all characters of the font one
after another, and random texts, half of them of Latin letters.
"""

from __future__ import annotations

import argparse
import random
import sys

from fontTools.ttLib import TTFont

from fontgan.building.merge import merge_font
from fontgan.building.tables import write_tables
from fontgan.building.target import Target
from fontgan.errors import FontganError
from fontgan.fonts.charset import parse_charset
from fontgan.fonts.location import FontLocation
from tests.building.keeping import kept, shaped
from tests.building.outlines import rings

ADDED, TEXTS, LETTERS = 200, 300, 24
_PRIVATE = range(0xE000, 0xF8FF)


def texts_of(characters: list[str]) -> list[str]:
    """All characters, a hundred in each text, and random ones, half of them Latin where there are such."""
    chosen = random.Random(0)
    latin = [char for char in characters if "A" <= char <= "z" and char.isalpha()]
    whole = ["".join(characters[at : at + 100]) for at in range(0, len(characters), 100)]
    pools = [characters, latin or characters]
    return whole + ["".join(chosen.choices(pools[number % 2], k=LETTERS)) for number in range(TEXTS)]


def checked(location: FontLocation) -> str:
    """A merge into that font, compared with it, as a line."""
    target = Target.open(location)
    lacking = [code for code in (*parse_charset("gb2312"), *_PRIVATE) if code not in target.mapped][:ADDED]
    made = merge_font(location, rings(lacking), permitted=True)
    kept(location.path, made.content, location.index)
    before = write_tables(target.tables)
    texts = texts_of([chr(code) for code in sorted(target.mapped)])
    for text in texts:
        for direction in ("ltr", "ttb"):
            if shaped(before, text, direction) != shaped(made.content, text, direction):
                raise AssertionError(f"{location}: {text!r} is shaped in another way")
    glyphs = TTFont(location.path, fontNumber=max(0, location.index))["maxp"].numGlyphs
    same = [change.tag.strip() for change in made.tables if change.state == "same"]
    dropped = [change.tag.strip() for change in made.tables if change.state == "dropped"]
    return (
        f"{location.path.name}: {'CFF' if target.is_cff else 'TrueType'}, {glyphs:,} glyphs and advances, "
        f"{len(texts) * 2:,} shapings the same; the same bytes: {', '.join(same)}"
        + (f"; dropped: {', '.join(dropped)}" if dropped else "")
    )


def main() -> int:
    """Merge into each font, and print what stayed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("fonts", nargs="+")
    failed = 0
    for name in parser.parse_args().fonts:
        try:
            print(checked(FontLocation.parse(name)), flush=True)
        except (AssertionError, FontganError) as error:
            print(f"{name}: FAILED: {str(error)[:300]}", flush=True)
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

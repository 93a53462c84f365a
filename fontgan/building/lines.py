"""How the glyphs of a new font lie on a line, and under one another in a column.

Google Fonts' guide to CJK vertical metrics of May 2025: ascender and descender are the em box and some
18 % more, the same in «OS/2» and «hhea»; Windows' box is that of the ink; «BASE», «vhea» and «vmtx» are
there, and go by the em box.
"""

from __future__ import annotations

from collections.abc import Sequence

from fontgan.building.glyphs import NEW_EM, Box

TOP, BOTTOM = 880, -120  # the em box, in units of a thousandth: that of the canvas
_EXTRA = 90  # units above and below the em box
ASCENDER, DESCENDER = TOP + _EXTRA, BOTTOM - _EXTRA
HALF = NEW_EM // 2  # the middle of a column


def baselines(boxes: Sequence[Box]) -> str:
    """The `BASE` table, in the language of feature files (fontTools.feaLib).

    The ideographic character face (icfb, icft) is the mean box of the ink, the ideographic em box (ideo)
    the canvas, and the roman baseline that of the glyphs.

    Args:
        boxes: of the Chinese characters; of all glyphs where there are none.
    """
    left, bottom, right, top = (round(sum(side) / len(boxes)) for side in zip(*boxes, strict=True))
    across = f"{bottom} {top} {BOTTOM} 0"
    down = f"{left} {right} 0 {-BOTTOM}"  # in a column, x takes the place of y
    return "table BASE {\n" + _axis("HorizAxis", across) + _axis("VertAxis", down) + "} BASE;\n"


def _axis(name: str, places: str) -> str:
    scripts = (("DFLT", "ideo"), ("hani", "ideo"), ("kana", "ideo"), ("latn", "romn"))
    lines = ", ".join(f"{script} {baseline} {places}" for script, baseline in scripts)
    return f"  {name}.BaseTagList icfb icft ideo romn;\n  {name}.BaseScriptList {lines};\n"


def columns(boxes: Sequence[Box]) -> list[tuple[int, int]]:
    """(Advance, bearing) of glyphs in a column, for `vmtx`: an em each, from the top of the em box."""
    return [(NEW_EM, TOP - box[3]) for box in boxes]

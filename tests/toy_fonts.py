"""Small fonts, built in a moment, whose glyphs a test knows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.TupleVariation import TupleVariation

from fontgan.fonts.canvas import Canvas

EM = 1000
BOX = (100, 0, 600, 700)  # of .notdef
SHARED_BOX = (50, -50, 950, 750)
CHARACTERS = [*range(0x4E00, 0x4E40)]


class AnyCanvas(Canvas):
    """A canvas of a size that no dataset has, such as that of pictures which someone drew."""

    def __post_init__(self) -> None:
        """Nothing is refused."""


def rectangle_of(code: int, raised: int = 0, width: int = 600) -> tuple[int, int, int, int]:
    """The rectangle that a toy font draws for a code point: no two in a row of 64 are alike."""
    left, bottom = 100 + 10 * (code % 8), 10 * (code // 8 % 8)
    return left, bottom + raised, left + width, bottom + 500 + raised


def build_font(
    path: Path,
    codes: Iterable[int] = CHARACTERS,
    family: str = "Toy",
    blank: Iterable[int] = (),
    placeholder: Iterable[int] = (),
    shared: Iterable[int] = (),
    raised: int = 0,
    left_shift: int = 0,
    width: int = 600,
    cff: Literal["", "CFF", "CFF2"] = "",
) -> Path:
    """A font at `path` that draws a rectangle for each of `codes`.

    Those in `blank` it maps to glyphs without ink, those in `placeholder` to a copy of .notdef, and those
    in `shared` to copies of one other box. The rectangles are `width` units wide, raised by `raised` and
    moved to the left by `left_shift`.
    """
    codes, blank, placeholder, shared = list(codes), set(blank), set(placeholder), set(shared)
    names = {code: f"u{code:05X}" for code in codes}
    builder = FontBuilder(EM, isTTF=not cff)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap(dict(names))
    boxes = {".notdef": BOX}
    for code, name in names.items():
        if code not in blank:
            left, bottom, right, top = rectangle_of(code, raised, width)
            moved = left - left_shift, bottom, right - left_shift, top
            boxes[name] = BOX if code in placeholder else SHARED_BOX if code in shared else moved
    glyphs = {name: _draw(boxes.get(name), cff) for name in [".notdef", *names.values()]}
    if cff == "CFF":
        builder.setupCFF(f"{family}-Regular", {}, glyphs, {})
    elif cff == "CFF2":
        builder.setupCFF2(glyphs)
    else:
        builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics({name: (EM, boxes[name][0] if name in boxes else 0) for name in glyphs})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    path.parent.mkdir(parents=True, exist_ok=True)
    builder.save(path)
    return path


def build_proportional_font(path: Path, family: str = "Toy") -> Path:
    """A font whose every second character is 310 to 940 units wide, all different; the others are an em."""
    font = TTFont(build_font(path, family=family))
    for number, code in enumerate(CHARACTERS[1::2]):
        name = f"u{code:05X}"
        font["hmtx"][name] = (310 + 20 * number, font["hmtx"][name][1])
    font.save(path)
    return path


def build_variable_font(path: Path) -> Path:
    """A font whose one character, U+4E00, is half as wide again at weight 900 as at weight 100."""
    build_font(path, [0x4E00])
    font = TTFont(path)
    builder = FontBuilder(font=font)
    builder.setupFvar([("wght", 100, 100, 900, "Weight")], [])
    # The first two of a rectangle's four points are at its left; then come four phantom points.
    deltas = [(0, 0), (0, 0), (300, 0), (300, 0), (0, 0), (0, 0), (0, 0), (0, 0)]
    builder.setupGvar({"u04E00": [TupleVariation({"wght": (0, 1, 1)}, deltas)]})
    font.save(path)
    return path


def _draw(box: tuple[int, int, int, int] | None, cff: str) -> object:
    pen = (
        T2CharStringPen(None if cff == "CFF2" else EM, None, CFF2=cff == "CFF2") if cff else TTGlyphPen(None)
    )
    if box is not None:
        left, bottom, right, top = box
        pen.moveTo((left, bottom))
        for point in ((left, top), (right, top), (right, bottom)):
            pen.lineTo(point)
        pen.closePath()
    return pen.getCharString() if cff else pen.glyph()

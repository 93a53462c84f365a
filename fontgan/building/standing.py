"""What every font has besides its characters: `.notdef`, and the spaces."""

from __future__ import annotations

from collections.abc import Iterable

from fontgan.building.glyphs import BLANKS, NEW_EM, Box, Contour, UnitGlyph

MISSING = ".notdef"
# Glyphs without ink, and their characters. Their advances are three, or a font of Chinese characters alone
# would be taken for one of fixed pitch, in which programs set the space as wide as a character.
SPACES = {"space": (0x20, 0xA0), "uni2002": (0x2002,), "uni3000": (0x3000, 0x2003)}
_FRAME = (100, -20, 900, 780), (150, 30, 850, 730)  # shown where a font lacks a character


def standing_glyphs(given: Iterable[UnitGlyph]) -> dict[str, UnitGlyph]:
    """These glyphs by name, in their order; the spaces as wide as those among `given`, or as usual."""
    advances = {glyph.code: glyph.advance for glyph in given if glyph.code in BLANKS}
    outer, inner = _FRAME
    made = {MISSING: UnitGlyph(-1, NEW_EM, (_box(outer, False), _box(inner, True)))}
    for name, codes in SPACES.items():
        usual = round(BLANKS[codes[0]] * NEW_EM)
        advance = next((advances[code] for code in codes if code in advances), usual)
        made[name] = UnitGlyph(codes[0], advance, ())
    return made


def _box(box: Box, clockwise: bool) -> Contour:
    left, bottom, right, top = box
    around = [((right, bottom),), ((right, top),), ((left, top),)]
    return Contour.of((left, bottom), reversed(around) if clockwise else around)

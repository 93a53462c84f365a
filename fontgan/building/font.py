"""A new font of drawn characters: TTF, OTF, WOFF or WOFF2, installable everywhere.

The sources of the values: OpenType specification 1.9, and for lines of Chinese text Google Fonts' guide to
CJK vertical metrics of 2025 (googlefonts.github.io, «Vertical metrics for CJK»).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables.DefaultTable import DefaultTable
from fontTools.ttLib.tables.O_S_2f_2 import Panose
from fontTools.ttLib.tables.ttProgram import Program

from fontgan.building.coverage import code_pages_of_new, unicode_ranges, words_of
from fontgan.building.glyphs import (
    BLANKS,
    NEW_EM,
    Box,
    NewGlyph,
    UnitGlyph,
    fingerprint,
    in_units,
    joined,
)
from fontgan.building.licence import FontLicence, LicenceReport
from fontgan.building.lines import ASCENDER, DESCENDER, HALF, TOP, baselines, columns
from fontgan.building.metrics import extents
from fontgan.building.names import Names
from fontgan.building.standing import MISSING, SPACES, standing_glyphs
from fontgan.building.tables import MOST_GLYPHS, check_format, packed, timestamp
from fontgan.building.texts import new_texts, write_texts
from fontgan.building.truetype import outline_tables
from fontgan.errors import FontganError
from fontgan.fonts.charset import is_han

# What Windows is to do with outlines without hints: smooth them at all sizes, in both directions
# (OpenType specification, «gasp»), and fill gaps of thin parts (SCANCTRL 511, SCANTYPE 4).
_GASP = {0xFFFF: 0x000F}
_PREP = bytes((0xB8, 0x01, 0xFF, 0x85, 0xB0, 0x04, 0x8D))
_REGULAR, _USE_TYPO_METRICS = 1 << 6, 1 << 7  # of fsSelection


@dataclass(frozen=True)
class BuiltFont:
    """A new font.

    Attributes:
        content: the file.
        suffix: `.ttf` and the like.
        codes: the characters that it draws.
        blank: characters that were given without an outline, and left out.
        licences: of the fonts that the glyphs come from.
    """

    content: bytes
    suffix: str
    codes: tuple[int, ...]
    blank: tuple[int, ...]
    licences: LicenceReport


def build_font(
    glyphs: Iterable[NewGlyph],
    names: Names,
    kind: str = "ttf",
    fonts: Sequence[FontLicence] = (),
    permitted: bool = False,
) -> BuiltFont:
    """Make a font of glyphs, of 1,000 units per em; the same input gives the same bytes.

    Besides the characters it has `.notdef` and the spaces U+0020, U+00A0, U+2002, U+2003 and U+3000, whose
    advances may be given as glyphs without an outline. Its date is SOURCE_DATE_EPOCH, or always the same.

    Args:
        glyphs: the characters.
        names: how it is called.
        kind: `ttf` (quadratic outlines), `otf` (cubic ones), or `woff` and `woff2`, which pack a TTF.
        fonts: the licences of the fonts that the glyphs come from.
        permitted: whether the owners of these fonts permit what their licences forbid.

    Raises:
        FontganError: there is no outline, too many glyphs, an unknown format, or a licence forbids it.
    """
    check_format(kind)
    licences = LicenceReport(tuple(fonts))
    licences.check(names.family, permitted)
    units = in_units(glyphs, NEW_EM)
    inked = [glyph for glyph in units if glyph.contours and glyph.code not in BLANKS]
    if not inked:
        raise FontganError(
            "there is nothing to put into a font: no character has an outline", "choose other {chars}"
        )
    most = MOST_GLYPHS - 1 - len(SPACES)
    if len(inked) > most:
        raise FontganError(
            f"{len(inked):,} characters do not fit into a font, which has up to {MOST_GLYPHS:,} glyphs",
            f"choose up to {most:,} with {{chars}}",
        )
    font = _Font({**standing_glyphs(units), **{glyph.name: glyph for glyph in inked}}, kind != "otf")
    return BuiltFont(
        packed(font.file(licences.applied_to(names)), kind),
        f".{kind}",
        codes=tuple(glyph.code for glyph in inked),
        blank=tuple(glyph.code for glyph in units if not glyph.contours and glyph.code not in BLANKS),
        licences=licences,
    )


class _Font:
    """A font in the making: its glyphs in their order, and the tables that follow from them."""

    def __init__(self, glyphs: dict[str, UnitGlyph], quadratic: bool) -> None:
        self._glyphs = glyphs
        self._new = [glyph for name, glyph in glyphs.items() if name not in (MISSING, *SPACES)]
        self._codes = {code: name for name, codes in SPACES.items() for code in codes}
        self._codes |= {glyph.code: glyph.name for glyph in self._new}
        self._quadratic = quadratic
        # All boxes are known here; fontTools would draw each glyph again to find them.
        self._builder = FontBuilder(font=TTFont(recalcBBoxes=False, recalcTimestamp=False))
        self._builder.isTTF = quadratic
        self._builder.setupHead(unitsPerEm=NEW_EM)
        self._builder.setupMaxp()

    def file(self, names: Names) -> bytes:
        """The file, as a TTF or OTF."""
        builder = self._builder
        builder.setupGlyphOrder(list(self._glyphs))
        builder.setupCharacterMap(self._codes)
        boxes = self._outlines(names)
        self._lines(boxes)
        self._columns(boxes)
        self._header(joined(boxes.values()), names)
        self._characters(joined(boxes.values()))
        self._raw("name", write_texts(new_texts(names, fingerprint(self._glyphs.values()))))
        # «post» 3.0: without names of glyphs, which an OTF has in its outlines.
        builder.setupPost(keepGlyphNames=False, underlinePosition=-100, underlineThickness=50)
        chinese = [boxes[glyph.name] for glyph in self._new if is_han(glyph.code)]
        builder.addOpenTypeFeatures(
            baselines(chinese or [boxes[glyph.name] for glyph in self._new]), tables=["BASE"]
        )
        output = io.BytesIO()
        builder.font.save(output)
        return output.getvalue()

    def _outlines(self, names: Names) -> dict[str, Box]:
        """The outlines, and the box of each glyph that has any."""
        return self._true_type() if self._quadratic else self._postscript(names)

    def _true_type(self) -> dict[str, Box]:
        font = self._builder.font
        tables, made = outline_tables(list(self._glyphs.values()), NEW_EM)
        for tag, content in tables.items():
            self._raw(tag, content)
        font["head"].indexToLocFormat = 1
        limits = font["maxp"]
        limits.maxPoints = max(glyph.points for glyph in made)
        limits.maxContours = max(glyph.contours for glyph in made)
        limits.maxStackElements = 1  # of prep
        font["prep"] = newTable("prep")
        font["prep"].program = Program()
        font["prep"].program.fromBytecode(_PREP)
        font["gasp"] = newTable("gasp")
        font["gasp"].version, font["gasp"].gaspRange = 1, dict(_GASP)
        return {name: glyph.box for name, glyph in zip(self._glyphs, made, strict=True) if glyph.contours}

    def _raw(self, tag: str, content: bytes) -> None:
        """A table whose bytes are known."""
        self._builder.font[tag] = DefaultTable(tag)
        self._builder.font[tag].data = content

    def _postscript(self, names: Names) -> dict[str, Box]:
        boxes = {name: glyph.ink_box() for name, glyph in self._glyphs.items() if glyph.contours}
        usual = {"defaultWidthX": NEW_EM, "nominalWidthX": NEW_EM}
        strings = {name: glyph.char_string(NEW_EM, NEW_EM) for name, glyph in self._glyphs.items()}
        texts = {
            "FullName": names.full,
            "FamilyName": names.family,
            "Weight": "Regular",
            "version": names.version,
        }
        texts |= {"Notice": names.copyright} if names.copyright.isascii() and names.copyright else {}
        self._builder.setupCFF(
            names.postscript, {**texts, "FontBBox": list(joined(boxes.values()))}, strings, usual
        )
        self._builder.setupVerticalOrigins({}, TOP)
        return boxes

    def _lines(self, boxes: dict[str, Box]) -> None:
        """Advances and line height."""
        metrics = {name: (glyph.advance, boxes.get(name, (0,))[0]) for name, glyph in self._glyphs.items()}
        self._builder.setupHorizontalMetrics(metrics)
        reach = extents([metrics[name] for name in boxes], [box[2] - box[0] for box in boxes.values()])
        self._builder.setupHorizontalHeader(
            ascent=ASCENDER,
            descent=DESCENDER,
            lineGap=0,
            advanceWidthMax=max(advance for advance, _ in metrics.values()),
            minLeftSideBearing=reach.before,
            minRightSideBearing=reach.after,
            xMaxExtent=reach.reach,
        )

    def _columns(self, boxes: dict[str, Box]) -> None:
        """Advances in columns, from the em box."""
        metrics = dict(zip(boxes, columns(list(boxes.values())), strict=True))
        self._builder.setupVerticalMetrics({name: metrics.get(name, (NEW_EM, 0)) for name in self._glyphs})
        reach = extents(list(metrics.values()), [box[3] - box[1] for box in boxes.values()])
        self._builder.setupVerticalHeader(
            tableVersion=0x00011000,
            ascent=HALF,
            descent=-HALF,
            lineGap=0,
            advanceHeightMax=NEW_EM,
            minTopSideBearing=reach.before,
            minBottomSideBearing=reach.after,
            yMaxExtent=reach.reach,
            caretSlopeRise=0,
            caretSlopeRun=1,
        )

    def _header(self, box: Box, names: Names) -> None:
        date = timestamp()
        left, bottom, right, top = box
        self._builder.updateHead(
            created=date,
            modified=date,
            fontRevision=names.revision,
            flags=0b11,  # the baseline is at 0, and each outline begins at its bearing: both are so
            xMin=left,
            yMin=bottom,
            xMax=right,
            yMax=top,
            lowestRecPPEM=12,
        )

    def _characters(self, box: Box) -> None:
        """`OS/2`: what the font has, and how high a line is."""
        panose = Panose()
        panose.bFamilyType = 2  # text; what else it describes is of Latin letters
        ranges = words_of(unicode_ranges(self._codes), 4)
        pages = words_of(code_pages_of_new(self._codes), 2)
        self._builder.setupOS2(
            version=4,
            fsType=0,
            fsSelection=_REGULAR | _USE_TYPO_METRICS,
            achVendID="NONE",
            panose=panose,
            usWinAscent=max(0, box[3]),
            usWinDescent=max(0, -box[1]),
            sTypoAscender=ASCENDER,
            sTypoDescender=DESCENDER,
            sTypoLineGap=0,
            **{f"ulUnicodeRange{number}": word for number, word in enumerate(ranges, 1)},
            **{f"ulCodePageRange{number}": word for number, word in enumerate(pages, 1)},
            **_SCRIPTS,
        )


# Small raised and lowered figures and a struck-out line, where programs make them of whole glyphs.
_SCRIPTS = {
    "ySubscriptXSize": 650,
    "ySubscriptYSize": 600,
    "ySubscriptYOffset": 75,
    "ySuperscriptXSize": 650,
    "ySuperscriptYSize": 600,
    "ySuperscriptYOffset": 350,
    "yStrikeoutSize": 50,
    "yStrikeoutPosition": 325,
}

"""A font as UFO 3, which font editors open: outlines, the picture behind each, and marks on doubtful ones.

https://unifiedfontobject.org/versions/ufo3.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from fontTools.pens.pointPen import SegmentToPointPen
from fontTools.ufoLib import UFOWriter
from PIL import Image

from fontgan.building.glyphs import BLANKS, NEW_EM, NewGlyph, UnitGlyph, glyph_name, in_units
from fontgan.building.licence import FontLicence, LicenceReport
from fontgan.building.lines import ASCENDER, BOTTOM, DESCENDER, HALF, TOP
from fontgan.building.names import STYLE, Names
from fontgan.building.standing import SPACES, standing_glyphs
from fontgan.errors import FontganError
from fontgan.files import replacing_folder, write_text
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.charset import code_point_name
from fontgan.untrusted import printable

_CREATOR = "org.fontgan"
_DOUBTFUL = "1,0.75,0,1"  # public.markColor: red, green, blue, opacity


@dataclass(frozen=True)
class Picture:
    """The image that an outline was made of.

    Attributes:
        image: uint8 (size, size), 0 = ink, 255 = paper.
        canvas: where the em box lies on it.
        shift: how much the glyph was raised, in em.
    """

    image: np.ndarray
    canvas: Canvas
    shift: float = 0.0

    def placed(self, advance: float) -> dict[str, float]:
        """The transformation from its pixels, counted from below, to units of the glyph.

        Args:
            advance: of the glyph, in em.
        """
        right, up = self.canvas.place(advance, self.shift)
        scale = NEW_EM / self.canvas.pixels_per_em
        return {
            "xScale": scale,
            "xyScale": 0,
            "yxScale": 0,
            "yScale": scale,
            "xOffset": -right * NEW_EM,
            "yOffset": -up * NEW_EM,
        }

    def png(self) -> bytes:
        """The image as a file."""
        output = io.BytesIO()
        Image.fromarray(self.image).save(output, format="PNG", optimize=False)
        return output.getvalue()


def write_ufo(
    path: Path,
    glyphs: Iterable[NewGlyph],
    names: Names,
    pictures: Mapping[int, Picture] | None = None,
    doubtful: Mapping[int, str] | None = None,
    fonts: Sequence[FontLicence] = (),
    permitted: bool = False,
) -> list[Path]:
    """Write a UFO, of 1,000 units per em; the same input gives the same files.

    Characters without an outline are in it as empty glyphs: a designer will want to draw them.

    Args:
        path: the folder, `MyHand.ufo`; one that is there is replaced, if it is a UFO.
        glyphs: the characters, with cubic outlines.
        names: how the font is called.
        pictures: for each character the image to lie behind its outline.
        doubtful: for each character to be looked at, the reason. They are marked in colour and listed, in
            this order, in a file beside the UFO, since not every editor shows the colour.
        fonts: the licences of the fonts that the glyphs come from.
        permitted: whether the owners of these fonts permit what their licences forbid.

    Returns the UFO, and the list if there is one.

    Raises:
        FontganError: there is no outline, a licence forbids it, or it cannot be written.
    """
    licences = LicenceReport(tuple(fonts))
    licences.check(names.family, permitted)
    given = in_units(glyphs, NEW_EM)
    units = [glyph for glyph in given if glyph.code not in BLANKS]
    if not any(glyph.contours for glyph in units):
        raise FontganError(
            "there is nothing to put into a font: no character has an outline", "choose other {chars}"
        )
    check_place(path)
    reasons = doubtful or {}
    with replacing_folder(path) as beside:
        beside.rmdir()  # or fontTools would look for a UFO in it
        writer = UFOWriter(str(beside), fileCreator=_CREATOR)
        writer.writeInfo(_info(licences.applied_to(names)))
        standing = standing_glyphs(given)
        order = [*standing, *(glyph.name for glyph in units)]
        writer.writeLib({"public.glyphOrder": order})
        layer = writer.getGlyphSet()
        for name, glyph in standing.items():
            about = SimpleNamespace(width=glyph.advance, unicodes=list(SPACES.get(name, ())))
            layer.writeGlyph(name, about, _drawing(glyph))
        _write_glyphs(writer, layer, units, pictures or {}, reasons)
        layer.writeContents()
        writer.writeLayerContents()
        writer.close()
    return [path, *save_doubtful(path, reasons)]


def save_doubtful(path: Path, reasons: Mapping[int, str]) -> list[Path]:
    """Write the list of the characters to be looked at beside a font or a UFO; without any, remove it.

    Returns the list, if there is one.

    Raises:
        FontganError: it cannot be written.
    """
    listed = path.with_name(f"{path.stem}-doubtful.txt")
    if not reasons:
        listed.unlink(missing_ok=True)
        return []
    write_text(listed, doubtful_list(reasons))
    return [listed]


def doubtful_list(reasons: Mapping[int, str]) -> str:
    """The characters to be looked at, one a line: `永 U+6C38 uni6C38: the outline differs`."""
    return "".join(
        f"{chr(code)} {code_point_name(code)} {glyph_name(code)}: {printable(reason)}\n"
        for code, reason in reasons.items()
    )


def check_place(path: Path) -> None:
    """A UFO is a folder that someone may have edited: refuse to replace anything.

    Raises:
        FontganError: there is something.
    """
    if path.is_dir() and any(path.iterdir()):
        kind = "a UFO that may have been edited" if (path / "metainfo.plist").is_file() else "a folder"
        raise FontganError(f"{path} is there, {kind}", "move it, or pass another {output}")
    if path.exists() and not path.is_dir():
        raise FontganError(f"{path} is a file, and a UFO is a folder", "pass another {output}")


def _write_glyphs(
    writer: Any,
    layer: Any,
    units: Sequence[UnitGlyph],
    pictures: Mapping[int, Picture],
    reasons: Mapping[int, str],
) -> None:
    for glyph in units:
        about = SimpleNamespace(width=glyph.advance, height=NEW_EM, unicodes=[glyph.code])
        if glyph.code in pictures:
            picture = pictures[glyph.code]
            file = f"{glyph.name}.png"
            writer.writeImage(file, picture.png())
            about.image = {"fileName": file, **picture.placed(glyph.advance / NEW_EM)}
        if glyph.code in reasons:
            about.lib = {"public.markColor": _DOUBTFUL}
            about.note = printable(reasons[glyph.code])
        layer.writeGlyph(glyph.name, about, _drawing(glyph))


def _drawing(glyph: UnitGlyph) -> Callable[[Any], None]:
    """What draws a glyph with a pen of points."""
    return lambda pen: glyph.draw(SegmentToPointPen(pen))


def _info(names: Names) -> SimpleNamespace:
    """The metrics that `build_font` writes, and the names."""
    major, minor = names.version.split(".")
    info = SimpleNamespace(
        familyName=names.family,
        styleName=STYLE,
        styleMapFamilyName=names.family,
        styleMapStyleName=STYLE.lower(),
        postscriptFontName=names.postscript,
        postscriptFullName=names.full,
        versionMajor=int(major),
        versionMinor=int(minor),
        unitsPerEm=NEW_EM,
        ascender=TOP,
        descender=BOTTOM,
        capHeight=0,
        xHeight=0,
        openTypeOS2TypoAscender=ASCENDER,
        openTypeOS2TypoDescender=DESCENDER,
        openTypeOS2TypoLineGap=0,
        openTypeHheaAscender=ASCENDER,
        openTypeHheaDescender=DESCENDER,
        openTypeHheaLineGap=0,
        openTypeVheaVertTypoAscender=HALF,
        openTypeVheaVertTypoDescender=-HALF,
        openTypeVheaVertTypoLineGap=0,
        openTypeOS2Selection=[7],  # USE_TYPO_METRICS
        openTypeOS2Type=[],
    )
    texts = {
        "copyright": names.copyright,
        "openTypeNameLicense": names.licence,
        "openTypeNameLicenseURL": names.licence_url,
    }
    for key, text in texts.items():
        if text:
            setattr(info, key, text)
    if names.family_zh:
        info.openTypeNameRecords = [
            {"nameID": number, "platformID": 3, "encodingID": 1, "languageID": 0x804, "string": text}
            for number, text in ((1, names.family_zh), (2, STYLE), (4, names.family_zh))
        ]
    return info

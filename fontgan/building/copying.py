"""Characters copied out of a font, such as the punctuation and the Latin letters that a style font lacks.

Whoever publishes them follows the licence of that font: see `licence.COPIED`.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import freetype
from fontTools.pens.recordingPen import RecordingPen
from fontTools.pens.reverseContourPen import ReverseContourPen

from fontgan.building.glyphs import BLANKS, NewGlyph
from fontgan.errors import FontganError
from fontgan.fonts.charset import code_point_name
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation

_FLAGS = freetype.FT_LOAD_NO_SCALE | freetype.FT_LOAD_NO_HINTING | freetype.FT_LOAD_NO_BITMAP


@dataclass(frozen=True)
class CopiedOutline:
    """Contours in em.

    Attributes:
        parts: (name of a pen's method, points) one after another.
    """

    parts: tuple[tuple[str, tuple[tuple[float, float], ...]], ...]

    def draw(self, pen: Any) -> None:
        """Draw them, in em, with a pen of fontTools."""
        for method, points in self.parts:
            getattr(pen, method)(*points)


def copied_glyphs(location: FontLocation, codes: Iterable[int]) -> Iterator[NewGlyph]:
    """The outlines of characters in a font, exactly, in the direction of PostScript.

    Spaces come without an outline; other characters that the font does not draw are omitted. Contours that
    overlap stay as they are.

    Args:
        location: a font; of a variable one an instance.
        codes: the characters.

    Raises:
        FontganError: it cannot be used.
    """
    source = Face(location)
    face = freetype.Face(io.BytesIO(source.file.unpacked), location.index)
    face.select_charmap(freetype.FT_ENCODING_UNICODE)
    if location.axes:
        places = dict(location.axes)
        axes = face.get_variation_info().axes
        face.set_var_design_coords([places.get(axis.tag, axis.default) for axis in axes])
    mapped = set(source.mapped())
    wanted = [code for code in dict.fromkeys(codes) if source.draws(code) or code in BLANKS.keys() & mapped]
    return (_copied(face, location, code) for code in wanted)


def _copied(face: freetype.Face, location: FontLocation, code: int) -> NewGlyph:
    em, pen = face.units_per_EM, RecordingPen()
    # TrueType fills to the right of its contours, PostScript to the left.
    drawing = ReverseContourPen(pen) if face.get_format() == b"TrueType" else pen
    try:
        face.load_char(chr(code), _FLAGS)
        _decompose(face.glyph.outline, drawing, em)
    except freetype.FT_Exception as error:
        problem = f"{location}: the outline of {code_point_name(code)} is damaged"
        raise FontganError(problem, "use another font") from error
    return NewGlyph(code, face.glyph.metrics.horiAdvance / em, CopiedOutline(tuple(pen.value)))


def _decompose(outline: freetype.Outline, pen: Any, em: int) -> None:
    """Draw an outline of FreeType with a pen of fontTools, which wants each contour closed."""
    begun: list[bool] = []

    def in_em(*points: Any) -> list[tuple[float, float]]:
        return [(point.x / em, point.y / em) for point in points]

    def move(point: Any, _: object) -> None:
        if begun:
            pen.closePath()
        begun.append(True)
        pen.moveTo(*in_em(point))

    outline.decompose(
        None,
        move,
        lambda point, _: pen.lineTo(*in_em(point)),
        lambda control, end, _: pen.qCurveTo(*in_em(control, end)),
        lambda first, second, end, _: pen.curveTo(*in_em(first, second, end)),
    )
    if begun:
        pen.closePath()

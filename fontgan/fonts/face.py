"""A font file, opened: which characters it draws, and the exact pixels of a glyph.

The pixels follow the outline alone: glyphs are loaded without hinting and FreeType's smooth
rasteriser computes the exact coverage of each pixel, so that the same outline gives the same pixels
in whichever file it lies.
"""

from __future__ import annotations

import ctypes
import hashlib
import io
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import freetype
import numpy as np
from freetype import raw

from fontgan.errors import FontganError

# The canvas is the em box: its top is 0.88 em above the baseline and its bottom 0.12 em below.
DESCENT = 0.12
CENTRE = 0.5 - DESCENT  # of the canvas, above the baseline, in em

_OUTLINE_ONLY = freetype.FT_LOAD_NO_HINTING | freetype.FT_LOAD_NO_BITMAP
_FONT_UNITS = _OUTLINE_ONLY | freetype.FT_LOAD_NO_SCALE


@dataclass(frozen=True)
class FontReference:
    """A font file as a user writes it: `path.ttf`, or `path.ttc#2` for a face of a collection."""

    path: Path
    index: int = 0

    @classmethod
    def parse(cls, text: str) -> FontReference:
        """Read `text`; a file whose own name ends in `#2` is taken as that file."""
        if not text.strip():
            raise FontganError("the path of a font is empty: name a font file")
        match = re.fullmatch(r"(.+)#(\d+)", text)
        if match is None or Path(text).exists():
            return cls(Path(text))
        return cls(Path(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.path}#{self.index}" if self.index else str(self.path)


class Face:
    """One face of a font file.

    Attributes:
        reference: the file and the face in it.
        family: the family name, with the style where it is not Regular.
        sha256: of the whole file, in hexadecimal.

    Raises:
        FontganError: there is no such file, or it is not a font with scalable outlines.
    """

    def __init__(self, reference: FontReference) -> None:
        self.reference = reference
        content = _read(reference.path)
        self.sha256 = hashlib.sha256(content).hexdigest()
        try:
            # From memory: FreeType never sees a half-changed file, nor a path in a wrong encoding.
            self._face = freetype.Face(io.BytesIO(content), reference.index)
            self._face.select_charmap(freetype.FT_ENCODING_UNICODE)
        except freetype.FT_Exception as error:
            raise FontganError(_why_not_a_font(reference, content)) from error
        if not self._face.is_scalable:
            raise FontganError(f"{reference} has no outlines, only bitmaps: give an outline font")
        self.family = self._read_family()
        self._size = 0

    def draws(self, code: int) -> bool:
        """Whether the font draws the character `code`: mapped, with an outline, not the placeholder."""
        glyph = self._face.get_char_index(code)
        if glyph == 0:
            return False
        outline = self._outline(glyph)
        return outline not in (b"", self._placeholder)

    def vertical_centre(self, code: int) -> float:
        """The middle of the ink of `code` above the baseline, in em.

        Read in font units off the control box, hence the same at every size.
        """
        self._face.load_char(chr(code), _FONT_UNITS)
        box = raw.FT_BBox()
        raw.FT_Outline_Get_CBox(ctypes.byref(self._slot.outline), ctypes.byref(box))
        return float(box.yMin + box.yMax) / 2 / float(self._face.units_per_EM)

    def render(self, code: int, size: int, shift: float = 0.0) -> np.ndarray:
        """The glyph image of `code`: uint8 (size, size), 0 = ink, 255 = paper.

        One em is `size` pixels, the advance is centred and the outline raised by `shift` em. What
        lies beyond the canvas is cut off.
        """
        if self._size != size:
            self._face.set_pixel_sizes(size, size)
            self._size = size
        self._face.load_char(chr(code), _OUTLINE_ONLY)
        advance = self._slot.linearHoriAdvance / 65536  # 16.16 fixed point, in pixels, unrounded
        right = round((size - advance) / 2 * 64)  # outlines are in 1/64 pixel
        up = round((DESCENT + shift) * size * 64)
        raw.FT_Outline_Translate(ctypes.byref(self._slot.outline), right, up)
        self._face.glyph.render(freetype.FT_RENDER_MODE_NORMAL)
        return self._on_canvas(size)

    @property
    def _slot(self) -> raw.FT_GlyphSlotRec:
        return self._face.glyph._FT_GlyphSlot.contents

    @cached_property
    def _placeholder(self) -> bytes:
        return self._outline(0)

    def _outline(self, glyph: int) -> bytes:
        """The points of a glyph in font units, as bytes; empty where there is no ink to draw."""
        try:
            self._face.load_glyph(glyph, _FONT_UNITS)
        except freetype.FT_Exception:  # a damaged glyph is one that the font does not draw
            return b""
        outline = self._slot.outline
        points = ctypes.string_at(outline.points, outline.n_points * ctypes.sizeof(raw.FT_Vector))
        box = raw.FT_BBox()
        raw.FT_Outline_Get_CBox(ctypes.byref(outline), ctypes.byref(box))
        has_extent = box.xMax > box.xMin and box.yMax > box.yMin
        return points if has_extent else b""

    def _on_canvas(self, size: int) -> np.ndarray:
        """The slot's coverage bitmap, inverted and laid on a sheet of paper."""
        canvas = np.full((size, size), 255, np.uint8)
        bitmap = self._slot.bitmap
        rows, width = bitmap.rows, bitmap.width
        if rows == 0 or width == 0:
            return canvas
        data = ctypes.string_at(bitmap.buffer, rows * bitmap.pitch)
        coverage = np.frombuffer(data, np.uint8).reshape(rows, bitmap.pitch)[:, :width]
        left, top = self._slot.bitmap_left, size - self._slot.bitmap_top
        y0, y1 = max(top, 0), min(top + rows, size)
        x0, x1 = max(left, 0), min(left + width, size)
        if y0 < y1 and x0 < x1:
            canvas[y0:y1, x0:x1] -= coverage[y0 - top : y1 - top, x0 - left : x1 - left]
        return canvas

    def _read_family(self) -> str:
        family = (self._face.family_name or b"").decode("ascii", "ignore").strip()
        style = (self._face.style_name or b"").decode("ascii", "ignore").strip()
        if not family:
            return self.reference.path.stem
        return family if style in ("", "Regular") else f"{family} {style}"


def font_shift(face: Face, codes: list[int]) -> float:
    """The one vertical shift of a font, in em: it brings the ink of `codes`, as a whole, to the centre.

    The median over the characters of the middle of each one's ink, to a thousandth of an em, so that
    a character more or less does not move the font. Never apply one shift a character: it destroys
    what a model should learn, and the baseline.
    """
    centres = [face.vertical_centre(code) for code in codes]
    return round(CENTRE - float(np.median(centres)), 3)


def _read(path: Path) -> bytes:
    if path.is_dir():
        raise FontganError(f"{path} is a directory: name a font file in it")
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise FontganError(f"there is no font file {path}: check the path") from error
    except OSError as error:
        raise FontganError(f"the font file {path} cannot be read: {error.strerror}") from error
    if not content:
        raise FontganError(f"the font file {path} is empty: get it again")
    return content


def _why_not_a_font(reference: FontReference, content: bytes) -> str:
    try:
        count = freetype.Face(io.BytesIO(content), 0).num_faces
    except freetype.FT_Exception:
        return f"{reference.path} is not a font that FreeType can read: give a TTF, OTF or TTC file"
    if reference.index >= count:
        return f"{reference.path} has {count} faces, counted from 0: there is no #{reference.index}"
    return f"{reference} maps no Unicode characters: give a font with a Unicode cmap"

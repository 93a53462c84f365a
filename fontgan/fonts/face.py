"""A face of a font file, opened: which characters it draws, and the exact pixels of a glyph.

The pixels follow the outline alone: glyphs are loaded without hinting, all at one reference size, then
scaled, and FreeType's smooth rasteriser computes the exact coverage of each pixel. So the same outline
gives the same pixels in whichever file it lies.
"""

from __future__ import annotations

import ctypes
import io
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import islice

import freetype
import numpy as np
from freetype import raw

from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.container import FontFile
from fontgan.fonts.location import FontLocation
from fontgan.fonts.tables import family_name, tidy, variation_axes

# An outline that more characters than these share is a placeholder, drawn where the designer drew nothing.
# Fonts share outlines honestly among up to six that differ by more than compatibility (I Ι І Ӏ ⵏ ꓲ).
_SHARED_BY_MANY = 8
_SAMPLE = 1024  # glyphs, of which such sharing is seen

# A cmap of this format, which no font in use has, is searched from its start for each character.
_LINEAR = 8

# Outlines are loaded at this many pixels per em, in 1/64 pixel: finer than any font's own grid.
_REFERENCE = 1024
_OUTLINE_ONLY = freetype.FT_LOAD_NO_HINTING | freetype.FT_LOAD_NO_BITMAP
_POINT = ctypes.sizeof(raw.FT_Vector)
_OVERSAMPLED = 4  # where contours overlap, as FreeType itself does it


class Face:
    """One face of a font file.

    A face is for one thread at a time; `another` gives a second one.

    Attributes:
        location: the file and the face in it.
        file: its bytes.
        family: the family name, with the style where it is not Regular.

    Raises:
        FontganError: there is no such file, it is not a font with scalable outlines, or it has no such
            face or axis.
    """

    kind = "font"

    def __init__(self, location: FontLocation, file: FontFile | None = None) -> None:
        self.location = location
        self.file = file or FontFile.read(location.path)
        content = self.file.unpacked
        self.file.check(location.index)
        try:
            # From memory: FreeType never sees a half-changed file, nor a path in a wrong encoding.
            # It takes numbers beyond 16 bits for those of named instances.
            self._face = freetype.Face(io.BytesIO(content), min(location.index, 0xFFFF))
            self._face.select_charmap(freetype.FT_ENCODING_UNICODE)
            if self._face.charmap.cmap_format == _LINEAR:
                raise _no_characters(location)
            if not self._face.is_scalable:
                raise FontganError(f"{location} has no outlines, only bitmaps", "use an outline font")
            self._go_to(location)
            self._face.set_pixel_sizes(_REFERENCE, _REFERENCE)
        except freetype.FT_Exception as error:
            raise _unusable(location, self.file) from error
        self.family = self._read_family()
        # Private fields of freetype-py, twice as fast as its public ones: check them when upgrading.
        self._slot = self._face.glyph._FT_GlyphSlot.contents
        self._pointer = self._face._FT_Face
        self._shape = self._slot.outline  # of whichever glyph was loaded last
        self._outline = ctypes.byref(self._shape)
        self._loaded = -1  # the character whose metrics the slot has
        self._canvas: Canvas | None = None  # that of the sheets
        self._sheets: dict[int, _Sheet] = {}

    @property
    def sha256(self) -> str:
        """Of the whole file, in hexadecimal."""
        return self.file.sha256

    def another(self) -> Face:
        """The same face again, for another thread."""
        twin = Face(self.location, self.file)
        twin.__dict__["_placeholders"] = self._placeholders  # cached, and the same in both
        return twin

    def mapped(self) -> Iterator[int]:
        """The code points that the font's best Unicode cmap maps to a glyph, ascending."""
        return (code for code, _ in self._mapped_from(1))

    def draws(self, code: int) -> bool:
        """Whether the font draws the character: mapped, with an outline, and not a placeholder."""
        if not self._load(code):
            return False
        box = self._control_box()
        return bool(box.xMax > box.xMin and box.yMax > box.yMin)

    def ink_centre(self, code: int) -> float | None:
        """The middle of the ink above the baseline, in em, off the control box; None if not drawn."""
        if not self.draws(code):
            return None
        box = self._control_box()
        return float(box.yMin + box.yMax) / 2 / (64 * _REFERENCE)

    def advance(self, code: int) -> float:
        """The horizontal advance of a character that the font maps, in em; free after it was drawn.

        To a millionth, which is finer than any font's units: FreeType has 0.99999993 for 1.
        """
        if code != self._loaded:
            self._load(code)
        return round(self._loaded_advance(), 6)

    def draw(self, code: int, canvas: Canvas, shift: float = 0.0) -> np.ndarray | None:
        """The glyph image of `code`: uint8 (size, size), 0 = ink, 255 = paper; None if not drawn.

        The advance is centred on the canvas and the outline raised by `shift` em. What lies beyond the
        canvas is cut off.
        """
        if not self._load(code):
            return None
        if canvas is not self._canvas and canvas != self._canvas:
            self._canvas, self._sheets = canvas, {}
        overlaps = self._shape.flags & 0x40  # FT_OUTLINE_OVERLAP
        sheet = self._sheets.get(overlaps)
        if sheet is None:
            pixels = canvas.size * _OVERSAMPLED if overlaps else canvas.size
            sheet = self._sheets[overlaps] = _Sheet(pixels, canvas.extent)
        ink = sheet.cover(self._outline, *canvas.place(self._loaded_advance(), shift))
        if overlaps:
            ink = _reduced(ink)
        return np.bitwise_xor(ink, 255) if np.count_nonzero(ink) else None

    def _load(self, code: int) -> bool:
        """Load the outline of a character; whether there is one and it is not a placeholder."""
        placeholders = self._placeholders
        self._loaded = -1
        # What is not mapped loads as .notdef; a damaged glyph is one that the font does not draw.
        if raw.FT_Load_Char(self._pointer, code, _OUTLINE_ONLY):
            return False
        self._loaded = code
        alike = placeholders.get(self._shape.n_points)
        return alike is None or self._points() not in alike

    def _loaded_advance(self) -> float:
        """Of the glyph that was loaded last, in em; FreeType has it in pixels, as 16.16 fixed point."""
        return float(self._slot.linearHoriAdvance / 65536 / _REFERENCE)

    @cached_property
    def _placeholders(self) -> dict[int, set[bytes]]:
        """The outlines that stand for nothing, by their number of points: .notdef's and shared ones."""
        found: dict[int, set[bytes]] = defaultdict(set)
        if not raw.FT_Load_Glyph(self._pointer, 0, _OUTLINE_ONLY):
            found[self._shape.n_points].add(self._points())
        sharing: dict[bytes, list[int]] = defaultdict(list)
        step = max(1, self._face.num_glyphs // _SAMPLE)
        for code, glyph in islice(self._mapped_from(step), 8 * _SAMPLE):
            if not raw.FT_Load_Glyph(self._pointer, glyph, _OUTLINE_ONLY):
                sharing[self._points()].append(code)
        for points, codes in sharing.items():
            # Compatibility characters share their outline rightly: 樂 has three more code points.
            if len(codes) > _SHARED_BY_MANY:
                alike = {unicodedata.normalize("NFKC", chr(code)) for code in codes}
                if len(alike) > _SHARED_BY_MANY:
                    found[len(points) // _POINT].add(points)
        return dict(found)

    def _mapped_from(self, step: int) -> Iterator[tuple[int, int]]:
        """(Code point, glyph) of the characters mapped, or of about every `step`-th of them."""
        glyph = ctypes.c_uint()
        code = raw.FT_Get_First_Char(self._pointer, ctypes.byref(glyph))
        while glyph.value and code <= 0x10FFFF:
            if not 0xD800 <= code < 0xE000:  # half a surrogate pair is no character
                yield code, glyph.value
            code = raw.FT_Get_Next_Char(self._pointer, code + step - 1, ctypes.byref(glyph))

    def _points(self) -> bytes:
        return ctypes.string_at(self._shape.points, self._shape.n_points * _POINT)

    def _control_box(self) -> raw.FT_BBox:
        box = raw.FT_BBox()
        raw.FT_Outline_Get_CBox(self._outline, ctypes.byref(box))
        return box

    def _go_to(self, location: FontLocation) -> None:
        """Move a variable font to its place."""
        if not location.axes:
            return
        axes = variation_axes(self.file.table(location.index, b"fvar"))
        if not axes:
            raise FontganError(f"{location.path} is not a variable font", "omit the @")
        wanted = dict(location.axes)
        for axis in axes:
            if not axis.minimum <= wanted.get(axis.tag, axis.default) <= axis.maximum:
                raise FontganError(
                    f"{location}: {axis.tag} must be from {axis.minimum:g} to {axis.maximum:g} in this font"
                )
        unknown = set(wanted) - {axis.tag for axis in axes}
        if unknown:
            have = ", ".join(f"{axis.tag} ({axis.minimum:g} to {axis.maximum:g})" for axis in axes)
            raise FontganError(f"{location}: there is no axis {sorted(unknown)[0]!r}; the font has {have}")
        self._face.set_var_design_coords([wanted.get(axis.tag, axis.default) for axis in axes])

    def _read_family(self) -> str:
        names = (self._face.family_name, self._face.style_name)
        family, style = (tidy((name or b"").decode("ascii", "ignore")) for name in names)
        if not family:
            return family_name(self.location.path.stem)
        return family_name(family if style in ("", "Regular") else f"{family} {style}")


class _Sheet:
    """A bitmap of (pixels, pixels) for FreeType to draw on, `extent` em wide, reused for each glyph."""

    def __init__(self, pixels: int, extent: float) -> None:
        self._ink = np.zeros((pixels, pixels), np.uint8)
        self._bitmap = raw.FT_Bitmap()
        self._bitmap.rows = self._bitmap.width = self._bitmap.pitch = pixels
        self._bitmap.buffer = self._ink.ctypes.data_as(type(self._bitmap.buffer))
        self._bitmap.num_grays = 256
        self._bitmap.pixel_mode = freetype.FT_PIXEL_MODE_GRAY
        self._target = ctypes.byref(self._bitmap)
        self._unit = pixels / extent * 64  # of an em: 1/64 pixel
        scale = round(pixels / extent / _REFERENCE * 65536)  # 16.16 fixed point
        self._matrix = raw.FT_Matrix(scale, 0, 0, scale)
        self._scale = ctypes.byref(self._matrix)

    def cover(self, outline: object, right: float, up: float) -> np.ndarray:
        """The coverage of an outline (which is changed), 0 to 255, moved by em; valid until the next call."""
        raw.FT_Outline_Transform(outline, self._scale)
        raw.FT_Outline_Translate(outline, round(right * self._unit), round(up * self._unit))
        self._ink.fill(0)
        if raw.FT_Outline_Get_Bitmap(freetype.get_handle(), outline, self._target):
            self._ink.fill(0)  # an outline that FreeType cannot fill is one without ink
        return self._ink


def _reduced(ink: np.ndarray) -> np.ndarray:
    size = len(ink) // _OVERSAMPLED
    blocks = ink.reshape(size, _OVERSAMPLED, size, _OVERSAMPLED)
    reduced: np.ndarray = blocks.mean(axis=(1, 3)).round().astype(np.uint8)
    return reduced


def _unusable(location: FontLocation, file: FontFile) -> FontganError:
    """Why FreeType did not open a face."""
    try:
        count = freetype.Face(io.BytesIO(file.unpacked), 0).num_faces
    except freetype.FT_Exception:
        return file.not_a_font()
    if location.index >= count:
        return FontganError(
            f"{location.path} has {count} faces, counted from 0: there is no #{location.index}"
        )
    return _no_characters(location)


def _no_characters(location: FontLocation) -> FontganError:
    return FontganError(f"{location} maps no Unicode characters", "use a font with a Unicode cmap")

"""Small outlines to build fonts of, and fonts to merge into."""

from __future__ import annotations

import io
import itertools
import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.DefaultTable import DefaultTable

from fontgan.building.copying import CopiedOutline
from fontgan.building.glyphs import NewGlyph
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from tests.toy_fonts import CHARACTERS, build_font

ASSETS = Path(__file__).parents[2] / "assets" / "fonts"
NEW = [*range(0x5000, 0x5010)]  # characters that the toy fonts lack
_KERNED = [0x41, 0x56, *CHARACTERS]
_FEATURES = """
    feature kern { pos u00041 u00056 -80; pos u04E00 u04E01 -40; } kern;
    feature vert { sub u04E02 by u04E03; } vert;
    feature liga { sub u04E04 u04E05 by u04E06; } liga;
"""


Parts = list[tuple[str, tuple[tuple[float, float], ...]]]


def ring(code: int, advance: float = 1.0, size: float = 0.3) -> NewGlyph:
    """A round ring: curves, and a hole."""
    parts = [*_circle(size, False), *_circle(size / 2, True)]
    return NewGlyph(code, advance, CopiedOutline(tuple(parts)))


def box(code: int, left: float, bottom: float, right: float, top: float, advance: float = 1.0) -> NewGlyph:
    """A rectangle, in em."""
    around = [("moveTo", ((left, bottom),))]
    around += [("lineTo", (point,)) for point in ((right, bottom), (right, top), (left, top))]
    return NewGlyph(code, advance, CopiedOutline((*around, ("closePath", ()))))


def blank(code: int, advance: float = 1.0) -> NewGlyph:
    """A glyph without an outline."""
    return NewGlyph(code, advance, CopiedOutline(()))


def rings(codes: Iterable[int] = NEW) -> list[NewGlyph]:
    """A ring for each character, no two alike."""
    return [ring(code, 0.9 + code % 16 / 100, 0.25 + code % 16 / 200) for code in codes]


def kerned_font(path: Path, cff: bool = False) -> Path:
    """Latin and Han with kerning, ligatures, vertical forms, variation sequences and a signature."""
    font = TTFont(build_font(path, _KERNED, cff="CFF" if cff else ""))
    addOpenTypeFeaturesFromString(font, _FEATURES)
    variations = next(iter(font["cmap"].tables)).newSubtable(14)
    variations.platformID, variations.platEncID, variations.language = 0, 5, 0xFF
    variations.cmap, variations.uvsDict = {}, {0xFE00: [(0x4E00, None), (0x4E01, "u04E07")]}
    font["cmap"].tables.append(variations)
    for tag, content in {"DSIG": b"\0\0\0\1\0\0\0\0", "VDMX": bytes(6), "PfEd": b"private"}.items():
        font[tag] = DefaultTable(tag)
        font[tag].data = content
    font.save(path)
    return path


def opened(content: bytes) -> TTFont:
    """A font, read by fontTools."""
    return TTFont(io.BytesIO(content), lazy=False, recalcTimestamp=False)


def sanitized(path: Path) -> None:
    """Assert that browsers would load the font: OpenType Sanitizer is what they pass it through."""
    ots = pytest.importorskip("ots", reason="opentype-sanitizer is not installed")
    done = ots.sanitize(str(path), capture_output=True)
    assert done.returncode == 0, done.stderr


def overlap(first: Path, second: Path, code: int, canvas: Canvas | None = None) -> float:
    """The intersection over union of what two fonts draw of a character."""
    drawn = [Face(FontLocation(path)).draw(code, canvas or Canvas(256)) for path in (first, second)]
    one, two = (255 - image.astype(float) for image in drawn if image is not None)
    return float(np.minimum(one, two).sum() / np.maximum(one, two).sum())


def _circle(radius: float, clockwise: bool) -> Parts:
    """Four cubics around (0.5, 0.38)."""
    handle = 4 / 3 * math.tan(math.pi / 8)
    sign = -1 if clockwise else 1
    angles = [sign * quarter * math.pi / 2 for quarter in range(5)]
    points = [(math.cos(angle), math.sin(angle)) for angle in angles]

    def place(x: float, y: float) -> tuple[float, float]:
        return 0.5 + radius * x, 0.38 + radius * y

    parts: Parts = [("moveTo", (place(*points[0]),))]
    for (x, y), (next_x, next_y) in itertools.pairwise(points):
        first = place(x - sign * handle * y, y + sign * handle * x)
        second = place(next_x + sign * handle * next_y, next_y - sign * handle * next_x)
        parts.append(("curveTo", (first, second, place(next_x, next_y))))
    return [*parts, ("closePath", ())]

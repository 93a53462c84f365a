"""Contact sheets: what a font or a store looks like at a glance."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from fontgan.data.inspection import random_glyphs
from fontgan.data.store import GlyphStore
from fontgan.fonts.canvas import font_shift
from fontgan.fonts.charset import code_point_name
from fontgan.fonts.source import GlyphSource
from fontgan.report.sheet import COLUMNS, Row, save_sheet

_OF_A_FONT = 5 * COLUMNS
_SIZE = 128


def save_font_sheet(path: Path, source: GlyphSource, drawn: Sequence[int], seed: int) -> None:
    """Some characters of a font, chosen at random among those that it draws, as a PNG."""
    chosen = sorted(random.Random(seed).sample(list(drawn), min(_OF_A_FONT, len(drawn))))
    shift = font_shift(source, drawn)
    title = f"{source.family}: {len(chosen)} of {len(drawn):,} characters"
    pictures = [source.draw(code, _SIZE, shift) for code in chosen]
    save_sheet(path, title, [code_point_name(code) for code in chosen], [Row("", pictures)], _SIZE)


def save_store_sheet(path: Path, store: GlyphStore, seed: int) -> None:
    """Some characters of a store in each of its faces, chosen at random, as a PNG."""
    faces = random_glyphs(store, COLUMNS, seed)
    codes = list(faces[0][1])
    rows = [Row(name, [glyphs.get(code) for code in codes]) for name, glyphs in faces]
    title = f"{store.path.name}: {len(codes)} characters at {store.record.size} px"
    save_sheet(path, title, [code_point_name(code) for code in codes], rows, store.record.size)

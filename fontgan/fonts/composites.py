"""Composite glyphs of a TrueType font: how deep they are nested, and how much they expand to.

A composite glyph is put together from others, which may be composites themselves. FreeType follows them by
recursion and without a limit, so a few kilobytes can overflow its stack or fill the memory. Here they are
measured for all glyphs at once, before FreeType sees the font.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# Of fonts in use: 6 deep, a hundred components in one glyph, 10 million points in all glyphs together.
MOST_DEPTH = 16
MOST_COMPONENTS = 1 << 13  # of one glyph, expanded
MOST_LOADS = 1 << 22  # components of all glyphs, expanded: 2 s
MOST_POINTS = 1 << 28  # of all glyphs, expanded: 5 s

# OpenType specification, «glyf», flags of a component.
_WORDS, _SCALE, _MORE, _TWO_SCALES, _MATRIX = 1, 8, 0x20, 0x40, 0x80


class _Components(NamedTuple):
    """Which glyph uses which: two arrays (n,), a row per component."""

    owner: np.ndarray
    used: np.ndarray


def composite_mistake(glyf: memoryview, loca: memoryview, long_offsets: bool) -> str:
    """Why the glyphs of a font must not be drawn, as a predicate of the font; empty where they may be.

    Args:
        glyf: the table of the glyphs.
        loca: an offset for each glyph, and one for the end.
        long_offsets: whether offsets have 32 bits: «head», indexToLocFormat.
    """
    data = np.frombuffer(glyf, np.uint8)
    width = 4 if long_offsets else 2
    offsets = np.frombuffer(loca[: len(loca) // width * width], f">u{width}").astype(np.int64)
    offsets *= 1 if long_offsets else 2
    starts, ends = offsets[:-1], offsets[1:]
    there = np.flatnonzero((starts != ends) & (starts + 10 <= len(data)))
    contours = np.zeros(len(starts), np.int64)
    contours[there] = _words(data, starts[there]).astype(np.int16)
    points = np.zeros(len(starts), np.int64)
    simple = np.flatnonzero(contours > 0)
    last = starts[simple] + 8 + 2 * contours[simple]  # where the number of the last point stands
    whole = last + 2 <= len(data)
    points[simple[whole]] = _words(data, last[whole]) + 1
    composites = np.flatnonzero(contours < 0)
    if not len(composites):
        return "" if points.sum() <= MOST_POINTS else _too_much("points")
    found = _components(data, starts, composites)
    return _too_much("components") if found is None else _expansion_mistake(found, points)


def _components(data: np.ndarray, starts: np.ndarray, composites: np.ndarray) -> _Components | None:
    """The components of all composites, read side by side; None where they are too many."""
    owner, cursor = composites, starts[composites] + 10
    owners, used, count = [], [], 0
    for _ in range(MOST_COMPONENTS):
        inside = cursor + 4 <= len(data)
        owner, cursor = owner[inside], cursor[inside]
        flags, glyphs = _words(data, cursor), _words(data, cursor + 2)
        known = glyphs < len(starts)
        owners.append(owner[known])
        used.append(glyphs[known])
        count += len(owner)
        if not len(owner):
            return _Components(np.concatenate(owners), np.concatenate(used))
        if count > MOST_LOADS:
            return None
        more = (flags & _MORE) != 0
        size = 6 + 2 * (flags & _WORDS)
        scales = (flags & _SCALE, 2), (flags & _TWO_SCALES, 4), (flags & _MATRIX, 8)
        size += np.select([flag != 0 for flag, _ in scales], [extra for _, extra in scales], 0)
        owner, cursor = owner[more], (cursor + size)[more]
    return None


def _expansion_mistake(components: _Components, points: np.ndarray) -> str:
    """The same of glyphs whose components and own points are known."""
    owner, used = components
    depth = np.zeros(len(points), np.int64)
    # As floats, which saturate: 2^16 doublings of 65,536 components fit.
    loads: np.ndarray = np.zeros(len(points))
    expanded: np.ndarray = points.astype(float)
    for _ in range(MOST_DEPTH + 1):
        deeper = np.zeros_like(depth)
        np.maximum.at(deeper, owner, depth[used] + 1)
        loads = np.bincount(owner, 1 + loads[used], len(points))
        expanded = points + np.bincount(owner, expanded[used], len(points))
        if (deeper == depth).all():
            break
        depth = deeper
    else:
        return f"nests composite glyphs more than {MOST_DEPTH} deep"
    if loads.max() > MOST_COMPONENTS or loads.sum() > MOST_LOADS:
        return _too_much("components")
    return "" if expanded.sum() <= MOST_POINTS else _too_much("points")


def _too_much(what: str) -> str:
    return f"has glyphs that expand to too many {what}"


def _words(data: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The unsigned 16-bit numbers that stand at some places: int64 (n,)."""
    words: np.ndarray = data[places].astype(np.int64) << 8 | data[places + 1]
    return words

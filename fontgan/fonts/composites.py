"""Composite glyphs of a TrueType font: how deep they are nested, and how much they expand to.

A composite glyph is put together from others, which may be composites themselves. FreeType follows them by
recursion and without a limit, so a few kilobytes can overflow its stack or fill the memory. Here they are
measured for all glyphs at once, before FreeType sees the font. A glyph that is among its own components is
refused by FreeType itself, so that the font merely does not draw it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# Of fonts in use: 6 deep, a hundred components in one glyph, 10 million points in all glyphs together.
MOST_DEPTH = 16
MOST_COMPONENTS = 1 << 13  # of one glyph, expanded
MOST_LOADS = 1 << 22  # components of all glyphs, expanded: 2 s
MOST_POINTS = 1 << 28  # of all glyphs, expanded: 5 s

# OpenType specification, «glyf», flags of a component: its offsets are words, a scale follows, there are more
# components, two scales or a matrix follow.
_WORDS, _SCALE, MORE_COMPONENTS, _TWO_SCALES, _MATRIX = 1, 8, 0x20, 0x40, 0x80


def _size_of(flags: int) -> int:
    scales = 2 if flags & _SCALE else 4 if flags & _TWO_SCALES else 8 if flags & _MATRIX else 0
    return (4 if flags & _WORDS else 2) + scales


# By the lower byte of its flags: the bytes of a component after them and the number of the glyph.
COMPONENT_SIZES = np.array([_size_of(flags) for flags in range(256)])


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
        more = (flags & MORE_COMPONENTS) != 0
        owner, cursor = owner[more], (cursor + 4 + COMPONENT_SIZES[flags & 0xFF])[more]
    return None


def _expansion_mistake(components: _Components, points: np.ndarray) -> str:
    """The same of glyphs whose components and own points are known."""
    owner, used = components
    depth, deeper = 0, np.bincount(owner, minlength=len(points)) > 0  # glyphs that are nested deeper
    while depth < MOST_DEPTH and deeper.any():
        deeper = np.bincount(owner, deeper[used], len(points)) > 0
        depth += 1
    circles = _circles(components, deeper)
    if circles is None:
        return f"nests composite glyphs more than {MOST_DEPTH} deep"
    bounded = ~deeper[used]
    owner, used = owner[bounded], used[bounded]
    # As floats, which saturate: 2^16 doublings of 65,536 components fit.
    loads: np.ndarray = np.zeros(len(points))
    expanded: np.ndarray = points.astype(float)
    for _ in range(depth):
        loads = np.bincount(owner, 1 + loads[used], len(points))
        expanded = points + np.bincount(owner, expanded[used], len(points))
    loads[deeper], expanded[deeper] = loads[circles].sum(axis=0), expanded[circles].sum(axis=0)
    if loads.max() > MOST_COMPONENTS or loads.sum() > MOST_LOADS:
        return _too_much("components")
    return "" if expanded.sum() <= MOST_POINTS else _too_much("points")


def _circles(components: _Components, deeper: np.ndarray) -> np.ndarray | None:
    """The glyphs that FreeType goes through from each glyph that has itself among its components.

    FreeType follows components in their order and gives the glyph up where it meets one that it is in
    already. All components before that one end, so it goes from each glyph to the first that does not.

    Args:
        components: of all glyphs.
        deeper: whether a glyph is nested deeper than `MOST_DEPTH`, bool (n,).

    Returns:
        Glyphs, int64 (MOST_DEPTH + 1, number of deeper ones); None where one of them meets none again.
    """
    owner, used = components
    endless = deeper[used]
    following = np.full(len(deeper), -1)
    # The components of a glyph are in their order: the first is assigned last.
    following[owner[endless][::-1]] = used[endless][::-1]
    ways = [np.flatnonzero(deeper)]
    for _ in range(MOST_DEPTH):
        ways.append(following[ways[-1]])
        if (ways[-1] < 0).any():
            return None
    glyphs = np.stack(ways)
    meets = (np.diff(np.sort(glyphs, axis=0), axis=0) == 0).any(axis=0)
    return glyphs if meets.all() else None


def _too_much(what: str) -> str:
    return f"has glyphs that expand to too many {what}"


def _words(data: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The unsigned 16-bit numbers that stand at some places: int64 (n,)."""
    words: np.ndarray = data[places].astype(np.int64) << 8 | data[places + 1]
    return words

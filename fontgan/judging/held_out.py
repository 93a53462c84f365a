"""Characters that a run has not learnt from: those by which it is judged."""

from __future__ import annotations

from collections.abc import Sequence

from fontgan.drawing.drawer import Drawer
from fontgan.fonts.charset import is_han, scattered


def held_out_characters(drawer: Drawer, most: int) -> list[int]:
    """Up to `most` characters that a drawer can draw, the best to judge it by first.

    Best are Chinese characters that the style has too and that were not learnt from. Where there are too few,
    others follow: those that were learnt from last. Their order is scattered, and always the same.
    """

    def rank(code: int) -> tuple[bool, bool]:
        return drawer.learnt(code), not is_han(code)

    found: list[int] = []
    fonts = drawer.styles or drawer.contents
    mapped: Sequence[int] = scattered({code for font in fonts for code in font.source.mapped()})
    for code in sorted(mapped, key=rank):
        if _draws(drawer, code):
            found.append(code)
        if len(found) == most:
            break
    return found


def _draws(drawer: Drawer, code: int) -> bool:
    """Whether the content fonts have a character, and the style where it was found."""
    has = (any(font.source.draws(code) for font in fonts) for fonts in (drawer.contents, drawer.styles))
    return next(has) and (not drawer.styles or next(has))

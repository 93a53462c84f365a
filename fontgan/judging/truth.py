"""A whole font that has the true glyphs which a style font, a part of it, lacks."""

from __future__ import annotations

import numpy as np
import torch

from fontgan.data.images import as_floats
from fontgan.drawing.drawer import Drawer
from fontgan.drawing.fonts import AnyFont, PlacedFont, any_draws, first_glyph, location_of
from fontgan.fonts.canvas import font_shift
from fontgan.fonts.charset import scattered
from fontgan.fonts.source import GlyphSource, open_source
from fontgan.losses.reconstruction import fixed_l1

_SAMPLE = 100  # characters that show how the two fonts lie to each other
_LOOKED_AT = 12  # of them, as images
_SAME = 0.1  # mean fixed L1 up to which two fonts draw the same


class Truth:
    """The true glyphs of characters: the style font's own, or those of a whole font.

    Args:
        drawer: what draws in the style.
        whole: a font that has more of its characters, or None.

    Attributes:
        notes: remarks, one line each.

    Raises:
        FontganError: the whole font cannot be used.
    """

    def __init__(self, drawer: Drawer, whole: AnyFont | None = None) -> None:
        self._drawer = drawer
        self._whole = None if whole is None else _placed(open_source(location_of(whole)), drawer)
        self.notes = _differences(self._whole, drawer) if self._whole else []

    def has(self, code: int) -> bool:
        """Whether there is a true glyph of a character."""
        return any_draws(self._fonts, code)

    def draw(self, code: int) -> np.ndarray | None:
        """The true glyph of a character, uint8 (size, size); None where there is none."""
        found = first_glyph(self._fonts, code, self._drawer.record.canvas)
        return found and found[1]

    def mapped(self) -> list[int]:
        """All code points that the fonts map, ascending."""
        return sorted({code for font in self._fonts for code in font.source.mapped()})

    @property
    def _fonts(self) -> list[PlacedFont]:
        return [*self._drawer.styles, *([self._whole] if self._whole else [])]


def _placed(font: GlyphSource, drawer: Drawer) -> PlacedFont:
    """The whole font, where it lies as the style's own glyphs do.

    By the median of how far their ink lies apart; without the style font, as a style font is placed, by the
    characters that were learnt.
    """
    canvas = drawer.record.canvas
    shared = _shared(font, drawer)
    if shared:
        style = drawer.styles[0]
        pairs = ((style.source.ink_centre(code), font.ink_centre(code)) for code in shared)
        apart = [one - other for one, other in pairs if one is not None and other is not None]
        # To a thousandth, as every font is placed: the same outlines must be the same pixels.
        return PlacedFont(font, round(style.shift + float(np.median(apart)), 3), style.usual)
    learnt = [code for code in font.mapped() if drawer.record.learnt(code)]
    return PlacedFont(font, font_shift(font, learnt or list(font.mapped()), canvas), 1.0)


def _shared(font: GlyphSource, drawer: Drawer) -> list[int]:
    """Some of the learnt characters that both fonts draw."""
    if not drawer.styles:
        return []
    style = drawer.styles[0].source
    both = (
        code
        for code in scattered(list(style.mapped()))
        if drawer.record.learnt(code) and style.draws(code) and font.draws(code)
    )
    return [code for code, _ in zip(both, range(_SAMPLE), strict=False)]


def _differences(whole: PlacedFont, drawer: Drawer) -> list[str]:
    """A note where the whole font does not draw what the style font draws."""
    canvas = drawer.record.canvas
    pairs = [
        (whole.draw(code, canvas), drawer.true_glyph(code))
        for code in _shared(whole.source, drawer)[:_LOOKED_AT]
    ]
    drawn = [(one, other) for one, other in pairs if one is not None and other is not None]
    if not drawn:
        return [f"{whole.source.location} shares no learnt character with the style font"]
    sides = (as_floats(torch.from_numpy(np.stack(side))[:, None]) for side in zip(*drawn, strict=True))
    error = float(fixed_l1(*sides).mean())
    if error <= _SAME:
        return []
    return [
        f"{whole.source.location} draws the characters of the style font otherwise (fixed L1 {error:.2f}): "
        "it is hardly the font that the style is a part of"
    ]

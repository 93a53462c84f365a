"""What characters are drawn from: the glyph images of the content fonts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from fontgan.drawing.fonts import PlacedFont, first_glyph
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.charset import describe_characters


class Content(NamedTuple):
    """What a character is drawn from.

    Attributes:
        images: uint8 (channels, size, size); paper where a font lacks it.
        fonts: the font that gave each channel, or None.
    """

    images: np.ndarray
    fonts: tuple[PlacedFont | None, ...]


def content_of(code: int, fonts: Sequence[PlacedFont], stacked: bool, canvas: Canvas) -> Content | None:
    """The content of a character; None where no content font has it.

    Args:
        code: the character.
        fonts: the content fonts, in order.
        stacked: whether each is a channel of one image; otherwise the first that has the character gives it.
        canvas: of the images.
    """
    if not stacked:
        found = first_glyph(fonts, code, canvas)
        return found and Content(found[1][None], (found[0],))
    glyphs = [font.draw(code, canvas) for font in fonts]
    if all(glyph is None for glyph in glyphs):
        return None
    paper = np.full((canvas.size, canvas.size), 255, np.uint8)
    givers = tuple(None if glyph is None else font for font, glyph in zip(fonts, glyphs, strict=True))
    return Content(np.stack([paper if glyph is None else glyph for glyph in glyphs]), givers)


def content_in_parts(
    asked: Sequence[int], most: int, fonts: Sequence[PlacedFont], stacked: bool, canvas: Canvas
) -> Iterator[tuple[dict[int, Content], list[int]]]:
    """The content of up to `most` characters at a time, and those before and among them that lack one.

    The arguments are those of `content_of`.

    Raises:
        FontganError: there is no content of any of them.
    """
    found: dict[int, Content] = {}
    lacking: list[int] = []
    for code in asked:
        content = content_of(code, fonts, stacked, canvas)
        if content is None:
            lacking.append(code)
            continue
        if len(found) == most:
            yield found, lacking
            found, lacking = {}, []
        found[code] = content
    if not found:
        names = " and ".join(str(font.source.location) for font in fonts)
        raise FontganError(
            f"{names} cannot draw {describe_characters(asked)}",
            "choose other characters, or pass a font that has them with {source}",
        )
    yield found, lacking

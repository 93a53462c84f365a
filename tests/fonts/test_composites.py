"""Glyphs made of other glyphs: drawn within bounds, refused beyond them, before FreeType follows them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.composites import MOST_DEPTH
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from tests.crafted import chain, circle, collection, composite, font_of, woff
from tests.toy_fonts import CHARACTERS, build_font


def test_composites_may_be_nested_as_deep_as_in_any_font(tmp_path: Path) -> None:
    face = Face(FontLocation(font_of(tmp_path / "deep.ttf", chain(MOST_DEPTH))))
    assert face.draws(0x4E00)
    plain = Face(FontLocation(font_of(tmp_path / "flat.ttf", chain(1))))
    deep, flat = (font.draw(0x4E00, Canvas(64)) for font in (face, plain))
    assert deep is not None
    assert flat is not None
    assert np.array_equal(deep, flat)


@pytest.mark.parametrize(
    ("glyphs", "words"),
    [
        (chain(MOST_DEPTH + 1), "nests composite glyphs more than 16 deep"),
        (chain(40000), "nests composite glyphs more than 16 deep"),
        (circle(MOST_DEPTH + 1), "nests composite glyphs more than 16 deep"),
        (circle(40000), "nests composite glyphs more than 16 deep"),
        (chain(15, times=2), "expand to too many components"),
        ([composite(*[1] * 10000)], "expand to too many components"),
        ([composite(*[1] * 8000), *[composite(2)] * 600], "expand to too many components"),
    ],
    ids=["too deep", "far too deep", "circle", "far too long a circle", "doubling", "wide", "many"],
)
@pytest.mark.parametrize("flavour", ["", "woff", "collection"])
def test_composites_that_would_overflow_are_refused(
    tmp_path: Path, glyphs: list[bytes], words: str, flavour: str
) -> None:
    path = font_of(tmp_path / "toy.ttf", glyphs)
    if flavour == "woff":
        path.write_bytes(woff(path.read_bytes()))
    elif flavour == "collection":
        path.write_bytes(collection(build_font(tmp_path / "first.ttf").read_bytes(), path.read_bytes()))
        assert Face(FontLocation(path)).draws(CHARACTERS[0])
    with pytest.raises(FontganError, match=words) as caught:
        Face(FontLocation(path, 1 if flavour == "collection" else 0))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "glyphs",
    [
        [composite(2, 2)],
        circle(2),
        circle(MOST_DEPTH),
        [*circle(1), *(composite(2 + number) for number in range(MOST_DEPTH - 1))],
        [composite(1, 3), composite(1, 1, 2)],
    ],
    ids=["itself", "two", "longest", "at the end of a chain", "beside others"],
)
def test_a_glyph_that_is_part_of_itself_is_not_drawn_and_the_others_are(
    tmp_path: Path, glyphs: list[bytes]
) -> None:
    assert not Face(FontLocation(font_of(tmp_path / "itself.ttf", glyphs))).draws(0x4E00)
    assert Face(FontLocation(font_of(tmp_path / "beside.ttf", [*glyphs, composite(1)]))).draws(0x4E00)
    uses = composite(1, 1 + len(glyphs))
    assert not Face(FontLocation(font_of(tmp_path / "uses.ttf", [*glyphs[:2], uses]))).draws(0x4E00)


def test_what_leads_to_a_circle_counts_too(tmp_path: Path) -> None:
    """FreeType draws all that stands before a circle before it comes to it."""
    wide = composite(*[1] * 1000, 2)
    ways = [composite(2), wide, *(composite(*[1] * 1000, 3 + number) for number in range(10))]
    with pytest.raises(FontganError, match="expand to too many components"):
        Face(FontLocation(font_of(tmp_path / "toy.ttf", ways)))

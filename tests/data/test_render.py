"""Fonts into a store."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fontgan.data.render import render_dataset
from fontgan.data.store import GlyphStore
from fontgan.errors import FontganError
from fontgan.fonts.face import Face, FontReference
from tests.toy_fonts import CHARACTERS, build_font


def test_the_store_has_what_each_font_draws_and_no_blank(tmp_path: Path) -> None:
    content = FontReference(build_font(tmp_path / "a.ttf", CHARACTERS, "Con Tent", blank=CHARACTERS[:5]))
    style = FontReference(
        build_font(tmp_path / "b.ttf", CHARACTERS[:30], "Style!", placeholder=[CHARACTERS[9]])
    )
    output = tmp_path / "new" / "glyphs.lmdb"
    record = render_dataset(content, [style, style], [*CHARACTERS, 0x7530], 64, output)
    assert [face.key for face in record.faces] == ["con-tent", "style", "style-2"]
    with GlyphStore(output) as store:
        assert store.record == record
        assert store.codes("con-tent") == CHARACTERS[5:]
        assert store.codes("style") == [code for code in CHARACTERS[5:30] if code != CHARACTERS[9]]
        for face in record.faces:
            images = store.images(face.key, store.codes(face.key))
            assert len(images) == face.count
            assert (images.min(axis=(1, 2)) == 0).all()
        one = store.images("style", [0x4E0B])[0]
        assert np.array_equal(one, Face(style).render(0x4E0B, 64, record.style("style").shift))


def test_each_glyph_is_told_to_the_progress(tmp_path: Path) -> None:
    heard: list[object] = []

    class Listener:
        def start(self, title: str, total: int) -> None:
            heard.append((title, total))

        def advance(self, steps: int = 1) -> None:
            heard.append(steps)

    font = FontReference(build_font(tmp_path / "a.ttf", CHARACTERS[:3]))
    render_dataset(font, [font], CHARACTERS[:3], 64, tmp_path / "g.lmdb", Listener())
    assert heard == [("toy", 3), 1, 1, 1, ("toy-2", 3), 1, 1, 1]


def test_ink_at_the_edge_is_counted(tmp_path: Path) -> None:
    content = FontReference(build_font(tmp_path / "a.ttf"))
    wide = FontReference(build_font(tmp_path / "b.ttf", family="Wide", left_shift=150))
    record = render_dataset(content, [wide], CHARACTERS, 64, tmp_path / "g.lmdb")
    assert record.of_role("content")[0].cropped == 0
    assert 0 < record.style("wide").cropped < len(CHARACTERS)


def test_fonts_that_cannot_be_used_are_told_and_the_old_store_stays(toy_store: Path) -> None:
    before = toy_store.read_bytes()
    good = FontReference(toy_store.parents[1] / "content.ttf")
    other = FontReference(build_font(toy_store.parents[1] / "other.ttf", [0x9000, 0x9001]))
    with pytest.raises(FontganError, match="draws none of the 64 characters"):
        render_dataset(good, [other], CHARACTERS, 64, toy_store)
    with pytest.raises(FontganError, match="draws none of the 1 characters"):
        render_dataset(good, [good], [0x41], 64, toy_store)
    with pytest.raises(FontganError, match="use 64, 128 or 256"):
        render_dataset(good, [good], CHARACTERS, 100, toy_store)
    with pytest.raises(FontganError, match="--target"):
        render_dataset(good, [], CHARACTERS, 64, toy_store)
    assert toy_store.read_bytes() == before

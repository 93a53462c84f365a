"""A checkpoint and characters to glyph images."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fontgan.data.splits import split_of
from fontgan.data.store import GlyphStore
from fontgan.drawing.generate import Manner, generate, style_draws
from fontgan.errors import FontganError
from fontgan.fonts.location import FontLocation
from fontgan.models import find_model
from fontgan.report import glyphs
from fontgan.report.glyphs import save_generated
from fontgan.runs.checkpoint import CheckpointRecord
from tests.conftest import images_of, keep_weights
from tests.toy_fonts import CHARACTERS, build_font


@pytest.fixture
def checkpoint(toy_store: Path, tmp_path: Path) -> Path:
    """An untrained network that knows the toy fonts."""
    settings = find_model("pix2pix").preset("default")
    with GlyphStore(toy_store) as store:
        content, style = store.record.faces
    record = CheckpointRecord("pix2pix", settings, 64, 0, (content,), (style,), {"iou": 0.5}, "iou")
    return keep_weights(tmp_path / "run", record.build(), record)


def test_pictures_come_in_the_order_asked_for_with_content_and_truth(
    checkpoint: Path, toy_store: Path
) -> None:
    codes = [CHARACTERS[9], 0x41, CHARACTERS[2]]
    made = generate(checkpoint, codes, device="cpu")
    assert made.codes == [CHARACTERS[9], CHARACTERS[2]]
    assert made.lacking == [0x41]
    assert made.pictures.shape == (2, 64, 64)
    assert made.notes == []
    assert made.learnt == {code for code in made.codes if split_of(code) == "train"}
    with GlyphStore(toy_store) as store:
        assert np.array_equal(made.content, images_of(store, "content", made.codes))
        true = [picture for picture in made.truth if picture is not None]
        assert np.array_equal(np.stack(true), images_of(store, "style", made.codes))


def test_one_character_alone_is_drawn_as_among_many(checkpoint: Path) -> None:
    many = generate(checkpoint, CHARACTERS, device="cpu").pictures
    for place in (0, 17, 63):
        alone = generate(checkpoint, [CHARACTERS[place]], device="cpu").pictures[0]
        assert np.abs(alone.astype(int) - many[place]).max() <= 1


def test_a_content_font_that_moved_is_named_by_source(checkpoint: Path, tmp_path: Path) -> None:
    before = generate(checkpoint, CHARACTERS[:3], device="cpu").pictures
    moved = FontLocation(Path(shutil.move(tmp_path / "content.ttf", tmp_path / "moved.ttf")))
    with pytest.raises(FontganError, match="--source"):
        generate(checkpoint, CHARACTERS[:3], device="cpu")
    after = generate(checkpoint, CHARACTERS[:3], [moved], device="cpu")
    assert np.array_equal(after.pictures, before)
    assert after.notes == []


def test_another_content_font_is_told_and_a_changed_one_refused(checkpoint: Path, tmp_path: Path) -> None:
    other = FontLocation(build_font(tmp_path / "other.ttf", CHARACTERS, "Other", raised=30))
    assert "is not the font that was trained with" in generate(checkpoint, CHARACTERS[:3], [other]).notes[0]
    build_font(tmp_path / "content.ttf", CHARACTERS, "Content", raised=10)
    with pytest.raises(FontganError, match="has changed since the training"):
        generate(checkpoint, CHARACTERS[:3])


def test_without_the_style_font_only_the_truth_is_missing(checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "style.ttf").unlink()
    made = generate(checkpoint, CHARACTERS[:2], device="cpu")
    assert made.truth == [None, None]
    assert "no longer there" in made.notes[0]
    build_font(tmp_path / "style.ttf", CHARACTERS, "Another")
    assert "has changed" in generate(checkpoint, CHARACTERS[:2], device="cpu").notes[0]


def test_where_the_font_draws_none_of_the_characters_it_is_told(checkpoint: Path) -> None:
    with pytest.raises(FontganError, match=r"draws none of A U\+0041, B U\+0042"):
        generate(checkpoint, [0x41, 0x42], device="cpu")


def test_files_are_named_by_code_point(checkpoint: Path, tmp_path: Path) -> None:
    made = generate(checkpoint, CHARACTERS[:2], device="cpu")
    assert save_generated(made, tmp_path / "out") == [
        tmp_path / "out" / "sheet.png",
        tmp_path / "out" / "glyphs",
    ]
    names = sorted(path.name for path in (tmp_path / "out" / "glyphs").iterdir())
    assert names == ["U+4E00.png", "U+4E01.png"]
    assert save_generated(made, tmp_path / "only.png") == [tmp_path / "only.png"]


def test_a_sheet_shows_the_first_of_very_many(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = generate(checkpoint, CHARACTERS, device="cpu")
    save_generated(made, tmp_path / "all")
    monkeypatch.setattr(glyphs, "MOST_ON_SHEET", 24)
    save_generated(made, tmp_path / "some")
    heights = []
    for name in ("all", "some"):
        with Image.open(tmp_path / name / "sheet.png") as sheet:
            heights.append(sheet.height)
    assert 2.5 < heights[0] / heights[1] < 3  # 64 characters in six bands, 24 in two
    assert len(list((tmp_path / "some" / "glyphs").iterdir())) == len(CHARACTERS)


def test_what_the_style_font_draws_is_asked_of_its_own_file(checkpoint: Path, tmp_path: Path) -> None:
    draws = style_draws(checkpoint, Manner())
    assert draws(CHARACTERS[0])
    assert not draws(ord("A"))
    (tmp_path / "style.ttf").unlink()
    with pytest.raises(FontganError, match=r"no font file .*style.ttf"):
        style_draws(checkpoint, Manner())(CHARACTERS[0])

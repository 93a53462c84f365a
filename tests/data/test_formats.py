"""Datasets that an older or a newer fontgan wrote."""

from __future__ import annotations

import json
import shutil
from itertools import islice
from pathlib import Path
from typing import Any

import lmdb
import numpy as np
import pytest
import torch

from fontgan.data.augmentation import Augmentation
from fontgan.data.record import FaceRecord
from fontgan.data.render import add_faces, render_dataset
from fontgan.data.selection import load_view
from fontgan.data.store import GlyphStore
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.location import FontLocation
from fontgan.formats import as_record
from tests.helpers import FACE
from tests.toy_fonts import build_font

SAMPLE = Path(__file__).parents[1] / "samples" / "store-2"
CODES = [*range(0x4E00, 0x4E60)]


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A dataset of format 2."""
    return Path(shutil.copy(SAMPLE / "glyphs.lmdb", tmp_path / "older.lmdb"))


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The same fonts, rendered now."""
    content, *styles = (FontLocation(SAMPLE / f"{name}.ttf") for name in ("content", "style", "wide"))
    render_dataset([content], styles, CODES, 64, tmp_path / "newer.lmdb")
    return tmp_path / "newer.lmdb"


def change_record(path: Path, **changes: Any) -> None:
    environment = lmdb.open(str(path), subdir=False, lock=False)
    with environment.begin(write=True) as transaction:
        record = json.loads(transaction.get(b"record") or b"")
        transaction.put(b"record", json.dumps({**record, **changes}).encode())
        transaction.delete(b"sums")  # that of the record is another one now
    environment.close()


def test_a_store_of_format_2_has_the_roles_and_glyphs_that_it_had(older: Path, newer: Path) -> None:
    with GlyphStore(older) as old, GlyphStore(newer) as new:
        assert old.record.contents == ("content",)
        assert old.record.styles == ("style", "wide")
        assert old.record.canvas == Canvas(64)
        assert [face.advance for face in old.record.faces] == [1.0] * 3
        assert [face.count for face in old.record.faces] == [96, 96, 80]
        assert old.verify() == []
        assert old.characters() == CODES
        for face in ("content", "style", "wide"):
            keys = [(face, code) for code in old.codes(face)]
            assert np.array_equal(old.glyphs(keys), new.glyphs(keys))
            assert old.advances(face) == new.advances(face)
            assert old.record.face(face).shift == new.record.face(face).shift
        assert old.sha256(["content", "style"]) == new.sha256(["content", "style"])  # runs go on with either


@pytest.mark.parametrize("paired", [True, False])
def test_a_view_of_a_store_of_format_2_is_that_of_one_rendered_now(
    older: Path, newer: Path, paired: bool
) -> None:
    with GlyphStore(older) as old, GlyphStore(newer) as new:
        batches = [
            load_view(store, ["content"], ["style", "wide"], "train", paired).training_batches(
                16, Augmentation(2, 0.1), 3, references=2
            )
            for store in (old, new)
        ]
        for one, other in islice(zip(*batches, strict=False), 12):
            for field in ("real_a", "real_b", "styles", "characters", "references"):
                assert torch.equal(getattr(one, field), getattr(other, field))


def test_a_face_can_be_added_to_a_store_of_format_2(older: Path, tmp_path: Path) -> None:
    font = FontLocation(build_font(tmp_path / "mine.ttf", CODES, "Mine", raised=40))
    with GlyphStore(older) as store:
        before = store.record
    record = add_faces([], [font], older).record
    assert record.format == 3
    assert record.faces[:3] == before.faces
    assert record.styles == ("style", "wide", "mine")
    with GlyphStore(older) as store:
        assert store.record == record
        assert store.codes("mine") == CODES
        assert store.verify() == []


def test_what_a_newer_fontgan_noted_is_kept(newer: Path, tmp_path: Path) -> None:
    with GlyphStore(newer) as store:
        faces = [{**face.to_json(), "licence": "OFL"} for face in store.record.faces]
    change_record(newer, faces=faces, colour="blue")
    font = FontLocation(build_font(tmp_path / "mine.ttf", CODES, "Mine"))
    record = add_faces([], [font], newer).record
    assert record.extra == {"colour": "blue"}
    assert [dict(face.extra) for face in record.faces] == [{"licence": "OFL"}] * 3 + [{}]
    with GlyphStore(newer) as store:
        assert store.record == record
        assert store.record.to_json()["colour"] == "blue"


def test_records_come_back_from_json_and_share_no_folder() -> None:
    data = json.loads(json.dumps(FACE.to_json()))
    assert as_record(FaceRecord, data, "it") == FACE
    assert as_record(FaceRecord, {**data, "later": [1]}, "it").to_json() == {**FACE.to_json(), "later": [1]}
    assert FACE.shared().path == "toy.ttf"
    assert FACE.shared().identity == FACE.identity


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"canvas": {"size": 77}}, "damaged: glyph images of 77 px are not supported"),
        ({"canvas": {}}, r"damaged: object missing required field `size` - at `\$.canvas`"),
        ({"canvas": None}, r"damaged: expected `object`, got `null` - at `\$.canvas`"),
        ({"contents": ["nobody"]}, "damaged: a content face is missing"),
        ({"faces": [{"key": "content"}]}, r"damaged: object missing .* `kind` - at `\$.faces\[0\]`"),
        ({"faces": "content"}, r"damaged: expected `array`, got `str` - at `\$.faces`"),
        ({"format": "3"}, "not a dataset"),
        ({"format": None}, "not a dataset"),
    ],
)
def test_a_damaged_record_is_refused_in_one_line(newer: Path, changes: dict[str, Any], words: str) -> None:
    change_record(newer, **changes)
    with pytest.raises(FontganError, match=rf"^[^\n]* is {words}: [^\n]*choose another file[^\n]*$"):
        GlyphStore(newer)


def test_a_store_whose_record_is_damaged_is_rendered_again(newer: Path) -> None:
    change_record(newer, canvas={})
    content, style = (FontLocation(SAMPLE / f"{name}.ttf") for name in ("content", "style"))
    render_dataset([content], [style], CODES[:9], 64, newer)
    with GlyphStore(newer) as store:
        assert store.record.canvas == Canvas(64)

"""The glyph store: what went in comes out, and what was whole stays whole."""

from __future__ import annotations

import json
from pathlib import Path

import lmdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fontgan.data.store import FaceRecord, GlyphStore, StoreRecord, new_store
from fontgan.errors import FontganError

FACE = FaceRecord("toy", "content", "Toy 字", "/fonts/toy.ttf", 2, "ab" * 32, -0.031, 3, 1)
IMAGES = st.dictionaries(
    st.integers(0x20, 0x10FFFF), arrays.arrays(np.uint8, (64, 64), elements=st.integers(0, 255)), max_size=4
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(images=IMAGES, others=IMAGES)
def test_images_and_record_come_back_as_they_were(
    tmp_path: Path, images: dict[int, np.ndarray], others: dict[int, np.ndarray]
) -> None:
    record = StoreRecord(64, (FACE,), "2026-01-02T03:04:05+00:00")
    with new_store(tmp_path / "glyphs.lmdb") as writer:
        writer.put("toy", images.items())
        writer.put("toy-2", others.items())
        writer.finish(record)
    with GlyphStore(tmp_path / "glyphs.lmdb") as store:
        assert store.record == record
        assert store.codes("toy") == sorted(images)
        assert store.codes("toy-2") == sorted(others)
        found = store.images("toy", images)
        assert found.shape == (len(images), 64, 64)
        assert all(np.array_equal(one, image) for one, image in zip(found, images.values(), strict=True))
    assert [path.name for path in tmp_path.iterdir()] == ["glyphs.lmdb"]


def test_the_map_grows_by_itself(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (300, 256, 256), np.uint8)  # cannot be compressed
    with new_store(tmp_path / "glyphs.lmdb") as writer:
        writer.put("toy", enumerate(noise, start=0x4E00))
        writer.finish(StoreRecord(256, (FACE,), ""))
    with GlyphStore(tmp_path / "glyphs.lmdb") as store:
        assert np.array_equal(store.images("toy", store.codes("toy")), noise)


def test_a_store_that_fails_half_way_leaves_the_old_one_whole(toy_store: Path) -> None:
    before = toy_store.read_bytes()
    with pytest.raises(KeyboardInterrupt), new_store(toy_store) as writer:
        writer.put("toy", [(0x4E00, np.zeros((64, 64), np.uint8))])
        raise KeyboardInterrupt
    assert toy_store.read_bytes() == before
    assert [path.name for path in toy_store.parent.iterdir()] == [toy_store.name]


def test_what_is_no_store_is_told_and_never_replaced(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear reader, " * 1000)
    (tmp_path / "empty").touch()
    for path in (letter, tmp_path, tmp_path / "empty"):
        with pytest.raises(FontganError, match="is not a glyph store"):
            GlyphStore(path)
        with pytest.raises(FontganError, match="is not a glyph store"), new_store(path):
            pass
    assert letter.read_text().startswith("Dear reader")
    with pytest.raises(FontganError, match="fontgan render-dataset"):
        GlyphStore(tmp_path / "none.lmdb")


def test_a_store_of_a_newer_format_says_so(toy_store: Path) -> None:
    environment = lmdb.open(str(toy_store), subdir=False, lock=False)
    with environment.begin(write=True) as transaction:
        record = json.loads(transaction.get(b"record") or b"")
        transaction.put(b"record", json.dumps(record | {"format": 99}).encode())
    environment.close()
    with pytest.raises(FontganError, match="format 99"):
        GlyphStore(toy_store)


def test_a_glyph_that_is_not_there_is_named(toy_store: Path) -> None:
    with GlyphStore(toy_store) as store, pytest.raises(FontganError, match=r"content U\+0041"):
        store.images("content", [0x41])
    with GlyphStore(toy_store) as store, pytest.raises(FontganError, match="there are style"):
        store.record.style("content")

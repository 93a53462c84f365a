"""Records of datasets, by property: what is written is read again, and damage is one line."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lmdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fontgan.data.record import FaceRecord, StoreRecord, read_record
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.formats import as_record, to_text
from tests.helpers import FACE
from tests.strategies import EXTRA, JSON, TEXTS, canvases, damaged, faces


@st.composite
def records(draw: st.DrawFn) -> StoreRecord:
    rendered = draw(st.lists(faces, min_size=1, max_size=3, unique_by=lambda face: face.key))
    contents = tuple(face.key for face in rendered[: draw(st.integers(0, len(rendered)))])
    canvas, plan, extra = draw(canvases), draw(TEXTS), draw(EXTRA)
    return StoreRecord(canvas, tuple(rendered), contents, plan, draw(TEXTS), extra=extra)


def written(data: Any) -> Any:
    """What JSON makes of it."""
    return json.loads(json.dumps(data))


@given(faces)
def test_faces_come_back_with_what_this_version_does_not_know(face: FaceRecord) -> None:
    assert as_record(FaceRecord, written(face.to_json()), "it") == face
    assert face.extra.items() <= face.to_json().items()


@pytest.mark.slow
@given(records())
def test_records_come_back_with_what_this_version_does_not_know(record: StoreRecord) -> None:
    found = as_record(StoreRecord, written(record.to_json()), "it")
    assert found == record
    assert set(found.contents).isdisjoint(found.styles)
    assert {*found.contents, *found.styles} == {face.key for face in record.faces}


@given(canvases)
def test_a_canvas_comes_back(canvas: Canvas) -> None:
    assert as_record(Canvas, written(canvas.to_json()), "it") == canvas


def test_faces_of_one_key_and_keys_that_lmdb_cannot_hold_are_damage() -> None:
    data = StoreRecord(Canvas(64), (FACE,), (), "").to_json()
    for changes, words in (
        ({"faces": data["faces"] * 2}, "two faces have the same key"),
        ({"faces": [{**data["faces"][0], "key": "永" * 167}]}, "the key of a face is too long"),
    ):
        with pytest.raises(FontganError, match=f"^it is damaged: {words}"):
            as_record(StoreRecord, data | changes, "it")


@contextmanager
def stored(folder: Path, value: bytes) -> Iterator[lmdb.Environment]:
    """An open LMDB file whose record is these bytes."""
    environment = lmdb.open(str(folder / "x.lmdb"), subdir=False, lock=False, sync=False)
    try:
        with environment.begin(write=True) as transaction:
            transaction.put(b"record", value)
        yield environment
    finally:
        environment.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("records")


def refused_or_sound(folder: Path, value: bytes) -> None:
    """Reading a record gives one that can be used, or an error of one line."""
    with stored(folder, value) as environment:
        try:
            record = read_record(environment, Path("x.lmdb"))
        except FontganError as error:
            assert len(str(error).splitlines()) == 1
            return
    text = to_text(record.to_json())
    assert to_text(as_record(StoreRecord, json.loads(text.encode()), "it").to_json()) == text
    for face in record.faces:
        assert face.location.path.name == face.shared().path
        assert isinstance(hash(face.identity), int)
        assert len(face.key.encode()) <= 500
        assert min(face.index, face.count, face.cropped) >= 0
        assert abs(face.shift) + face.advance < math.inf
    assert len({face.key for face in record.faces}) == len(record.faces)


@pytest.mark.slow
@given(data=st.data())
def test_a_damaged_record_is_an_error_of_one_line(folder: Path, data: st.DataObject) -> None:
    record = data.draw(records())
    refused_or_sound(folder, json.dumps(data.draw(damaged(record.to_json()))).encode())


@given(value=JSON.map(json.dumps).map(str.encode) | st.binary(max_size=20))
def test_what_is_no_record_is_an_error_of_one_line(folder: Path, value: bytes) -> None:
    with stored(folder, value) as environment, pytest.raises(FontganError, match=r"^[^\n]*$"):
        read_record(environment, Path("x.lmdb"))

"""The glyph store: what went in comes out, and what was whole stays whole."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import lmdb
import numpy as np
import pytest
from filelock import FileLock
from fontTools.ttLib import TTFont
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fontgan.data.layout import pack
from fontgan.data.record import FaceRecord
from fontgan.data.render import render_dataset
from fontgan.data.store import GlyphStore, is_store
from fontgan.data.writer import StoreWriter, new_store
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.location import FontLocation
from tests.helpers import FACE, images_of, make_toy_store
from tests.toy_fonts import CHARACTERS, build_proportional_font

IMAGES = st.dictionaries(
    st.integers(0x20, 0x10FFFF), arrays.arrays(np.uint8, (64, 64), elements=st.integers(0, 255)), max_size=4
)
PLAN = "12" * 32


def face_of(key: str, count: int) -> FaceRecord:
    return dataclasses.replace(FACE, key=key, count=count)


def put(writer: StoreWriter, key: str, images: dict[int, np.ndarray], content: bool = False) -> None:
    glyphs = [(code, pack(image)) for code, image in images.items()]
    writer.put(face_of(key, len(images)), glyphs, content=content)


def some_images(count: int = 3) -> dict[int, np.ndarray]:
    return {0x4E00 + number: np.full((64, 64), number, np.uint8) for number in range(count)}


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(images=IMAGES, others=IMAGES)
def test_images_and_record_come_back_as_they_were(
    tmp_path: Path, images: dict[int, np.ndarray], others: dict[int, np.ndarray]
) -> None:
    with new_store(tmp_path / "glyphs.lmdb", Canvas(64), PLAN, CHARACTERS) as writer:
        put(writer, "toy", images)
        put(writer, "toy-2", others)
        writer.finish("2026-01-02T03:04:05+00:00")
    with GlyphStore(tmp_path / "glyphs.lmdb") as store:
        assert store.record == writer.record
        assert store.record.faces == (face_of("toy", len(images)), face_of("toy-2", len(others)))
        assert store.codes("toy") == sorted(images)
        assert store.codes("toy-2") == sorted(others)
        found = images_of(store, "toy", images)
        assert found.shape == (len(images), 64, 64)
        assert all(np.array_equal(one, image) for one, image in zip(found, images.values(), strict=True))
    assert [path.name for path in tmp_path.iterdir()] == ["glyphs.lmdb"]


@pytest.mark.slow
def test_the_map_grows_by_itself(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (1200, 256, 256), np.uint8)  # cannot be compressed
    with new_store(tmp_path / "glyphs.lmdb", Canvas(256), PLAN, CHARACTERS) as writer:
        put(writer, "toy", dict(enumerate(noise, start=0x4E00)))
        writer.finish("now")
    with GlyphStore(tmp_path / "glyphs.lmdb") as store:
        assert np.array_equal(images_of(store, "toy", store.codes("toy")), noise)


def test_the_first_content_font_gives_a_character(tmp_path: Path) -> None:
    with new_store(tmp_path / "glyphs.lmdb", Canvas(64), PLAN, CHARACTERS) as writer:
        put(writer, "b", {0x4E00: np.zeros((64, 64), np.uint8)}, content=True)
        put(writer, "style", some_images())
        put(writer, "a", some_images(), content=True)
        writer.finish("now")
    with GlyphStore(tmp_path / "glyphs.lmdb") as store:
        assert [face.key for face in store.record.faces] == ["b", "a", "style"]
        assert store.content() == {0x4E00: "b", 0x4E01: "a", 0x4E02: "a"}


def test_what_is_broken_off_leaves_the_old_store_whole_and_is_gone_on_with(toy_store: Path) -> None:
    before = toy_store.read_bytes()
    with pytest.raises(KeyboardInterrupt), new_store(toy_store, Canvas(64), PLAN, CHARACTERS) as writer:
        put(writer, "toy", some_images())
        raise KeyboardInterrupt
    assert toy_store.read_bytes() == before
    with new_store(toy_store, Canvas(64), PLAN, CHARACTERS) as writer:
        assert [face.key for face in writer.record.faces] == ["toy"]
        assert writer.codes("toy") == [*some_images()]
        writer.finish("now")
    with GlyphStore(toy_store) as store:
        assert np.array_equal(images_of(store, "toy", [0x4E01])[0], some_images()[0x4E01])
    assert [path.name for path in toy_store.parent.iterdir()] == [toy_store.name]


def test_what_is_broken_off_is_forgotten_by_another_plan_and_if_nothing_was_finished(tmp_path: Path) -> None:
    path = tmp_path / "glyphs.lmdb"
    with pytest.raises(ZeroDivisionError), new_store(path, Canvas(64), PLAN, CHARACTERS) as writer:
        put(writer, "toy", some_images())
        raise ZeroDivisionError
    with pytest.raises(FontganError, match="is not complete"):
        GlyphStore(path)
    with pytest.raises(ZeroDivisionError), new_store(path, Canvas(64), "another", CHARACTERS) as writer:
        assert writer.record.faces == ()
        raise ZeroDivisionError
    assert [one for one in tmp_path.iterdir() if "partial" in one.name] == []


def test_a_second_writer_is_told_to_wait(tmp_path: Path) -> None:
    path = tmp_path / "glyphs.lmdb"
    lock, told = (
        FileLock(tmp_path / ".glyphs.lmdb.lock"),
        pytest.raises(FontganError, match="another process"),
    )
    with lock, told, new_store(path, Canvas(64), PLAN, CHARACTERS):
        pass
    with new_store(path, Canvas(64), PLAN, CHARACTERS) as writer:
        writer.finish("now")


def test_what_is_no_store_is_told_and_never_replaced(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear reader, " * 1000)
    (tmp_path / "empty").touch()
    for path in (letter, tmp_path, tmp_path / "empty"):
        assert not is_store(path)
        with pytest.raises(FontganError, match="is not a dataset"):
            GlyphStore(path)
        with (
            pytest.raises(FontganError, match="is not a dataset"),
            new_store(path, Canvas(64), PLAN, CHARACTERS),
        ):
            pass
    assert letter.read_text().startswith("Dear reader")
    with pytest.raises(FontganError, match=r"make it with fontgan\.render first"):
        GlyphStore(tmp_path / "none.lmdb")


@pytest.mark.parametrize(("number", "cure"), [(1, "make it again"), (99, "update fontgan")])
def test_a_store_of_another_format_says_so_and_may_be_made_anew(
    toy_store: Path, number: int, cure: str
) -> None:
    assert is_store(toy_store)
    environment = lmdb.open(str(toy_store), subdir=False, lock=False)
    with environment.begin(write=True) as transaction:
        record = json.loads(transaction.get(b"record") or b"")
        transaction.put(b"record", json.dumps(record | {"format": number}).encode())
    environment.close()
    with pytest.raises(FontganError, match=f"has format {number}.*{cure}"):
        GlyphStore(toy_store)
    with new_store(toy_store, Canvas(64), PLAN, CHARACTERS) as writer:
        writer.finish("now")
    GlyphStore(toy_store).close()


def test_a_glyph_that_is_not_there_is_named(toy_store: Path) -> None:
    with GlyphStore(toy_store) as store, pytest.raises(FontganError, match=r"content U\+0041"):
        images_of(store, "content", [0x41])
    with (
        GlyphStore(toy_store) as store,
        pytest.raises(FontganError, match="has no face 'contant'; did you mean 'content'"),
    ):
        store.record.face("contant")


def test_verifying_finds_each_kind_of_damage(toy_store: Path) -> None:
    with GlyphStore(toy_store) as store:
        assert store.verify() == []
    environment = lmdb.open(str(toy_store), subdir=False, lock=False)
    with environment.begin(write=True) as transaction:
        whole = bytearray(transaction.get(b"content/004E00") or b"")
        whole[-1] ^= 1  # of zlib's checksum
        transaction.put(b"content/004E00", bytes(whole))
        transaction.put(b"content/004E01", pack(np.zeros((32, 32), np.uint8)))
        transaction.put(b"style/004E02", pack(np.full((64, 64), 255, np.uint8)))
        transaction.put(b"other/004E03", b"")
        transaction.delete(b"style/004E04")
        transaction.put(b"advances:style", b"damage")
        transaction.put(b"characters", pack(np.zeros(3, np.uint8)))
    environment.close()
    with GlyphStore(toy_store) as store:
        problems = "\n".join(store.verify())
        for words in (
            "content/004E00 in the dataset",
            "content/004E01 in the dataset",
            "style/004E02 is blank",
            "other/004E03 belongs to no face",
            "style has 63 glyphs, not 64",
            "the advances of style in",
            "the list of characters in",
        ):
            assert words in problems
        with pytest.raises(FontganError, match="is damaged"):
            images_of(store, "content", [0x4E00])


def test_advances_come_back_by_character(tmp_path: Path) -> None:
    with new_store(tmp_path / "g.lmdb", Canvas(64), PLAN, CHARACTERS) as writer:
        writer.put(
            face_of("toy", 3), [(code, pack(image)) for code, image in some_images().items()], {0x4E01: 0.31}
        )
        put(writer, "plain", some_images())
        writer.finish("now")
    with GlyphStore(tmp_path / "g.lmdb") as store:
        assert store.advances("toy") == {0x4E00: 1.0, 0x4E01: 0.31, 0x4E02: 1.0}
        assert store.advances("plain") == dict.fromkeys(some_images(), 1.0)
        assert store.characters() == CHARACTERS
        assert store.codes("toy") == [*some_images()]
        assert store.verify() == []


def test_advances_are_those_of_the_fonts_own_table(tmp_path: Path) -> None:
    path = build_proportional_font(tmp_path / "toy.ttf")
    codes = CHARACTERS[:20]
    render_dataset([FontLocation(path)], [FontLocation(path)], codes, 64, tmp_path / "g.lmdb", jobs=2)
    font = TTFont(path)
    widths = {code: font["hmtx"][font.getBestCmap()[code]][0] / font["head"].unitsPerEm for code in codes}
    assert len(set(widths.values())) == 11
    with GlyphStore(tmp_path / "g.lmdb") as store:
        assert store.record.faces[0].advance == 1
        assert store.advances("toy") == pytest.approx(widths, abs=1e-6)


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_a_store_that_was_cut_short_is_told(toy_store: Path, kept: float) -> None:
    whole = toy_store.read_bytes()
    toy_store.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(FontganError, match="was cut short"):
        GlyphStore(toy_store)
    with new_store(toy_store, Canvas(64), PLAN, CHARACTERS) as writer:  # as the message says
        writer.finish("now")
    GlyphStore(toy_store).close()


def test_a_store_with_damaged_pages_is_told(toy_store: Path) -> None:
    """In another process: LMDB trusts its pages, and what it makes of wrong ones is its own affair."""
    whole = bytearray(toy_store.read_bytes())
    for place in range(3 * 4096, len(whole), 4096):  # the headers of all pages but the first ones
        whole[place + 10 : place + 16] = b"\xff" * 6
    toy_store.write_bytes(whole)
    with pytest.raises(FontganError, match="damaged"), GlyphStore(toy_store) as store:
        store.codes("content")


def test_a_damaged_key_is_told(toy_store: Path) -> None:
    environment = lmdb.open(str(toy_store), subdir=False, lock=False)
    with environment.begin(write=True) as transaction:
        transaction.put(b"style/00\xff", b"")
    environment.close()
    with GlyphStore(toy_store) as store, pytest.raises(FontganError, match="is damaged: render it again"):
        store.codes("style")


def test_the_hash_is_of_the_pictures_of_the_faces_that_are_asked_for(tmp_path: Path) -> None:
    hashes = []
    for folder, codes in (("a", CHARACTERS), ("b", CHARACTERS), ("c", CHARACTERS[:-1])):
        (tmp_path / folder).mkdir()
        with GlyphStore(make_toy_store(tmp_path / folder, codes)) as store:
            hashes.append((store.sha256(["content"]), store.sha256(["content", "style"])))
    assert hashes[0] == hashes[1]
    assert not set(hashes[0]) & set(hashes[2])
    assert hashes[0][0] != hashes[0][1]

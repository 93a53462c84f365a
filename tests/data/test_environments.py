"""A dataset that is open more than once, and one that cannot be opened."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import lmdb
import numpy as np
import pytest

from fontgan.data.render import render_dataset
from fontgan.data.store import GlyphStore
from fontgan.data.writer import new_store
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.location import FontLocation
from tests.helpers import images_of
from tests.toy_fonts import CHARACTERS


def test_a_store_may_be_open_twice_and_each_is_closed_by_itself(toy_store: Path) -> None:
    first, second = GlyphStore(toy_store), GlyphStore(toy_store)
    expected = images_of(first, "style", CHARACTERS)
    assert np.array_equal(images_of(second, "style", CHARACTERS), expected)
    first.close()
    first.close()  # once is enough, and twice does no harm
    assert np.array_equal(images_of(second, "style", CHARACTERS), expected)
    second.close()
    environment = lmdb.open(str(toy_store), subdir=False, lock=False)  # nobody has it open any more
    environment.close()


def test_the_same_file_by_another_path_is_the_same_store(toy_store: Path, tmp_path: Path) -> None:
    (tmp_path / "link.lmdb").symlink_to(toy_store)
    with GlyphStore(toy_store) as first, GlyphStore(tmp_path / "link.lmdb") as second:
        assert first.record == second.record


def test_threads_open_read_and_close_as_they_like(toy_store: Path) -> None:
    together = threading.Barrier(4)

    def read(number: int) -> bytes:
        together.wait()
        found = b""
        for code in CHARACTERS[number : number + 20]:
            with GlyphStore(toy_store) as store:
                found += images_of(store, "content", [code]).tobytes()
        return found

    with ThreadPoolExecutor(4) as pool:
        read_together = list(pool.map(read, range(4)))
    with GlyphStore(toy_store) as store:
        for number, found in enumerate(read_together):
            assert images_of(store, "content", CHARACTERS[number : number + 20]).tobytes() == found


def test_a_store_may_be_rendered_again_while_it_is_open(toy_store: Path) -> None:
    font = FontLocation(toy_store.parents[1] / "content.ttf")
    with GlyphStore(toy_store) as before:
        expected = images_of(before, "style", CHARACTERS)
        render_dataset([font], [font], CHARACTERS[:10], 64, toy_store)
        with GlyphStore(toy_store) as after:
            assert after.codes("content") == CHARACTERS[:10]
        assert np.array_equal(
            images_of(before, "style", CHARACTERS), expected
        )  # as it was when it was opened


def test_what_is_open_by_other_means_is_reported_as_that(toy_store: Path) -> None:
    environment = lmdb.open(str(toy_store), subdir=False, readonly=True, lock=False)
    with pytest.raises(FontganError, match="was opened in this process without fontgan"):
        GlyphStore(toy_store)
    environment.close()
    GlyphStore(toy_store).close()


@contextmanager
def without_rights() -> Iterator[None]:
    """As a user who owns nothing, where this one may do everything."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_store_without_permission_is_reported_as_that_and_not_replaced(toy_store: Path) -> None:
    before = toy_store.read_bytes()
    toy_store.chmod(0)
    with without_rights():
        with pytest.raises(FontganError, match=r"\(Permission denied\): check its permissions"):
            GlyphStore(toy_store)
        with pytest.raises(FontganError, match="cannot be"), new_store(toy_store, Canvas(64), "plan", []):
            pass
    toy_store.chmod(0o600)
    assert toy_store.read_bytes() == before

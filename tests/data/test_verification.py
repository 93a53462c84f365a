"""Datasets with damaged pages: found out in another process, so that nothing happens to this one."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import lmdb
import numpy as np
import pytest

from fontgan.data.layout import pack
from fontgan.data.store import GlyphStore
from fontgan.data.verification import copied_if_sound, problems_of
from fontgan.data.writer import new_store
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from tests.data.test_store import PLAN, put
from tests.helpers import Command, images_of
from tests.toy_fonts import CHARACTERS

PAGE = 4096


def noise(seed: int, count: int = 60) -> dict[int, np.ndarray]:
    images = np.random.default_rng(seed).integers(0, 255, (count, 64, 64), np.uint8)
    return dict(enumerate(images, 0x4E00))


def damaged(whole: bytes, chance: random.Random) -> bytes:
    """A file as a power cut or a bad disk leaves it: pages of zeros, flipped bits, wrong headers."""
    content = bytearray(whole)
    pages = [PAGE * chance.randrange(len(whole) // PAGE) for _ in range(chance.choice((1, 4, 16)))]
    kind = chance.randrange(3)
    for page in pages:
        if kind == 0:
            content[page : page + PAGE] = bytes(PAGE)
        else:
            content[page + chance.randrange(32 if kind == 1 else PAGE)] ^= 1 << chance.randrange(8)
    return bytes(content)


def made(path: Path, faces: int = 3) -> bytes:
    """A store of some faces, complete or, with less than three, not; returns what is in the file."""
    beside = path.with_name(f".{path.name}.partial")
    try:
        with new_store(path, Canvas(64), PLAN, CHARACTERS) as writer:
            for number in range(faces):
                put(writer, f"face-{number}", noise(number))
            if faces < 3:
                raise KeyboardInterrupt
            writer.finish("now")
    except KeyboardInterrupt:
        return beside.read_bytes()
    return path.read_bytes()


def contents(path: Path) -> dict[str, bytes]:
    with GlyphStore(path) as store:
        return {
            face.key: images_of(store, face.key, store.codes(face.key)).tobytes()
            for face in store.record.faces
        }


@pytest.mark.slow
def test_a_damaged_unfinished_dataset_is_rendered_again_and_never_completed_with_damage(
    tmp_path: Path,
) -> None:
    path, chance = tmp_path / "g.lmdb", random.Random(12)
    made(path)
    expected = contents(path)
    path.unlink()
    whole = made(path, faces=2)
    noted = 0
    for _ in range(30):
        (tmp_path / ".g.lmdb.partial").write_bytes(damaged(whole, chance))
        with new_store(path, Canvas(64), PLAN, CHARACTERS) as writer:
            there = len(writer.record.faces)
            assert there in (0, 2)
            assert bool(there) == (not writer.notes)
            noted += writer.notes == ["the unfinished dataset was damaged and is rendered again"]
            for number in range(there, 3):
                put(writer, f"face-{number}", noise(number))
            writer.finish("now")
        assert contents(path) == expected
        assert problems_of(path) == []
        assert [one.name for one in tmp_path.iterdir()] == ["g.lmdb"]
        path.unlink()
    assert noted > 10


@pytest.mark.slow
def test_what_verifies_is_as_it_was_written_and_the_rest_is_told_in_a_line(tmp_path: Path) -> None:
    path, chance = tmp_path / "g.lmdb", random.Random(3)
    whole = made(path)
    expected, refused = contents(path), 0
    for _ in range(30):
        path.write_bytes(damaged(whole, chance))
        try:
            problems = problems_of(path)
        except FontganError as error:
            problems = [str(error)]
        if problems:
            refused += 1
            assert all("\n" not in problem for problem in problems)
        else:
            assert contents(path) == expected
    assert refused > 10


def test_the_command_says_what_is_damaged_and_does_not_open_it(
    here: Path, type_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = bytearray(made(here / "g.lmdb"))
    for place in range(3 * PAGE, len(whole), PAGE):  # the headers of all pages but the first ones
        whole[place + 10 : place + 16] = b"\xff" * 6
    (here / "g.lmdb").write_bytes(whole)
    monkeypatch.setattr("fontgan.data.store.GlyphStore.__init__", lambda *_: pytest.fail("it was opened"))
    status, out, err = type_command("inspect", "g.lmdb", "--verify")
    assert (status, out) == (1, "")
    assert [line for line in err.splitlines() if "g.lmdb" in line] == [err.strip().splitlines()[-1]]
    assert err.strip().splitlines()[-1].startswith("error: ")


def changed(path: Path, key: bytes, value: bytes) -> None:
    with (
        lmdb.open(str(path), subdir=False, lock=False) as environment,
        environment.begin(write=True) as writing,
    ):
        writing.put(key, value)


def test_values_that_are_whole_but_others_are_found(tmp_path: Path) -> None:
    path = tmp_path / "g.lmdb"
    made(path)
    assert problems_of(path) == []
    changed(path, b"face-1/004E03", pack(noise(2)[0x4E03]))
    assert problems_of(path) == [f"face face-1 in {path} is not as it was written"]
    changed(path, b"face-1/004E03", pack(noise(1)[0x4E03]))
    with GlyphStore(path) as store:
        table = store.record.to_json()
    changed(
        path,
        b"record",
        json.dumps({**table, "faces": [{**one, "shift": 0.25} for one in table["faces"]]}).encode(),
    )
    assert problems_of(path) == [f"record in {path} is not as it was written"]


def test_half_a_copy_is_swept(tmp_path: Path) -> None:
    (tmp_path / ".g.lmdb.partial.copy").write_bytes(b"half")
    made(tmp_path / "g.lmdb")
    assert [one.name for one in tmp_path.iterdir()] == ["g.lmdb"]


def test_a_dataset_that_is_changed_where_it_lies_is_told(tmp_path: Path) -> None:
    """A process that reads where a file was cut short would be killed."""
    path = tmp_path / "g.lmdb"
    whole = made(path)
    with GlyphStore(path) as store:
        path.write_bytes(whole[: len(whole) // 2])
        for read in (lambda: store.codes("face-1"), lambda: images_of(store, "face-2", [0x4E03])):
            with pytest.raises(
                FontganError, match="was changed while it was read: repeat the command, and move"
            ):
                read()
    path.write_bytes(whole)
    assert problems_of(path) == []


def test_a_disk_that_is_full_is_not_taken_for_damage(tmp_path: Path) -> None:
    made(tmp_path / "g.lmdb")
    code = (
        "from pathlib import Path; import resource\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16,) * 2)\n"
        "from fontgan.data.verification import copied_if_sound\n"
        "try: copied_if_sound(Path('g.lmdb'), Path('copy'))\n"
        "except OSError as error: print(error.strerror)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert told.stdout == f"{os.strerror(27)}\n", told.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["g.lmdb"]
    assert copied_if_sound(tmp_path / "g.lmdb", tmp_path / "copy")


def test_a_process_that_cannot_be_started_is_not_taken_for_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path / "g.lmdb")
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(FontganError, match="cannot be verified"):
        problems_of(tmp_path / "g.lmdb")

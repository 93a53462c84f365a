"""Faces added to a dataset that is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import lmdb
import pytest

from fontgan.data.render import add_faces, render_dataset
from fontgan.data.store import GlyphStore
from fontgan.data.writer import StoreWriter
from fontgan.errors import FontganError
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from tests.helpers import Command
from tests.toy_fonts import CHARACTERS, build_font, build_proportional_font


def values_of(path: Path) -> dict[bytes, bytes]:
    """All that a store holds but the record."""
    environment = lmdb.open(str(path), subdir=False, readonly=True, lock=False)
    with environment.begin() as transaction:
        found = {key: value for key, value in transaction.cursor() if key != b"record"}
    environment.close()
    return found


@pytest.fixture
def fonts(tmp_path: Path) -> list[FontLocation]:
    """Two fonts that give content, and two styles, one of them proportional."""
    wide = build_proportional_font(tmp_path / "c.ttf", "C")
    first = build_font(tmp_path / "a.ttf", CHARACTERS[:40], "A")
    second = build_font(tmp_path / "b.ttf", CHARACTERS[30:], "B", width=300)
    narrow = build_font(tmp_path / "d.ttf", CHARACTERS[::2], "D", raised=60)
    return [FontLocation(path) for path in (first, second, wide, narrow)]


def test_a_store_made_at_once_equals_one_made_in_two_goes(fonts: list[FontLocation], tmp_path: Path) -> None:
    once, twice = tmp_path / "once.lmdb", tmp_path / "twice.lmdb"
    asked = [*CHARACTERS, 0x7530]  # the last of which no font draws
    whole = render_dataset(fonts[:2], fonts[2:], asked, 128, once, margin=0.125).record
    render_dataset(fonts[:1], fonts[2:3], asked, 128, twice, margin=0.125)
    added = add_faces(fonts[1:2], fonts[3:], twice, jobs=2)
    assert list(added.codes) == asked
    assert replace(added.record, plan=whole.plan, completed=whole.completed) == whole
    assert added.record.plan != whole.plan
    assert values_of(twice) == values_of(once)
    with GlyphStore(twice) as store:
        assert store.record == added.record
        assert store.verify() == []
        assert store.advances("c")[CHARACTERS[1]] == 0.31


def test_a_font_that_is_there_is_not_drawn_again_and_an_interruption_is_continued(
    fonts: list[FontLocation], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "g.lmdb"
    render_dataset(fonts[:1], fonts[2:3], CHARACTERS, 64, output)
    before = output.read_bytes()
    written = StoreWriter.put

    def put(writer: StoreWriter, *arguments: object) -> None:
        if len(writer.record.faces) == 3:
            raise KeyboardInterrupt
        written(writer, *arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(StoreWriter, "put", put)
        add_faces(fonts[1:2], fonts[3:], output)
    assert output.read_bytes() == before
    drawn: set[Path] = set()
    draw = Face.draw

    def noted(face: Face, *arguments: object) -> object:
        drawn.add(face.location.path)
        return draw(face, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Face, "draw", noted)
    record = add_faces(fonts[1:2], fonts[3:], output).record
    assert drawn == {fonts[3].path}
    assert [face.key for face in record.faces] == ["a", "b", "c", "d"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_what_is_interrupted_before_the_first_face_leaves_nothing(
    fonts: list[FontLocation], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "g.lmdb"
    render_dataset(fonts[:1], fonts[2:3], CHARACTERS, 64, output)
    before = output.read_bytes()

    def put(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(StoreWriter, "put", put)
    with pytest.raises(KeyboardInterrupt):
        add_faces([], fonts[3:], output)
    assert output.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("moment", ["copying", "beginning"])
def test_killed_before_the_first_face_the_same_call_still_completes(
    fonts: list[FontLocation], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    output = tmp_path / "g.lmdb"
    render_dataset(fonts[:1], fonts[2:3], CHARACTERS, 64, output)
    before = output.read_bytes()

    def copy_half(source: Path, target: Path) -> bool:
        target.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
        raise KeyboardInterrupt

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        if moment == "copying":
            patched.setattr("fontgan.data.writer.copied_if_sound", copy_half)
        else:  # the copy lies there, as complete as what it was made of
            patched.setattr(StoreWriter, "begin", stop)
        add_faces([], fonts[3:], output)
    assert output.read_bytes() == before
    assert add_faces([], fonts[3:], output).record.styles == ("c", "d")
    with GlyphStore(output) as store:
        assert store.verify() == []
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_other_characters_may_be_asked_of_the_added_face(fonts: list[FontLocation], tmp_path: Path) -> None:
    output = tmp_path / "g.lmdb"
    render_dataset(fonts[:1], fonts[2:3], CHARACTERS[:20], 64, output)
    add_faces([], fonts[3:], output, CHARACTERS[10:30])
    with GlyphStore(output) as store:
        assert store.codes("d") == CHARACTERS[10:30:2]
        assert store.characters() == CHARACTERS[:30]


def test_what_cannot_be_added_is_refused_and_the_store_stays(toy_store: Path, tmp_path: Path) -> None:
    before = toy_store.read_bytes()
    mine = FontLocation(build_font(tmp_path / "mine.ttf", family="Mine"))
    other = FontLocation(build_font(tmp_path / "other.ttf", [0x9000], "Other"))
    style = FontLocation(tmp_path / "style.ttf")
    with pytest.raises(FontganError, match="there is no font to add: pass it with source or target"):
        add_faces([], [], toy_store)
    with pytest.raises(FontganError, match=r"there is no dataset .*none\.lmdb: make it with"):
        add_faces([], [mine], tmp_path / "none.lmdb")
    with pytest.raises(
        FontganError, match="has glyph images of 64 px, not 128: omit size, or choose another output"
    ):
        add_faces([], [mine], toy_store, size=128)
    with pytest.raises(FontganError, match=r"has a margin of 0 em, not 0\.125: omit margin"):
        add_faces([], [mine], toy_store, margin=0.125)
    with pytest.raises(FontganError, match=r"style\.ttf is in the dataset already, as style: choose another"):
        add_faces([], [style], toy_store)
    with pytest.raises(FontganError, match="draws none of the 64 characters"):
        add_faces([], [other], toy_store)
    with pytest.raises(FontganError, match="have none of the 1 characters in common"):
        add_faces([], [other], toy_store, [0x9000])
    assert toy_store.read_bytes() == before
    add_faces([], [mine], toy_store, size=64, margin=0.0)


def test_of_a_folder_what_is_there_is_left_out(toy_store: Path, tmp_path: Path) -> None:
    build_font(tmp_path / "more" / "mine.ttf", family="Mine")
    (tmp_path / "more" / "style.ttf").write_bytes((tmp_path / "style.ttf").read_bytes())
    added = add_faces([], [FontLocation(tmp_path / "more")], toy_store)
    assert added.record.styles == ("style", "mine")
    (note,) = added.notes
    assert "style.ttf is in the dataset already, as style" in note


def test_the_command_adds_to_the_dataset(here: Path, type_command: Command) -> None:
    build_font(here / "mine.ttf", range(0x4E00, 0x4E80), "Mine", raised=30)
    status, out, err = type_command("render-dataset", "--add", "--target", "mine.ttf")
    assert (status, out) == (0, "data/glyphs.lmdb\n"), err
    with GlyphStore(Path("data/glyphs.lmdb")) as store:
        assert store.record.contents == ("content",)
        assert store.record.styles == ("style", "mine")
    for arguments, words in (
        (("--target", "mine.ttf"), "mine.ttf is in the dataset already, as mine"),
        ((), "there is no font to add: pass it with --source or --target"),
        (("--target", "mine.ttf", "--size", "128"), "not 128: omit --size, or choose another --output"),
        (("--target", "mine.ttf", "--output", "none.lmdb"), "there is no dataset none.lmdb"),
    ):
        status, out, err = type_command("render-dataset", "--add", *arguments)
        assert (status, out) == (1, "")
        assert words in err.strip().splitlines()[-1]


@pytest.mark.usefixtures("here")
def test_the_command_renders_with_a_margin(type_command: Command) -> None:
    given = ("--source", "content.ttf", "--target", "style.ttf", "--charset", "丐丑")
    assert type_command("render-dataset", *given, "--margin", "0.125", "--size", "128")[0] == 0
    with GlyphStore(Path("data/glyphs.lmdb")) as store:
        assert store.record.canvas.margin == 0.125
        assert store.record.size == 128
    assert "with a margin of 0.125 em" in type_command("inspect", "data/glyphs.lmdb")[1].replace("\n", " ")
    status, _, err = type_command("render-dataset", *given, "--margin", "0.7")
    assert status == 1
    assert err.strip().endswith("a margin of 0.7 em is not supported: set --margin from 0 to 0.5")

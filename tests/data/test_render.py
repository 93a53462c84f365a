"""Fonts into a store."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import lmdb
import numpy as np
import pytest

from fontgan.assets import CONTENT_FONT, STYLE_FONTS, bundled_font
from fontgan.data.render import render_dataset
from fontgan.data.store import GlyphStore
from fontgan.data.writer import StoreWriter
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.charset import gb2312_level
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from tests.helpers import images_of
from tests.toy_fonts import CHARACTERS, build_font, build_variable_font


def glyphs_of(path: Path) -> dict[bytes, bytes]:
    """All that a store holds, the time of its making left out."""
    environment = lmdb.open(str(path), subdir=False, readonly=True, lock=False)
    with environment.begin() as transaction:
        found = dict(transaction.cursor())
    environment.close()
    found[b"record"] = found[b"record"].split(b'"completed"')[0]
    return found


def real_fonts() -> tuple[FontLocation, list[FontLocation]]:
    return FontLocation(bundled_font(CONTENT_FONT)), [
        FontLocation(bundled_font(name)) for name in STYLE_FONTS
    ]


def test_the_store_has_what_each_font_draws_and_no_blank(tmp_path: Path) -> None:
    content = FontLocation(build_font(tmp_path / "a.ttf", CHARACTERS, "Con Tent", blank=CHARACTERS[:5]))
    style = FontLocation(
        build_font(
            tmp_path / "b.ttf",
            CHARACTERS[:40],
            "Style!",
            placeholder=[CHARACTERS[9]],
            shared=CHARACTERS[30:],
        )
    )
    output = tmp_path / "new" / "glyphs.lmdb"
    record = render_dataset([content], [style, style], [*CHARACTERS, 0x7530], 64, output).record
    assert [face.key for face in record.faces] == ["con-tent", "style", "style-2"]
    with GlyphStore(output) as store:
        assert store.record == record
        assert store.codes("con-tent") == CHARACTERS[5:]
        assert store.codes("style") == [code for code in CHARACTERS[:30] if code != CHARACTERS[9]]
        assert store.characters() == [*CHARACTERS, 0x7530]
        for face in record.faces:
            images = images_of(store, face.key, store.codes(face.key))
            assert len(images) == face.count
            assert (images.min(axis=(1, 2)) == 0).all()
        one = images_of(store, "style", [0x4E0B])[0]
        drawn = Face(style).draw(0x4E0B, Canvas(64), record.face("style").shift)
        assert drawn is not None
        assert np.array_equal(one, drawn)
        assert store.verify() == []


def test_of_several_content_fonts_the_first_that_draws_a_character_gives_it(tmp_path: Path) -> None:
    first = FontLocation(build_font(tmp_path / "a.ttf", CHARACTERS[:20], "First"))
    second = FontLocation(build_font(tmp_path / "b.ttf", CHARACTERS[10:40], "Second", width=300))
    style = FontLocation(build_font(tmp_path / "c.ttf", CHARACTERS, "Style"))
    output = tmp_path / "g.lmdb"
    record = render_dataset([first, second], [style], CHARACTERS, 64, output).record
    assert record.contents == ("first", "second")
    assert record.styles == ("style",)
    assert [(face.key, face.count) for face in record.faces] == [("first", 20), ("second", 30), ("style", 64)]
    with GlyphStore(output) as store:
        assert store.content() == {code: "first" if code < 0x4E14 else "second" for code in CHARACTERS[:40]}
        assert store.content(["second", "first"])[CHARACTERS[15]] == "second"
        assert store.content(["style"]) == dict.fromkeys(CHARACTERS, "style")


def test_a_folder_stands_for_the_fonts_in_it_and_bad_ones_are_told(tmp_path: Path) -> None:
    content = FontLocation(build_font(tmp_path / "content.ttf", CHARACTERS, "Content"))
    for name in ("b", "a"):
        build_font(tmp_path / "fonts" / f"{name}.ttf", CHARACTERS[:30], name)
    (tmp_path / "fonts" / "broken.otf").write_bytes(b"OTTO")
    for name in ("preview.png", "永.png"):
        (tmp_path / "fonts" / name).write_bytes(b"")
    build_font(tmp_path / "fonts" / "empty.ttf", CHARACTERS, blank=CHARACTERS)
    folder = FontLocation(tmp_path / "fonts")
    rendered = render_dataset([content], [folder], CHARACTERS, 64, tmp_path / "g.lmdb")
    assert [face.key for face in rendered.record.select(rendered.record.styles)] == ["a", "b"]
    assert [note.split(":")[0] for note in rendered.notes] == ["skipped"] * 3
    assert "1 glyph pictures in" in rendered.notes[0]
    assert any("broken.otf" in note for note in rendered.notes)
    assert any("empty.ttf" in note for note in rendered.notes)


def test_places_in_a_variable_font_are_faces_of_their_own(tmp_path: Path) -> None:
    path = build_variable_font(tmp_path / "toy.ttf")
    styles = [FontLocation.parse(f"{path}@wght={weight}") for weight in (300, 900)]
    record = render_dataset([FontLocation(path)], styles, [0x4E00], 64, tmp_path / "g.lmdb").record
    assert [face.key for face in record.faces] == ["toy", "toy-wght-300", "toy-wght-900"]
    assert record.faces[2].location == FontLocation(path.resolve(), 0, (("wght", 900.0),))
    with GlyphStore(tmp_path / "g.lmdb") as store:
        ink = [(255 - images_of(store, face.key, [0x4E00]).astype(int)).sum() for face in record.faces]
    assert ink[0] < ink[1] < ink[2]


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [2, 5])
def test_any_number_of_threads_makes_the_same_store(tmp_path: Path, jobs: int) -> None:
    content, styles = real_fonts()
    codes = gb2312_level(1)[:1500]
    render_dataset([content], styles, codes, 64, tmp_path / "one.lmdb", jobs=1)
    render_dataset([content], styles, codes, 64, tmp_path / "many.lmdb", jobs=jobs)
    assert glyphs_of(tmp_path / "one.lmdb") == glyphs_of(tmp_path / "many.lmdb")


def test_progress_is_told_by_font_and_in_all(tmp_path: Path) -> None:
    heard: list[object] = []

    class Listener:
        def whole(self, total: int) -> None:
            heard.append(total)

        def start(self, title: str, total: int) -> None:
            heard.append((title, total))

        def advance(self, steps: int = 1) -> None:
            heard.append(f"+{steps}")

    font = FontLocation(build_font(tmp_path / "a.ttf", CHARACTERS[:3]))
    render_dataset([font], [font], CHARACTERS, 64, tmp_path / "g.lmdb", Listener())
    assert heard == [128, ("toy", 64), "+64", ("toy-2", 64), "+64"]


def test_ink_at_the_edge_is_counted(tmp_path: Path) -> None:
    content = FontLocation(build_font(tmp_path / "a.ttf"))
    wide = FontLocation(build_font(tmp_path / "b.ttf", family="Wide", left_shift=150))
    record = render_dataset([content], [wide], CHARACTERS, 64, tmp_path / "g.lmdb").record
    assert record.faces[0].cropped == 0
    assert 0 < record.face("wide").cropped < len(CHARACTERS)


def test_fonts_that_cannot_be_used_are_told_and_the_old_store_stays(toy_store: Path) -> None:
    before = toy_store.read_bytes()
    folder = toy_store.parents[1]
    good = FontLocation(folder / "content.ttf")
    other = FontLocation(build_font(folder / "other.ttf", [0x9000, 0x9001]))
    with pytest.raises(FontganError, match="draws none of the 64 characters"):
        render_dataset([good], [other], CHARACTERS, 64, toy_store)
    with pytest.raises(FontganError, match=r"draws no . U\+[0-9A-F]{4}:"):
        render_dataset([good], [good], [0x41], 64, toy_store)
    with pytest.raises(FontganError, match="have none of the 66 characters in common"):
        render_dataset([good], [other], [*CHARACTERS, 0x9000, 0x9001], 64, toy_store)
    with pytest.raises(FontganError, match="set size to 64, 128 or 256"):
        render_dataset([good], [good], CHARACTERS, 100, toy_store)
    with pytest.raises(FontganError, match="with source and target"):
        render_dataset([good], [], CHARACTERS, 64, toy_store)
    assert toy_store.read_bytes() == before


def test_what_takes_the_place_of_a_dataset_says_so(toy_store: Path) -> None:
    font = FontLocation(toy_store.parents[1] / "content.ttf")
    (note,) = render_dataset([font], [font], CHARACTERS[:3], 64, toy_store).notes
    assert f"replaced the dataset that was at {toy_store}: 128 glyphs of content, style" in note


def test_a_style_of_many_more_characters_than_the_content_is_noted(tmp_path: Path) -> None:
    """Nothing else of it can be learnt or drawn, as where the two fonts are swapped."""
    small, large = (build_font(tmp_path / f"{count}.ttf", CHARACTERS[:count]) for count in (4, 9))
    fonts = FontLocation(small), FontLocation(large)
    (note,) = render_dataset([fonts[0]], [fonts[1]], CHARACTERS[:9], 64, tmp_path / "swapped.lmdb").notes
    assert "check that the two are not swapped" in note
    assert render_dataset([fonts[1]], [fonts[0]], CHARACTERS[:9], 64, tmp_path / "right.lmdb").notes == []


def test_an_output_where_nothing_can_be_written_is_told(tmp_path: Path) -> None:
    font = FontLocation(build_font(tmp_path / "a.ttf"))
    for place in (Path("/proc/none/g.lmdb"), Path("/proc/g.lmdb"), tmp_path / "a.ttf" / "g.lmdb"):
        with pytest.raises(FontganError, match="cannot be written"):
            render_dataset([font], [font], CHARACTERS, 64, place)


def test_what_was_broken_off_is_completed_without_drawing_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, styles = real_fonts()
    codes = gb2312_level(1)[:300]
    render_dataset([content], styles, codes, 64, tmp_path / "whole.lmdb")
    written = StoreWriter.put

    def put(writer: StoreWriter, *arguments: object) -> None:
        if len(writer.record.faces) == 2:
            raise KeyboardInterrupt
        written(writer, *arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(StoreWriter, "put", put)
        render_dataset([content], styles, codes, 64, tmp_path / "g.lmdb", jobs=2)
    assert not (tmp_path / "g.lmdb").exists()
    drawn: list[int] = []
    draw = Face.draw

    def counted(face: Face, code: int, *arguments: object) -> np.ndarray | None:
        drawn.append(code)
        return draw(face, code, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Face, "draw", counted)
    render_dataset([content], styles, codes, 64, tmp_path / "g.lmdb")
    assert drawn == codes  # of the third face alone
    assert glyphs_of(tmp_path / "g.lmdb") == glyphs_of(tmp_path / "whole.lmdb")


@pytest.mark.slow
def test_a_process_killed_at_any_moment_leaves_what_the_same_command_completes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fontgan", "render-dataset", "--charset", "gb2312", "--size", "128"]
    command += ["--output", "g.lmdb", "--jobs", "1"]
    content, styles = real_fonts()
    codes = gb2312_level(1) + gb2312_level(2)
    render_dataset([content], styles, codes, 128, tmp_path / "whole.lmdb")
    beside = tmp_path / ".g.lmdb.partial"
    store, killed = tmp_path / "g.lmdb", 0
    while not store.exists():
        process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL)
        while not beside.exists() and process.poll() is None:
            time.sleep(0.001)
        time.sleep(0.03 * 1.6**killed)
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed += 1
    assert killed > 2
    assert glyphs_of(tmp_path / "g.lmdb") == glyphs_of(tmp_path / "whole.lmdb")


@pytest.mark.slow
def test_a_disk_that_is_full_is_told_and_the_old_store_stays(tmp_path: Path) -> None:
    content, styles = real_fonts()
    store = tmp_path / "g.lmdb"
    render_dataset([content], styles, gb2312_level(1)[:10], 64, store)
    before = store.read_bytes()

    def no_file_is_larger_than_a_megabyte() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

    command = [sys.executable, "-m", "fontgan", "render-dataset", "--output", str(store)]
    full = subprocess.run(
        command, capture_output=True, text=True, check=False, preexec_fn=no_file_is_larger_than_a_megabyte
    )
    assert full.returncode == 1
    assert "cannot be written" in full.stderr
    assert "space on the disk" in full.stderr
    assert store.read_bytes() == before
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["g.lmdb"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_told(tmp_path: Path) -> None:
    content, styles = real_fonts()
    tmp_path.chmod(0o500)
    with pytest.raises(FontganError, match="cannot be written"):
        render_dataset([content], styles, gb2312_level(1)[:10], 64, tmp_path / "g.lmdb")
    tmp_path.chmod(0o700)


def test_a_font_that_moved_is_the_same_font(tmp_path: Path) -> None:
    content, styles = real_fonts()
    moved = FontLocation(Path(shutil.copy(styles[0].path, tmp_path / "moved.ttf")))
    codes = gb2312_level(1)[:200]
    render_dataset([content], [styles[0]], codes, 64, tmp_path / "a.lmdb")
    render_dataset([content], [moved], codes, 64, tmp_path / "b.lmdb")
    first, second = glyphs_of(tmp_path / "a.lmdb"), glyphs_of(tmp_path / "b.lmdb")
    for name in (b"record", b"sums"):  # which know the path
        del first[name], second[name]
    assert first == second

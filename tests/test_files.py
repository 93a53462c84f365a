"""Files are whole or not there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fontgan.errors import FontganError
from fontgan.files import remove_folder, replacing, replacing_folder, write_text


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.txt"
    with replacing(path) as beside:
        beside.write_text("half")
        assert not path.exists()
    assert path.read_text() == "half"
    assert list(path.parent.iterdir()) == [path]


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    write_text(path, "old")
    with pytest.raises(ValueError, match="broken"), replacing(path) as beside:
        beside.write_text("new")
        raise ValueError("broken")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    write_text(tmp_path / "file", "no folder")
    with pytest.raises(FontganError, match="cannot be written"):
        write_text(tmp_path / "file" / "inside.txt", "text")


def test_a_folder_is_whole_or_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "kept"
    with replacing_folder(folder) as beside:
        (beside / "a").write_text("1")
        assert not folder.exists()
    with pytest.raises(KeyError), replacing_folder(folder) as beside:
        (beside / "b").write_text("2")
        raise KeyError
    assert [path.name for path in folder.iterdir()] == ["a"]
    with replacing_folder(folder) as beside:
        (beside / "c").write_text("3")
    assert [path.name for path in folder.iterdir()] == ["c"]
    assert [path.name for path in folder.parent.iterdir()] == ["kept"]
    (tmp_path / "file").write_text("")
    with pytest.raises(FontganError, match="cannot be written"), replacing_folder(tmp_path / "file" / "x"):
        pass


def killed_while_writing(folder: Path) -> None:
    """Another process writes a file and a folder, and is killed before either is whole."""
    code = (
        "import os, signal; from pathlib import Path; from fontgan.files import replacing, replacing_folder\n"
        "with replacing(Path('a.txt')) as file, replacing_folder(Path('b')) as folder:\n"
        "    file.write_text('half'); (folder / 'c').write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=folder, check=False).returncode < 0


def test_what_a_killed_process_left_is_swept_by_the_next_one_and_nothing_else(tmp_path: Path) -> None:
    killed_while_writing(tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    alive = tmp_path / f".x.txt.{os.getppid()}.partial"  # of a process that may still write it
    others = [tmp_path / name for name in (".partial", ".a.partial", "a.1.partial", ".glyphs.lmdb.partial")]
    for path in (alive, *others):
        path.write_text("")
    write_text(tmp_path / "whole.txt", "whole")
    assert sorted(tmp_path.iterdir()) == sorted([alive, *others, tmp_path / "whole.txt"])


def test_what_this_process_writes_is_not_swept(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with replacing(tmp_path / "a.txt") as beside:
        beside.write_text("a")
        write_text(tmp_path / "link" / "b.txt", "b")
    assert (tmp_path / "a.txt").read_text() == "a"


def test_a_durable_file_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[bool, bool]] = []  # whether it was a folder, and the file had its name
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        seen.append((path.is_dir(), (tmp_path / "a.txt").exists()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    write_text(tmp_path / "a.txt", "text")
    assert seen == []
    (tmp_path / "a.txt").unlink()
    write_text(tmp_path / "a.txt", "text", durable=True)
    assert seen == [(False, False), (True, True)]
    seen.clear()
    with replacing_folder(tmp_path / "folder") as beside:
        (beside / "b").write_text("b")
    assert [folder for folder, _ in seen] == [False, True, True]


def test_a_folder_is_out_of_sight_before_anything_of_it_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, seen = tmp_path / "folder", []
    folder.mkdir()
    rmtree = shutil.rmtree

    def watched(path: Path, ignore_errors: bool = False) -> None:
        seen.append(folder.exists())
        rmtree(path, ignore_errors)

    monkeypatch.setattr(shutil, "rmtree", watched)
    remove_folder(folder)
    remove_folder(folder)  # there is none any more, which is as well
    assert seen[0] is False
    assert list(tmp_path.iterdir()) == []

"""Files are whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from fontgan.errors import FontganError
from fontgan.files import replacing, replacing_folder, write_text


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
    (folder.parent / ".kept.partial").mkdir()
    (folder.parent / ".kept.partial" / "left over").write_text("")
    with replacing_folder(folder) as beside:
        (beside / "c").write_text("3")
    assert [path.name for path in folder.iterdir()] == ["c"]
    assert [path.name for path in folder.parent.iterdir()] == ["kept"]
    (tmp_path / "file").write_text("")
    with pytest.raises(FontganError, match="cannot be written"), replacing_folder(tmp_path / "file" / "x"):
        pass

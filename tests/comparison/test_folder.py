"""The folder of a comparison: the same one continues, another one is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fontgan.comparison.folder import Folder, with_cell
from fontgan.errors import FontganError
from tests.comparison.cells import cell, planned

FIRST, SECOND = cell("first"), cell("second")


def test_the_same_comparison_continues_with_its_cells_in_their_order(tmp_path: Path) -> None:
    folder, plan = Folder(tmp_path / "some"), planned(FIRST, SECOND)
    with folder.opened(plan) as found:
        assert found.cells == ()
        folder.write(with_cell(found, SECOND, plan))
    with folder.opened(plan) as found:
        assert found.cells == (SECOND,)
        folder.write(with_cell(with_cell(found, FIRST, plan), SECOND, plan))
    assert folder.read().cells == (FIRST, SECOND)


def test_another_comparison_is_refused_with_what_differs(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "some")
    with folder.opened(planned(FIRST)):
        pass
    before = folder.record_path.read_bytes()
    with (
        pytest.raises(FontganError, match=r"is another comparison \(steps was 2 and would be 3\)"),
        folder.opened(planned(FIRST, steps=3)),
    ):
        pass
    assert folder.record_path.read_bytes() == before


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    for path in (tmp_path, tmp_path / "letter.txt"):
        with (
            pytest.raises(FontganError, match="exists already and is not a comparison"),
            Folder(path).opened(planned(FIRST)),
        ):
            pass
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_two_processes_do_not_make_one_comparison(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "some")
    with (
        folder.opened(planned(FIRST)),
        pytest.raises(FontganError, match="is being made by another process"),
        folder.opened(planned(FIRST)),
    ):
        pass


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": 99}, "has format 99"),
        ({"cells": [{"name": "x"}]}, "is damaged"),
        ({"styles": "kai"}, "is damaged"),
    ],
)
def test_a_damaged_or_newer_record_is_refused(tmp_path: Path, change: dict[str, object], words: str) -> None:
    folder = Folder(tmp_path)
    with folder.opened(planned(FIRST)) as found:
        folder.write(with_cell(found, FIRST, planned(FIRST)))
    data = json.loads(folder.record_path.read_text())
    folder.record_path.write_text(json.dumps(data | change))
    with pytest.raises(FontganError, match=words):
        folder.read()


def test_what_a_newer_version_added_is_kept(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with folder.opened(planned(FIRST)) as found:
        folder.write(with_cell(found, FIRST, planned(FIRST)))
    data = json.loads(folder.record_path.read_text())
    data["cells"][0]["colour"] = data["weather"] = "blue"
    folder.record_path.write_text(json.dumps(data))
    with folder.opened(planned(FIRST)):
        pass
    data = json.loads(folder.record_path.read_text())
    assert data["weather"] == data["cells"][0]["colour"] == "blue"

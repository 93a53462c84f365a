"""Data that others wrote: bounds, types, and texts that are safe to print."""

from __future__ import annotations

import json
import os
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fontgan.errors import FontganError
from fontgan.untrusted import (
    DamagedError,
    check_depth,
    converted,
    cured_by,
    open_file,
    parse_json,
    printable,
    read_file,
    shown,
)


@dataclass(frozen=True)
class Point:
    """Something to convert into."""

    x: int
    names: tuple[str, ...] = ()


def test_files_are_read_up_to_their_bound(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(10))
    assert read_file(path, 10, "a font") == bytes(10)
    with pytest.raises(FontganError, match="so it cannot be a font"):
        read_file(path, 9, "a font")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_neither_devices_nor_pipes_are_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)  # opening it as a file would wait for ever
    for path in (pipe, Path("/dev/zero")):
        with pytest.raises(FontganError, match="is not a regular file"):
            open_file(path)
    with pytest.raises(IsADirectoryError):
        open_file(tmp_path)
    for missing in (tmp_path / "none", Path("a\0b")):
        with pytest.raises(FileNotFoundError):
            open_file(missing)


@pytest.mark.parametrize("text", [b"{", b"[" * 100_000, b"\xff", b""])
def test_what_is_not_json_is_damaged(text: bytes) -> None:
    with pytest.raises(DamagedError, match="the log is damaged"):
        parse_json(text, "the log")


def test_records_are_checked_field_by_field() -> None:
    assert converted(Point, {"x": 1, "names": ["a"], "later": 2}, "it") == Point(1, ("a",))
    damaged: list[object] = [{}, {"x": "1"}, {"x": True}, {"x": 1, "names": "ab"}, [], None]
    for data in damaged:
        with pytest.raises(DamagedError, match="it is damaged"):
            converted(Point, data, "it")


def test_data_may_be_nested_but_not_deeply() -> None:
    for depth, deep in ((20, False), (40, True), (100_000, True)):
        data: object = 1
        for level in range(depth):
            data = [data] if level % 2 else {"a": data}
        with pytest.raises(DamagedError, match="nested too deeply") if deep else nullcontext():
            check_depth(data, "it")


def test_damage_gets_the_remedy_of_the_block_that_it_is_found_in() -> None:
    with pytest.raises(DamagedError) as caught, cured_by("remove {folder}, or use {resume}", folder="{a}"):
        parse_json("", "it")
    assert str(caught.value) == "it is damaged: it is not JSON: remove {a}, or use resume"


def test_values_in_messages_are_one_short_line() -> None:
    assert shown("a\nb") == "a\\u000ab"
    assert shown(["x" * 999]) == "['" + "x" * 197 + "…"
    assert shown(1 << 20_000) == "a number of thousands of digits"


@given(st.text())
def test_printable_texts_hold_nothing_that_a_terminal_obeys(text: str) -> None:
    shown = printable(text)
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in shown)
    assert printable(shown) == shown
    assert len(shown.splitlines()) <= 1


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_printable_json_is_the_same_json(text: str) -> None:
    assert json.loads(printable(json.dumps([text], ensure_ascii=False, indent=1), lines=True)) == [text]


def test_what_is_drawn_stays_as_it_is() -> None:
    for text in ("永和 ABC", "\u3000", "\ue000", "\U000323af", "é"):  # spaces, private and new characters too
        assert printable(text) == text
    assert printable("\x1b[31m\u202e\U000e0001\n") == "\\u001b[31m\\u202e\\udb40\\udc01\\u000a"
    assert printable("a\nb", lines=True) == "a\nb"

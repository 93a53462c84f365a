"""What a font may be called."""

from __future__ import annotations

import struct

import pytest

from fontgan.building.names import Names, check_bounds, read_texts
from fontgan.errors import FontganError


@pytest.mark.parametrize(
    ("family", "postscript"),
    [("My Hand", "MyHand-Regular"), ("A", "A-Regular"), ("K-9 Sans", "K-9Sans-Regular")],
)
def test_the_postscript_name_is_legal(family: str, postscript: str) -> None:
    assert Names(family).postscript == postscript


@pytest.mark.parametrize(
    ("family", "problem"),
    [
        ("", "empty"),
        (" Hand", "spaces"),
        ("我的字", "cannot have"),
        ("Hand (new)", r"'\('"),
        ("50%", "'%'"),
        ("a/b", "'/'"),
        ("x" * 40, "40 characters"),
        ("line\nbreak", "cannot have"),
        ("\u202egnol", "cannot have"),
    ],
)
def test_what_cannot_be_a_name_is_refused_in_a_line(family: str, problem: str) -> None:
    with pytest.raises(FontganError, match=problem) as refused:
        Names(family)
    assert str(refused.value).isprintable()
    assert "family" in str(refused.value)


@pytest.mark.parametrize("family_zh", ["字" * 32, "字\n体", "\u202e字"])
def test_a_chinese_name_has_to_fit_too(family_zh: str) -> None:
    with pytest.raises(FontganError, match="Chinese family name"):
        Names("Hand", family_zh)


@pytest.mark.parametrize("version", ["1", "1.0", "v1.000", "1.0000", ""])
def test_a_version_is_a_number_of_three_places(version: str) -> None:
    with pytest.raises(FontganError, match="version"):
        Names("Hand", version=version)


def test_texts_are_read_in_english_where_they_are() -> None:
    texts = [(3, 1, 0x804, 1, "字".encode("utf-16-be")), (3, 1, 0x409, 1, "Hand".encode("utf-16-be"))]
    texts += [(1, 0, 0, 13, b"free"), (3, 1, 0x409, 14, b"")]
    assert read_texts(_table(texts)) == {1: "Hand", 13: "free"}
    assert read_texts(b"") == {}
    assert read_texts(b"\0\0\xff\xff\0\6" + b"\xff" * 30) == {}


def test_texts_that_lie_over_one_another_are_refused() -> None:
    count = 5000
    records = struct.pack(">6H", 3, 1, 0x409, 1, 60000, 0) * count
    content = struct.pack(">HHH", 0, count, 6 + len(records)) + records + bytes(60000)
    with pytest.raises(ValueError, match="name"):
        check_bounds(content)


def _table(texts: list[tuple[int, int, int, int, bytes]]) -> bytes:
    heads, strings = b"", b""
    for *record, text in texts:
        heads += struct.pack(">6H", *record, len(text), len(strings))
        strings += text
    return struct.pack(">HHH", 0, len(texts), 6 + len(heads)) + heads + strings

"""What a font may be called."""

from __future__ import annotations

import struct

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from fontgan.building.names import CHINESE, Names, family_of
from fontgan.building.texts import Text, by_number, read_texts, windows, write_texts
from fontgan.errors import FontganError
from tests.building.outlines import ASSETS


@pytest.mark.parametrize(
    ("family", "postscript"),
    [("My Hand", "MyHand-Regular"), ("A", "A-Regular"), ("K-9 Sans", "K-9Sans-Regular")],
)
def test_the_postscript_name_is_legal(family: str, postscript: str) -> None:
    assert Names(family).postscript == postscript


@given(st.text(max_size=60))
def test_any_text_gives_a_legal_name_and_a_legal_one_stays(text: str) -> None:
    family = Names(family_of(text)).family
    assert family_of(family) == family


@pytest.mark.parametrize(
    ("text", "family"), [("My Hand", "My Hand"), ("我的 Hand%", "Hand"), ("我的字体", "Font")]
)
def test_what_a_name_cannot_have_is_left_out(text: str, family: str) -> None:
    assert family_of(text) == family


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


def test_texts_come_back_and_english_ones_first() -> None:
    texts = [windows(1, "字", CHINESE), windows(1, "Hand"), Text(1, 0, 0, 13, b"free"), windows(14, "")]
    assert read_texts(write_texts(texts)) == sorted(texts)
    assert by_number(texts) == by_number(texts[::-1]) == {1: "Hand", 13: "free"}


def test_texts_are_those_that_fonttools_reads() -> None:
    content = TTFont(ASSETS / "noto-sans-sc.otf").reader["name"]
    expected = TTFont(ASSETS / "noto-sans-sc.otf")["name"].names
    found = {(one.platform, one.language, one.number): one.text for one in read_texts(content)}
    assert found == {(one.platformID, one.langID, one.nameID): one.toUnicode().strip() for one in expected}
    assert len(found) > 10


def test_a_damaged_table_has_no_texts() -> None:
    assert read_texts(b"") == []
    assert read_texts(b"\0\0\xff\xff\0\6" + b"\xff" * 30) == []


def test_texts_that_lie_over_one_another_end() -> None:
    count = 5000
    records = struct.pack(">6H", 3, 1, 0x409, 1, 60000, 0) * count
    content = struct.pack(">HHH", 0, count, 6 + len(records)) + records + bytes(60000)
    assert sum(len(one.content) for one in read_texts(content)) < 17 << 20

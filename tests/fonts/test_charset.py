"""Sets of characters."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fontgan.errors import FontganError
from fontgan.fonts.charset import describe_characters, gb2312_level, parse_charset, unique_characters


def test_gb2312_has_the_standards_counts_and_ends() -> None:
    one, two = gb2312_level(1), gb2312_level(2)
    assert (len(one), len(two), len({*one, *two})) == (3755, 3008, 6763)
    assert (chr(one[0]), chr(one[-1]), chr(two[0]), chr(two[-1])) == ("啊", "座", "亍", "齄")


@given(st.text())
def test_each_character_comes_once_in_the_order_of_the_text(text: str) -> None:
    codes = unique_characters(text)
    assert len(set(codes)) == len(codes)
    places = [text.index(chr(code)) for code in codes]
    assert places == sorted(places)
    assert unique_characters("".join(map(chr, codes))) == codes


def test_a_name_a_file_and_a_text_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "some.txt"
    file.write_text("永和\n 九年 永", encoding="utf-8-sig")
    assert parse_charset(str(file)) == parse_charset("永和九年")
    assert parse_charset("gb2312-1") == gb2312_level(1)
    assert parse_charset("永" * 5000) == [ord("永")]


def test_private_use_and_rare_characters_are_kept() -> None:
    assert unique_characters("\ue000𠀀\U000323b0") == [0xE000, 0x20000, 0x323B0]


def test_a_set_without_characters_or_not_in_utf8_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "gbk.txt"
    file.write_bytes("永和".encode("gbk"))
    with pytest.raises(FontganError, match="not UTF-8"):
        parse_charset(str(file))
    with pytest.raises(FontganError, match="cannot be read"):
        parse_charset(str(tmp_path))
    with pytest.raises(FontganError, match="cannot be read"):
        parse_charset(str(tmp_path / "none.txt"))
    with pytest.raises(FontganError, match="holds no character"):
        parse_charset("  \n")
    with pytest.raises(FontganError, match="did you mean 'gb2312-1'"):
        parse_charset("gb2312_1")


def test_many_characters_are_described_shortly() -> None:
    assert describe_characters([0x6C38]) == "永 U+6C38"
    assert describe_characters(range(0x4E00, 0x4E0A), most=1) == "一 U+4E00 and 9 more"

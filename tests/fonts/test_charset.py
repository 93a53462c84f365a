"""Sets of characters."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fontgan.errors import FontganError
from fontgan.fonts.charset import (
    NAMED,
    describe_characters,
    gb2312_level,
    parse_charset,
    unique_characters,
)

# How many characters each standard says that it has; a first and a last one.
STANDARDS = {
    "gb2312": (6763, "啊", "齄"),
    "gb18030-common": (8105, "一", "蠼"),
    "gb18030-common-1": (3500, "一", "矗"),
    "gb18030-common-2": (3000, "乂", "齉"),
    "gb18030-common-3": (1605, "亍", "蠼"),
    "big5": (13053, "一", "龘"),
    "big5-1": (5401, "一", "籲"),
    "big5-2": (7652, "乂", "龘"),
    "jis-x-0208": (6355, "亜", "熙"),
    "jis-x-0208-1": (2965, "亜", "腕"),
    "jis-x-0208-2": (3390, "弌", "熙"),
    "joyo": (2136, "一", "𠮟"),
    "ks-x-1001": (2350, "가", "힝"),
    "ascii": (94, "!", "~"),
    "latin-1": (188, "!", "ÿ"),
    "cjk": (20992, "一", "\u9fff"),
    "cjk-ext-a": (6592, "㐀", "\u4dbf"),
    "cjk-ext-b": (42720, "\U00020000", "\U0002a6df"),
}


def test_gb2312_has_the_standards_counts_and_ends() -> None:
    one, two = gb2312_level(1), gb2312_level(2)
    assert (len(one), len(two), len({*one, *two})) == (3755, 3008, 6763)
    assert (chr(one[0]), chr(one[-1]), chr(two[0]), chr(two[-1])) == ("啊", "座", "亍", "齄")


@pytest.mark.parametrize("name", STANDARDS)
def test_a_named_set_has_what_its_standard_says(name: str) -> None:
    codes = parse_charset(name)
    assert (len(codes), chr(codes[0]), chr(codes[-1])) == STANDARDS[name]


@pytest.mark.parametrize("name", NAMED)
def test_a_named_set_has_each_character_once_and_all_can_be_seen(name: str) -> None:
    codes = parse_charset(name)
    assert codes == unique_characters("".join(map(chr, codes)))


def test_sets_hold_what_they_are_named_for() -> None:
    assert set("ぁあんゝァンヴー") <= {chr(code) for code in parse_charset("kana")}
    assert set("，。！？、；：「」『』（）《》—…“”") <= {
        chr(code) for code in parse_charset("cjk-punctuation")
    }
    assert {*parse_charset("joyo")} < {*parse_charset("cjk"), 0x20B9F}  # 𠮟 alone lies above U+FFFF
    assert {*parse_charset("gb2312-1")} < {*parse_charset("cjk")}


def test_names_may_be_joined_and_case_does_not_matter() -> None:
    assert parse_charset("GB2312_1") == parse_charset("gb2312-1")
    assert parse_charset("Kana, ascii,hiragana") == parse_charset("kana") + parse_charset("ascii")


def test_code_points_may_be_written_as_messages_write_them() -> None:
    assert parse_charset("U+6C38") == [0x6C38]
    assert parse_charset("u+6c38, U+20000 U+548C") == [0x6C38, 0x20000, 0x548C]
    assert parse_charset("U+永") == [*map(ord, "U+永")]


def test_what_the_style_font_lacks_is_a_set_too() -> None:
    def style(code: int) -> bool:
        return code != ord("啊")

    assert parse_charset("missing", style) == parse_charset("missing:gb2312-1", style) == [ord("啊")]
    assert parse_charset("missing:啊永", style) == [ord("啊")]
    with pytest.raises(FontganError, match="already has all of kana"):
        parse_charset("missing:kana", style)
    with pytest.raises(FontganError, match="there is no style font here"):
        parse_charset("missing")


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
    with pytest.raises(FontganError, match="holds no character"):
        parse_charset("")
    with pytest.raises(FontganError, match="holds no character"):
        parse_charset("missing:", lambda _: False)
    with pytest.raises(FontganError, match="cannot be read"):
        parse_charset(str(tmp_path / "none.txt"))
    with pytest.raises(FontganError, match="holds no character"):
        parse_charset("  \n")
    with pytest.raises(FontganError, match="did you mean 'gb2312-1'"):
        parse_charset("gb2312-1x")


def test_many_characters_are_described_shortly() -> None:
    assert describe_characters([0x6C38]) == "永 U+6C38"
    assert describe_characters(range(0x4E00, 0x4E0A), most=1) == "一 U+4E00 and 9 more"


@pytest.mark.parametrize("text", ["gb2312-1," * 10_000, "missing:" * 10_000])
def test_a_long_text_is_not_repeated_whole_in_the_message(text: str) -> None:
    with pytest.raises(FontganError) as caught:
        parse_charset(text)
    assert len(str(caught.value)) < 1000

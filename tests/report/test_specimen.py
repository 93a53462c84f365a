"""A specimen: one page that shows a font, loads nothing and runs nothing that strangers wrote."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from fontgan.building.font import build_font
from fontgan.building.names import Names
from fontgan.errors import FontganError
from fontgan.fonts.charset import gb2312_level, unique_characters
from fontgan.fonts.location import FontLocation
from fontgan.report.specimen import (
    ORCHID_PAVILION,
    Specimen,
    draw_specimen,
    runs,
    save_specimen,
    shortened,
    spaced,
    spans,
)
from tests.building.outlines import box, opened, rings
from tests.report.pages import CHROMIUM, HOSTILE, Page, browsed
from tests.toy_fonts import build_font as build_toy

CODES = [*range(0x5000, 0x5010)]


def specimen(codes: Sequence[int] = CODES, kind: str = "ttf") -> Specimen:
    font = build_font(rings(codes), Names("My Hand"), kind)
    return Specimen("My Hand", "", font.content, kind, codes)


def compared(tmp_path: Path, embedding: int = 0) -> Specimen:
    """A specimen with two fonts to compare with; of the second one with these embedding bits."""
    codes = sorted({ord(char) for char in ORCHID_PAVILION[:8]})
    style = build_toy(tmp_path / "style.ttf", codes[:3], "Style")
    font = opened(style.read_bytes())
    font["OS/2"].fsType = embedding
    font.save(style)
    content = build_toy(tmp_path / "content.ttf", unique_characters(ORCHID_PAVILION), "Content")
    return replace(
        specimen(codes), content=FontLocation(content), style=FontLocation(style), text=ORCHID_PAVILION
    )


def fonts_in(page: str) -> dict[str, bytes]:
    """The fonts that a page embeds, by their names in it."""
    rules = re.findall(r'font-family: "(\w+)"; src: url\(data:font/\w+;base64,([^)]+)\)', page)
    return {name: base64.b64decode(content) for name, content in rules}


@pytest.mark.parametrize("kind", ["ttf", "otf", "woff", "woff2"])
def test_the_page_is_whole_and_holds_the_font(kind: str) -> None:
    page = draw_specimen(specimen(kind=kind))
    (font,) = fonts_in(page).values()
    assert set(opened(font).getBestCmap()) == {*CODES, 0x20, 0xA0, 0x2002, 0x2003, 0x3000}
    assert Page(page).data["codes"] == CODES


def test_nothing_is_loaded_from_elsewhere(tmp_path: Path) -> None:
    page = draw_specimen(compared(tmp_path))
    read = Page(page)
    names = {name for _, own in read.elements for name in own}
    assert not names & {"src", "href", "srcset", "action", "data", "style"}
    assert not [name for name in names if name.startswith("on")]
    assert set(re.findall(r"url\(([a-z]*:?)", page)) == {"data:"}
    assert "@import" not in page
    assert read.policy.startswith("default-src 'none'; font-src data:; ")
    assert "unsafe" not in read.policy


def test_the_policy_permits_the_styles_and_the_script_of_the_page_alone(tmp_path: Path) -> None:
    read = Page(draw_specimen(compared(tmp_path)))
    inline = [*read.all("style"), read.all("script")[-1]]
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline]
    assert re.findall(r"sha256-([^']+)", read.policy) == digests


def test_what_strangers_wrote_stays_text(tmp_path: Path) -> None:
    evil = build_toy(tmp_path / "evil.ttf", [ord("永")], HOSTILE)
    page = draw_specimen(
        replace(
            specimen(),
            family=HOSTILE,
            family_zh=HOSTILE,
            doubtful={CODES[0]: HOSTILE},
            content=FontLocation(evil),
            notes=[HOSTILE + "\u202e\x1b"],
            text=f"永{HOSTILE}\ud800",
        )
    )
    read = Page(page)
    assert {tag for tag, _ in read.elements}.isdisjoint({"img", "iframe", "object", "base"})
    assert len(read.all("script")) == 2
    assert len(read.all("style")) == 2
    assert read.all("h1") == [HOSTILE]
    assert read.data["doubtful"] == {str(CODES[0]): HOSTILE}
    assert f"{HOSTILE}\\u202e\\u001b" in read.all("li")
    assert "</" not in re.findall(r'id="data">(.*?)</script>', page)[0]
    assert HOSTILE in "".join(read.all("h3"))


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    shown = replace(compared(tmp_path), doubtful={CODES[1]: "b", CODES[0]: "a"})
    save_specimen(tmp_path / "a.html", shown)
    save_specimen(tmp_path / "b.html", replace(shown, doubtful={CODES[0]: "a", CODES[1]: "b"}))
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_page_that_cannot_be_made_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "specimen.html"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(FontganError, match="My Hand"):
        save_specimen(path, replace(specimen(), font=b"\0\1\0\0 damaged"))
    with pytest.raises(FontganError, match="format 'svg'"):
        save_specimen(path, replace(specimen(), kind="svg"))
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_only_characters_of_the_font_are_shown_as_new() -> None:
    page = Page(draw_specimen(replace(specimen(), codes=[0x4E00, *reversed(CODES), 0x20])))
    assert page.data["codes"] == CODES
    spaces = [[0x20, 0x20], [0xA0, 0xA0], [0x2002, 0x2003], [0x3000, 0x3000]]
    assert page.data["has"] == [*spaces, [CODES[0], CODES[-1]]]
    assert "16 new characters" in page.all("span")


def test_one_character_makes_a_page() -> None:
    read = Page(draw_specimen(specimen([0x6C38])))
    assert read.data["codes"] == [0x6C38]
    assert {"1 new character", "TTF, 2 KB"} <= set(read.all("span"))
    assert read.all("p", **{"class": "name new"}) == ["永"]
    assert read.all("div", id="box") == ["永"]  # and not a text of which it has one character


def test_what_the_font_lacks_is_marked() -> None:
    read = Page(draw_specimen(replace(specimen([0x6C38, 0x548C]), text="永恒 和平")))
    assert read.all("span", **{"class": "lacks"}) == ["恒", "平"] * 5
    assert read.all("p").count("永 和") == 5


def test_the_chinese_name_is_set_in_the_font_if_the_font_has_it() -> None:
    shown = specimen([0x6C38, 0x548C, 0x5E73])
    for name, large in {"平永": "平永", "平永体": "永和平"}.items():
        page = Page(draw_specimen(replace(shown, family_zh=name, text="永，和平")))
        assert page.all("p", **{"class": "name new"}) == [large]


def test_the_same_text_is_set_in_all_fonts(tmp_path: Path) -> None:
    shown = compared(tmp_path)
    page = draw_specimen(shown)
    read, fonts = Page(page), fonts_in(page)
    assert list(fonts) == ["New", "Content", "Style"]
    for role in fonts:
        assert len(read.all("p", **{"class": f"compared {role.lower()}"})) == 1
    spaces = {0x20, 0xA0, 0x2002, 0x2003, 0x3000}
    needed = set(unique_characters(spaced(shortened(ORCHID_PAVILION, 30), shown.has)))
    assert set(opened(fonts["Content"]).getBestCmap()) == needed | spaces
    assert set(opened(fonts["Style"]).getBestCmap()) == {*shown.codes[:3], *spaces}
    lacking = "".join(read.all("span", **{"class": "lacks"}))
    assert len(lacking) > len(needed) - len(shown.codes)


@pytest.mark.parametrize("embedding", [0x2, 0x100, 0x200, 0x108])
def test_a_font_that_forbids_it_is_not_embedded(embedding: int, tmp_path: Path) -> None:
    page = draw_specimen(compared(tmp_path, embedding))
    assert list(fonts_in(page)) == ["New", "Content"]
    assert "Style: Style does not permit to be embedded in part." in Page(page).all("li")


def test_what_cannot_be_compared_is_named(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    other = build_toy(tmp_path / "other.ttf", [0x4E00], "Other")
    shown = replace(
        specimen(), content=FontLocation(tmp_path / "pictures"), style=FontLocation(other), text="永"
    )
    page = draw_specimen(shown)
    assert list(fonts_in(page)) == ["New"]
    assert Page(page).all("li") == [
        "Content: pictures are not compared.",
        "Style: Other has no character of this text.",
    ]
    assert not Page(page).all("p", **{"class": "compared new"})


def test_a_text_is_cut_where_a_sentence_or_a_clause_ends() -> None:
    assert shortened(ORCHID_PAVILION, 12) == "永和九年，岁在癸丑"
    assert shortened(ORCHID_PAVILION, 48).endswith("少长咸集。")
    assert shortened("永和九年", 3) == "永和九"
    assert shortened("永和九年", 4) == "永和九年"


def test_punctuation_that_a_font_lacks_leaves_room() -> None:
    assert (
        spaced("永和，九：“年。\n“初”！", {ord(char) for char in "永九，"})
        == "永和，九\N{EM SPACE}年\n\N{EM SPACE}初"
    )


def test_texts_and_codes_are_cut_into_runs() -> None:
    assert runs("永 和a", {ord("永")}) == [(True, "永 "), (False, "和a")]
    assert runs("", set()) == []
    assert spans([5, 1, 2, 3, 0x10FFFF]) == [(1, 3), (5, 5), (0x10FFFF, 0x10FFFF)]


@pytest.mark.slow
def test_all_of_gb2312_makes_a_page() -> None:
    codes = sorted(gb2312_level(1) + gb2312_level(2))
    font = build_font([box(code, 0, 0, 0.5, 0.5) for code in codes], Names("Boxes"))
    page = draw_specimen(Specimen("Boxes", "", font.content, font.suffix[1:], codes))
    assert Page(page).data["codes"] == codes
    assert "6,763 new characters" in page
    assert "永和九年" in page


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")
def test_a_browser_runs_the_script_of_the_page_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "specimen.html"
    shown = replace(compared(tmp_path), doubtful={ord("永"): HOSTILE}, family=HOSTILE)
    save_specimen(path, shown)
    seen, logged = browsed(path)
    grid = seen.partition('id="grid"')[2].partition("<noscript")[0]
    assert [int(code, 16) for code in re.findall(r'data-code="(\w+)"', grid)] == shown.new
    assert grid.count("doubtful") == 1
    assert not logged
    page = path.read_text(encoding="utf-8")
    path.write_text(
        page.replace("</body>", "<script>document.body.remove()</script></body>"), encoding="utf-8"
    )
    seen, logged = browsed(path)
    assert 'data-code="6C38"' in seen
    assert "Content Security Policy" in logged

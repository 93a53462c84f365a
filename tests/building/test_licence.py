"""What licences permit: what is refused, and what the result says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont

from fontgan.building.font import build_font
from fontgan.building.licence import CONTENT, COPIED, STYLE, TARGET, FontLicence, LicenceReport, read_licence
from fontgan.building.merge import merge_font
from fontgan.building.names import Names
from fontgan.errors import FontganError
from fontgan.fonts.location import FontLocation
from tests.building.outlines import ASSETS, opened, rings
from tests.toy_fonts import build_font as build_toy

OFL = "This Font Software is licensed under the SIL Open Font License, Version 1.1."


def font_with(path: Path, embedding: int = 0, **texts: str) -> FontLocation:
    """A toy font with such texts: `copyright`, `licence`, `family`."""
    font = TTFont(build_toy(path))
    numbers = {"copyright": 0, "family": 1, "licence": 13}
    for name, text in texts.items():
        font["name"].setName(text, numbers[name], 3, 1, 0x409)
    font["OS/2"].fsType = embedding
    font.save(path)
    return FontLocation(path)


@pytest.mark.parametrize(
    ("copyright_", "names"),
    [
        ("Copyright 2010 A (a@b.c), with Reserved Font Name 'Source'.", ("Source",)),
        ('Copyright 2021 LXGW, with Reserved Font Names "霞鹜" and "LXGW".', ("霞鹜", "LXGW")),
        ("(c) B with Reserved Font Name Foo Sans, Bar and Baz", ("Foo Sans", "Bar", "Baz")),
        ("(c) B. Reserved Font Name: Foo. All else", ("Foo",)),
        ("Copyright 2018 The MaShanZheng Project Authors", ()),
    ],
)
def test_reserved_names_are_found(copyright_: str, names: tuple[str, ...]) -> None:
    assert FontLicence("A", TARGET, copyright=copyright_).reserved_names == names


def test_the_text_of_the_licence_itself_reserves_nothing() -> None:
    text = (ASSETS / "ma-shan-zheng.OFL.txt").read_text(encoding="utf-8")
    assert FontLicence("A", TARGET, licence=text).reserved_names == ()
    text = (ASSETS / "fontgan-kai.OFL.txt").read_text(encoding="utf-8")
    assert set(FontLicence("A", TARGET, licence=text).reserved_names) == {"霞鹜", "LXGW"}


@pytest.mark.parametrize("family", ["Source Hand", "source", "My SOURCE", "My-Sour ce"])
def test_a_reserved_name_is_refused(family: str, tmp_path: Path) -> None:
    target = font_with(tmp_path / "own.ttf", licence=OFL, copyright="A, with Reserved Font Name 'Source'.")
    with pytest.raises(FontganError, match="'Source' is a reserved font name") as refused:
        merge_font(target, rings(), family=family)
    assert "\n" not in str(refused.value)
    style = read_licence(target, STYLE)
    with pytest.raises(FontganError, match="reserved"):
        build_font(rings(), Names(family), fonts=[style])
    assert build_font(rings(), Names("Other Hand"), fonts=[style]).content
    assert build_font(rings(), Names(family), fonts=[style], permitted=True).content


def test_a_font_with_a_reserved_name_needs_another(tmp_path: Path) -> None:
    texts = {"licence": OFL, "copyright": "A, with Reserved Font Name 'Foo'.", "family": "Foo Song"}
    target = font_with(tmp_path / "own.ttf", 0, **texts)
    with pytest.raises(FontganError, match="'Foo' is a reserved font name"):
        merge_font(target, rings())
    font = merge_font(target, rings(), family="Bar Song", family_zh="宋")
    read = opened(font.content)
    english = {number: read["name"].getName(number, 3, 1, 0x409).toUnicode() for number in (1, 4, 6)}
    assert english == {1: "Bar Song", 4: "Bar Song Regular", 6: "BarSong-Regular"}
    assert read["name"].getName(1, 3, 1, 0x804).toUnicode() == "宋"
    assert not any("Foo" in name.toUnicode() for name in read["name"].names if name.nameID != 0)
    assert read["name"].getDebugName(0) == texts["copyright"]


@pytest.mark.parametrize("cff", ["", "CFF"])
def test_a_new_family_name_is_in_all_places(cff: Any, tmp_path: Path) -> None:
    path = build_toy(tmp_path / "own.ttf", family="Old", cff=cff)
    read = opened(merge_font(FontLocation(path), rings(), family="New").content)
    assert not any("Old" in name.toUnicode() for name in read["name"].names)
    assert not cff or (read["CFF "].cff.fontNames, read["CFF "].cff[0].FamilyName) == (["New-Regular"], "New")


def test_restricted_embedding_needs_a_confirmation(tmp_path: Path) -> None:
    target = font_with(tmp_path / "own.ttf", embedding=2)
    with pytest.raises(FontganError, match="embedding bits of Toy forbid"):
        merge_font(target, rings())
    font = merge_font(target, rings(), permitted=True)
    assert opened(font.content)["OS/2"].fsType == 2
    for bits in (0, 4, 8, 0x100):
        assert merge_font(font_with(tmp_path / f"{bits}.ttf", embedding=bits), rings()).content
    with pytest.raises(FontganError, match="forbid"):
        build_font(rings(), Names("Hand"), fonts=[read_licence(target, COPIED)])


def test_what_is_made_of_an_open_font_stays_open(tmp_path: Path) -> None:
    style = read_licence(FontLocation(ASSETS / "ma-shan-zheng.ttf"), STYLE)
    content = read_licence(FontLocation(ASSETS / "noto-sans-sc.otf"), CONTENT)
    font = build_font(rings(), Names("My Hand"), fonts=[style, content])
    read = opened(font.content)
    assert "Open Font License" in read["name"].getDebugName(13)
    assert read["name"].getDebugName(14) == "https://openfontlicense.org"
    assert "SIL Open Font License 1.1" in font.licences.lines()[-1]
    assert any(line.startswith("Ma Shan Zheng, imitated") for line in font.licences.lines())
    assert not LicenceReport((content,)).is_ofl
    own = read_licence(font_with(tmp_path / "own.ttf", licence="All rights reserved"), TARGET)
    assert LicenceReport((own, content)).lines()[-1] == "The new font: as the owner of Toy permits"
    assert "permission to include Toy" in LicenceReport((own, style)).lines()[-1]


def test_notices_of_copied_fonts_are_carried_along(tmp_path: Path) -> None:
    target = font_with(tmp_path / "own.ttf", copyright="Copyright Me")
    copied = FontLicence("Other", COPIED, copyright="Copyright Other", licence=OFL)
    read = opened(merge_font(target, rings(), fonts=[copied]).content)
    assert read["name"].getDebugName(0) == "Copyright Me\nCopyright Other"
    read = opened(build_font(rings(), Names("Hand", copyright="Copyright Me"), fonts=[copied]).content)
    assert read["name"].getDebugName(0) == "Copyright Me\nCopyright Other"


def test_a_report_is_lines_that_a_terminal_can_show() -> None:
    hostile = FontLicence("A\x1b[2J", TARGET, licence="x\ny\x1b]0;" * 100, url="http://\u202ea")
    assert all(line.isprintable() and len(line) < 1000 for line in LicenceReport((hostile,)).lines())

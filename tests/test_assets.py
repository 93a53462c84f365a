"""The fonts that come with fontgan."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from fontgan import assets
from fontgan.assets import CONTENT_FONT, STYLE_FONTS, bundled_font
from fontgan.errors import FontganError
from fontgan.fonts.charset import gb2312_level
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation

FOLDER = bundled_font(CONTENT_FONT).parent


def test_the_content_font_draws_all_of_level_1() -> None:
    face = Face(FontLocation(bundled_font(CONTENT_FONT)))
    assert all(face.draws(code) for code in gb2312_level(1))


@pytest.mark.parametrize("name", STYLE_FONTS)
def test_a_style_font_draws_a_thousand_and_not_what_the_example_asks_for(name: str) -> None:
    face = Face(FontLocation(bundled_font(name)))
    drawn = [code for code in gb2312_level(1) if face.draws(code)]
    assert len(drawn) == 1000
    assert not face.draws(ord("永"))
    assert not face.draws(ord("和"))


def test_they_are_small_and_each_has_its_licence() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 3e6
    for name in (CONTENT_FONT, *STYLE_FONTS):
        licence = (FOLDER / Path(name).with_suffix(".OFL.txt").name).read_text(encoding="utf-8")
        assert "SIL OPEN FONT LICENSE Version 1.1" in licence
        assert licence.startswith("Copyright")
        assert name in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_no_reserved_name_is_used() -> None:
    names = TTFont(bundled_font("fontgan-kai.ttf"))["name"]
    own = " ".join(str(names.getDebugName(number)) for number in (1, 3, 4, 6))
    assert "LXGW" not in own
    assert "霞鹜" not in own
    assert "LXGW" in names.getDebugName(0)  # the copyright stays


def test_a_missing_font_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(assets, "_FOLDERS", (tmp_path,))
    with pytest.raises(FontganError, match="install fontgan again"):
        bundled_font(CONTENT_FONT)

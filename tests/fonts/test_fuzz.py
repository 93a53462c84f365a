"""Damaged fonts end in a message or a right result: never a crash, a hang, or gigabytes of memory."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTCollection, TTFont

from fontgan.assets import CONTENT_FONT, STYLE_FONTS, bundled_font
from tests.crafted import flavoured
from tests.toy_fonts import build_font, build_variable_font

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_thousands_of_damaged_fonts_do_no_harm(tmp_path: Path) -> None:
    fonts = [
        build_font(tmp_path / "a.ttf"),
        build_font(tmp_path / "b.otf", cff="CFF"),
        build_variable_font(tmp_path / "c.ttf"),
    ]
    collection = TTCollection()
    collection.fonts = [TTFont(fonts[0]), TTFont(fonts[1])]
    collection.save(tmp_path / "d.ttc")
    fonts.append(tmp_path / "d.ttc")
    fonts += [flavoured(path, flavour) for path in fonts[:2] for flavour in ("woff", "woff2")]
    check(4000, fonts)


@pytest.mark.slow
def test_hundreds_of_damaged_real_fonts_do_no_harm() -> None:
    check(200, [bundled_font(name) for name in (CONTENT_FONT, *STYLE_FONTS)])


def check(count: int, fonts: list[Path]) -> None:
    """Let another process read damaged copies, since this one would die of what it is to find."""
    command = [sys.executable, "-m", "tests.fonts.fuzz", "0", str(count), *map(str, fonts)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    read, refused, grown = map(int, re.findall(r"\d+", done.stdout))
    assert read + refused == count
    assert min(read, refused) > count / 10  # the damage is neither too slight nor too great
    assert grown < 256

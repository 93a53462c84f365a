"""The fonts that come with fontgan, and where they lie."""

from __future__ import annotations

from pathlib import Path

from fontgan.errors import FontganError

CONTENT_FONT = "noto-sans-sc.otf"
STYLE_FONTS = ("fontgan-kai.ttf", "ma-shan-zheng.ttf")

_PACKAGE = Path(__file__).parent
# In an installed wheel the fonts lie inside the package, in a clone beside it.
_FOLDERS = (_PACKAGE / "assets" / "fonts", _PACKAGE.parent / "assets" / "fonts")


def bundled_font(name: str) -> Path:
    """The path of a font that comes with fontgan.

    Raises:
        FontganError: it is not where the installation should have put it.
    """
    for folder in _FOLDERS:
        if (folder / name).is_file():
            return folder / name
    raise FontganError(f"the font {name} that comes with fontgan is missing: install fontgan again")

"""Where the fonts, lists of characters and weights that come with fontgan are installed."""

from __future__ import annotations

from pathlib import Path

from fontgan.errors import FontganError

CONTENT_FONT = "noto-sans-sc.otf"
STYLE_FONTS = ("fontgan-kai.ttf", "ma-shan-zheng.ttf")

_PACKAGE = Path(__file__).parent
# In an installed wheel they lie inside the package, in a clone beside it.
_FOLDERS = (_PACKAGE / "assets", _PACKAGE.parent / "assets")


def bundled_font(name: str) -> Path:
    """The path of a font that comes with fontgan.

    Raises:
        FontganError: it is missing from the installation.
    """
    return _find("fonts", name)


def bundled_charset(name: str) -> Path:
    """The path of a list of characters that comes with fontgan.

    Raises:
        FontganError: it is missing from the installation.
    """
    return _find("charsets", name)


def bundled_weights(name: str) -> Path:
    """The path of a file of weights that comes with fontgan.

    Raises:
        FontganError: it is missing from the installation.
    """
    return _find("weights", name)


def _find(kind: str, name: str) -> Path:
    for folder in _FOLDERS:
        if (folder / kind / name).is_file():
            return folder / kind / name
    raise FontganError(f"{name}, which comes with fontgan, is missing", "install fontgan again")

"""How a user names a font, and which files of a folder are fonts."""

from __future__ import annotations

import math
import os.path
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from fontgan.errors import FontganError
from fontgan.untrusted import unreadable

FONT_SUFFIXES = frozenset({".ttf", ".otf", ".ttc", ".otc", ".woff", ".woff2"})
PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp"})


@dataclass(frozen=True)
class FontLocation:
    """A font as a user writes it.

    `path.ttf`, `path.ttc#2` for a face of a collection, `path.ttf@wght=700,wdth=80` for a place in a
    variable font, and both as `path.ttc#2@wght=700`. A folder, of glyph pictures, is named by its path.

    Attributes:
        path: the file.
        index: of the face in it, from 0.
        axes: (tag, value) of each axis of a variable font that does not stay at its default.
    """

    path: Path
    index: int = 0
    axes: tuple[tuple[str, float], ...] = ()

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder that is there."""
        return os.path.isdir(self.path)  # noqa: PTH112 (Path.is_dir raises for a name that is too long)

    @classmethod
    def parse(cls, text: str) -> FontLocation:
        """Read `text`; a file whose own name ends in `#2` or `@wght=700` is taken as that file.

        Raises:
            FontganError: `text` is empty, or what follows the `@` is not a list of axes.
        """
        if not text.strip():
            raise FontganError("the path of a font is empty", "pass a font file")
        path, index = text, 0
        axes: tuple[tuple[str, float], ...] = ()
        if "@" in path and not is_there(path) and "=" in path.rsplit("@", 1)[1]:
            path, places = path.rsplit("@", 1)
            axes = _parse_axes(text, places)
        numbered = re.fullmatch(r"(.+)#(\d{1,6})", path)
        if numbered and not is_there(path):
            path, index = numbered[1], int(numbered[2])
        return cls(Path(path), index, axes)

    def __str__(self) -> str:
        number = f"#{self.index}" if self.index else ""
        axes = ",".join(f"{tag}={value:g}" for tag, value in self.axes)
        return f"{self.path}{number}" + (f"@{axes}" if axes else "")


def is_there(path: str) -> bool:
    """Whether there is a file or folder of that name, which may be any text."""
    return os.path.exists(path)  # noqa: PTH110 (Path.exists raises for a name that is too long)


def fonts_in(folder: Path) -> list[FontLocation]:
    """The font files of a folder, by name; of a collection its first face. Empty where there are none."""
    return [FontLocation(path) for path in files_in(folder, FONT_SUFFIXES)]


def files_in(folder: Path, suffixes: Collection[str]) -> list[Path]:
    """The files of a folder that end so, by name; not of its subfolders.

    Raises:
        FontganError: the folder cannot be read.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in suffixes)
    except (OSError, ValueError) as error:
        why = error if isinstance(error, OSError) else OSError("no such folder")  # a null character
        raise unreadable(f"the folder {folder}", why) from error
    # Hidden ones are other programs': macOS leaves a ._永.png beside 永.png on other disks.
    return [path for path in paths if path.is_file() and not path.name.startswith(".")]


def _parse_axes(text: str, places: str) -> tuple[tuple[str, float], ...]:
    axes = {}
    for place in places.split(","):
        tag, _, value = place.partition("=")
        try:
            axes[tag.strip()] = float(value)
        except ValueError:
            axes[tag.strip()] = math.nan
    if not all(re.fullmatch(r"[ -~]{1,4}", tag) and math.isfinite(value) for tag, value in axes.items()):
        raise FontganError(
            f"{text} does not name an instance of a variable font", "write it as FONT@wght=700,wdth=80"
        )
    return tuple(axes.items())

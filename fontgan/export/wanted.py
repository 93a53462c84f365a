"""What font is asked for, and where it is to lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fontgan.building.names import Names
from fontgan.building.tables import FORMATS, check_format
from fontgan.errors import FontganError
from fontgan.fonts.location import FontLocation

FONTS = Path("fonts")  # where fonts lie unless the user names another file


@dataclass(frozen=True)
class Wanted:
    """What is to be made of traced characters.

    Attributes:
        family, family_zh: names of the font; empty for those of the font that is extended.
        output: the file; None for one in `fonts/`.
        kind: `ttf`, `otf`, `woff` or `woff2`, for a new font; empty for that of `output`, or `ttf`.
        merge: the font to extend; None for a new one.
        replace: whether characters that the font has are replaced.
        copied: characters to copy from the first content font.
        permitted: whether the user states that the owners of all fonts permit what their licences do not.
        ufo: whether to write a UFO too.
        omit_doubtful: whether doubtful characters are left out.

    Raises:
        FontganError: a name cannot be in a font, or one wish contradicts another.
    """

    family: str = ""
    family_zh: str = ""
    output: Path | None = None
    kind: str = ""
    merge: FontLocation | None = None
    replace: bool = False
    copied: Sequence[int] = ()
    permitted: bool = False
    ufo: bool = False
    omit_doubtful: bool = False

    def __post_init__(self) -> None:
        if self.family:
            Names(self.family, self.family_zh)  # or it would be refused after all has been drawn
        if self.merge is None:
            self._check_new()
        else:
            self._check_extended()

    def _check_new(self) -> None:
        if self.kind:
            check_format(self.kind)
        if self.replace:
            raise FontganError("there is no font whose characters could be replaced", "pass it with {merge}")
        if self.output and _suffix(self.output) not in FORMATS:
            raise FontganError(
                f"{self.output} is not named as a font",
                f"end it in .{', .'.join(FORMATS[:-1])} or .{FORMATS[-1]}",
            )
        if self.output and self.kind and _suffix(self.output) != self.kind:
            raise FontganError(f"{self.output} does not end in .{self.kind}", "omit {format}, or rename it")

    def _check_extended(self) -> None:
        if self.family_zh and not self.family:
            raise FontganError(
                "a font that is extended cannot be given a Chinese family name alone", "pass {family} too"
            )
        if self.kind:
            raise FontganError("a font that is extended keeps its format", "omit {format}")

    @property
    def format(self) -> str:
        """The format of a new font."""
        return self.kind or (_suffix(self.output) if self.output else "ttf")

    def path(self, suffix: str = "") -> Path:
        """Where the font is to lie.

        Args:
            suffix: of the font that is extended, as its outlines are: `.ttf` or `.otf`.

        Raises:
            FontganError: the font that is extended lies there, or the file is named as another format.
        """
        if self.merge is None:
            return self.output or FONTS / f"{Names(self.family, self.family_zh).postscript}.{self.format}"
        path = self.output or FONTS / f"{self.merge.path.stem}{suffix}"
        if path.suffix.lower() != suffix:
            raise FontganError(f"{path} is not named as the font that is extended", f"end it in {suffix}")
        if path.exists() and path.samefile(self.merge.path):
            raise FontganError(f"{path} is the font that is extended", "choose another {output}")
        return path


def _suffix(path: Path) -> str:
    return path.suffix.lower().removeprefix(".")

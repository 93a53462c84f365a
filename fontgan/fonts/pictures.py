"""A folder of glyph pictures in place of a font: `永.png`, `U+6C38.png`.

A picture is the em box, whatever its size: it is scaled, never cropped to its ink, and the whole folder is
shifted as one, as a font is. Each picture decides by itself what is ink and what is paper, so that black
on white, white on black, grey and colour all give the same glyph image.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.decoding import LEAST_CONTRAST, MOST_BYTES, check_pictures, with_ink
from fontgan.fonts.location import PICTURE_SUFFIXES, FontLocation, files_in
from fontgan.fonts.tables import family_name
from fontgan.untrusted import read_file

_BASELINE = 0.12  # of a picture above its bottom, in em: where CJK fonts have it


class PictureFolder:
    """Glyph pictures in a folder, each named by its character or code point.

    Attributes:
        location: the folder.
        family: its name.
        files: code point to picture, ascending.
        unnamed: pictures whose names are not characters; they are omitted.

    Raises:
        FontganError: the folder cannot be read, has no such pictures, or has two of one character.
    """

    kind = "pictures"

    def __init__(self, location: FontLocation) -> None:
        if location.index or location.axes:
            raise FontganError(f"{location}: a folder of pictures has no faces and no axes")
        self.location = location
        self.family = family_name(location.path.resolve().name)
        self.files, self.unnamed = named_pictures(location.path)
        if not self.files:
            raise FontganError(
                f"{location.path} holds no font and no glyph picture",
                "name pictures by their characters, such as 永.png or U+6C38.png; subfolders are not read",
            )
        check_pictures(list(self.files.values()))

    @cached_property
    def sha256(self) -> str:
        """Of all the pictures, with their code points, in hexadecimal."""
        digest = hashlib.sha256()
        for code, path in self.files.items():
            content = read_file(path, MOST_BYTES, "a picture")
            digest.update(f"{code:06X} {len(content)} ".encode() + content)
        return digest.hexdigest()

    def another(self) -> PictureFolder:
        """The same, for another thread: pictures are opened one by one anyway."""
        return self

    def mapped(self) -> Iterator[int]:
        """The code points that have a picture, ascending."""
        return iter(self.files)

    def draws(self, code: int) -> bool:
        """Whether there is a picture of the character with ink in it."""
        return code in self.files and with_ink(self.files[code], lambda ink: ink is not None)

    def ink_centre(self, code: int) -> float | None:
        """The middle of the ink above the baseline, in em, as `Face` has it; None if not drawn."""
        darkest = self._of_ink(code, lambda ink: ink.max(axis=1))
        if darkest is None:
            return None
        rows = np.flatnonzero(darkest > LEAST_CONTRAST / 255)
        # How dark the outermost rows are says how far into them the ink reaches.
        top, bottom = rows[0] + 1 - darkest[rows[0]], rows[-1] + darkest[rows[-1]]
        return 1 - _BASELINE - float(top + bottom) / 2 / len(darkest)

    def advance(self, code: int) -> float:  # noqa: ARG002
        """The horizontal advance of a character, in em: always 1, the side of a picture."""
        return 1.0

    def draw(self, code: int, canvas: Canvas, shift: float = 0.0) -> np.ndarray | None:
        """The glyph image of `code`: uint8 (size, size), 0 = ink, 255 = paper; None if not drawn."""

        def scaled(ink: np.ndarray) -> np.ndarray:
            window = _Window.of(canvas, len(ink), shift)
            return (_enlarged if window.side < canvas.size else _reduced)(ink, canvas.size, window)

        ink = self._of_ink(code, scaled)
        return None if ink is None else 255 - (ink.clip(0, 1) * 255).round().astype(np.uint8)

    def _of_ink(self, code: int, use: Callable[[np.ndarray], np.ndarray]) -> np.ndarray | None:
        """What `use` makes of a picture's ink; None where there is no picture, or a blank one."""
        if code not in self.files:
            return None
        return with_ink(self.files[code], lambda ink: None if ink is None else use(ink))


def code_of_name(stem: str) -> int | None:
    """The code point that a file's name stands for: `永`, `U+6C38`, `u6C38`, `uni6C38` or `6C38`."""
    composed = unicodedata.normalize("NFC", stem)  # macOS takes が apart
    if len(composed) == 1:
        return ord(composed)
    named = re.fullmatch(r"[uU]\+([0-9A-Fa-f]{1,6})|(?:u|uni|)([0-9A-Fa-f]{4,6})", stem)
    code = int(named[1] or named[2], 16) if named else -1
    return code if 0 <= code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else None  # no surrogates


def named_pictures(folder: Path) -> tuple[dict[int, Path], list[Path]]:
    """The pictures of a folder by their code points, ascending, and those that are not named by one."""
    files: dict[int, Path] = {}
    unnamed = []
    for path in files_in(folder, PICTURE_SUFFIXES):
        code = code_of_name(path.stem)
        if code is None:
            unnamed.append(path)
        elif code in files:
            raise FontganError(f"{files[code]} and {path.name} are the same character", "remove one of them")
        else:
            files[code] = path
    return dict(sorted(files.items())), unnamed


class _Window(NamedTuple):
    """What a canvas shows of a picture, in the picture's pixels; it may reach beyond the picture.

    Attributes:
        left, top: its corner, from the picture's.
        side: its width and height.
    """

    left: float
    top: float
    side: float

    @classmethod
    def of(cls, canvas: Canvas, pixels: int, shift: float) -> _Window:
        """For a picture of that many pixels per side, raised by `shift` em."""
        beyond = canvas.extent - 1  # of the canvas over the picture, in em
        raised = canvas.margin + shift + (canvas.below - _BASELINE)
        return cls(-beyond / 2 * pixels, (raised - beyond) * pixels, canvas.extent * pixels)


def _reduced(ink: np.ndarray, size: int, window: _Window) -> np.ndarray:
    """What the window shows of `ink`, at (size, size).

    Each pixel is the mean of the area that it covers, as FreeType's coverage is; Pillow's box filter takes
    whole pixels, which is another mean unless the sizes divide.
    """
    down, across = (_overlaps(size, len(ink), start, window.side) for start in (window.top, window.left))
    reduced: np.ndarray = down @ ink @ across.T
    return reduced


def _overlaps(size: int, pixels: int, start: float, side: float) -> np.ndarray:
    """The share of each of `pixels` in each of `size` larger ones, which begin at `start` and fill `side`."""
    edges = start + np.arange(size + 1) * side / size
    places = np.arange(pixels)
    shared = np.minimum(edges[1:, None], places + 1) - np.maximum(edges[:-1, None], places)
    overlaps: np.ndarray = shared.clip(0) * size / side
    return overlaps


def _enlarged(ink: np.ndarray, size: int, window: _Window) -> np.ndarray:
    """The same for a smaller picture, bicubic: a mean would show its pixels."""
    left, top, side = window
    across = math.ceil(-left)
    down = round(max(abs(top), abs(top + side - len(ink)))) + 1
    padded = Image.fromarray(np.pad(ink, ((down, down), (across, across))))  # paper comes in
    left, top = left + across, top + down
    box = (left, top, left + side, top + side)
    return np.asarray(padded.resize((size, size), Image.Resampling.BICUBIC, box=box))

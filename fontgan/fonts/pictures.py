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
import warnings
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.location import PICTURE_SUFFIXES, FontLocation, files_in

_LEAST_CONTRAST = 24  # of 255, in any channel: what differs less from the paper is noise
_BASELINE = 0.12  # of a picture above its bottom, in em: where CJK fonts have it
_MOST_PIXELS = 1 << 26  # 8,192 × 8,192


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
        self.family = location.path.resolve().name
        self.files, self.unnamed = named_pictures(location.path)
        if not self.files:
            raise FontganError(
                f"{location.path} holds no font and no glyph picture",
                "name pictures by their characters, such as 永.png or U+6C38.png; subfolders are not read",
            )
        _check_pictures(list(self.files.values()))

    @cached_property
    def sha256(self) -> str:
        """Of all the pictures, with their code points, in hexadecimal."""
        digest = hashlib.sha256()
        for code, path in self.files.items():
            content = _read(path)
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
        return self._ink_of(code) is not None

    def ink_centre(self, code: int) -> float | None:
        """The middle of the ink above the baseline, in em, as `Face` has it; None if not drawn."""
        ink = self._ink_of(code)
        if ink is None:
            return None
        darkest = ink.max(axis=1)
        rows = np.flatnonzero(darkest > _LEAST_CONTRAST / 255)
        # How dark the outermost rows are says how far into them the ink reaches.
        top, bottom = rows[0] + 1 - darkest[rows[0]], rows[-1] + darkest[rows[-1]]
        return 1 - _BASELINE - float(top + bottom) / 2 / len(ink)

    def advance(self, code: int) -> float:  # noqa: ARG002
        """The horizontal advance of a character, in em: always 1, the side of a picture."""
        return 1.0

    def draw(self, code: int, canvas: Canvas, shift: float = 0.0) -> np.ndarray | None:
        """The glyph image of `code`: uint8 (size, size), 0 = ink, 255 = paper; None if not drawn."""
        ink = self._ink_of(code)
        if ink is None:
            return None
        window = _Window.of(canvas, len(ink), shift)
        enlarged = window.side < canvas.size
        scaled = _enlarged(ink, canvas.size, window) if enlarged else _reduced(ink, canvas.size, window)
        return 255 - (scaled.clip(0, 1) * 255).round().astype(np.uint8)

    def _ink_of(self, code: int) -> np.ndarray | None:
        return _ink(self.files[code]) if code in self.files else None


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


def _check_pictures(paths: list[Path]) -> None:
    """Look at the first bytes of all, so that files that are not pictures are reported together."""
    wrong = []
    for path in paths:
        try:
            Image.open(path).close()
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            wrong.append(path)
    if wrong:
        more = f" and {len(wrong) - 3:,} more" if len(wrong) > 3 else ""
        names = ", ".join(map(str, wrong[:3]))
        raise FontganError(
            f"{names}{more}: not a picture that can be read", "save it again as PNG, or remove it"
        )


def _ink(path: Path) -> np.ndarray | None:
    """How much ink each pixel has: float32 (side, side), 0 = paper, 1 = ink; None for a blank picture.

    The paper is the colour that the border mostly has, the ink the one that is farthest from it; what lies
    between is taken along the line from one to the other.
    """
    colours = np.asarray(_open(path), np.float32)
    border = np.concatenate((colours[0], colours[-1], colours[:, 0], colours[:, -1]))
    away = colours - np.median(border, axis=0)
    distance = np.square(away).sum(axis=2)
    farthest = away.reshape(-1, 3)[int(distance.argmax())]
    if np.abs(farthest).max() < _LEAST_CONTRAST:
        return None
    ink: np.ndarray = (away @ farthest / (farthest @ farthest)).clip(0, 1).astype(np.float32)
    return _square(ink)


def _square(ink: np.ndarray) -> np.ndarray:
    """A picture that is not square in the middle of one that is, with paper at its sides."""
    height, width = ink.shape
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    return np.pad(ink, ((top, side - height - top), (left, side - width - left)))


def _open(path: Path) -> Image.Image:
    """A picture in RGB; where it is transparent, on white, or on black if its ink is nearly white."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of sizes that are refused here anyway
            with Image.open(path) as image:
                if image.width * image.height > _MOST_PIXELS:
                    raise FontganError(
                        f"{path} is too large ({image.width} × {image.height} pixels)", "scale it down"
                    )
                if not image.has_transparency_data:
                    return image.convert("RGB")
                clear = image.convert("RGBA")
    except FontganError:
        raise
    except Exception as error:  # Pillow's decoders raise whatever their format made of the damage
        raise FontganError(
            f"{path} is not a picture that can be read", "save it again as PNG, or remove it"
        ) from error
    pixels = np.asarray(clear, np.float32)
    opaque = pixels[..., 3] > 127
    light = bool(opaque.any()) and float(pixels[..., :3][opaque].mean()) > 200
    sheet = Image.new(
        "RGBA", clear.size, (0, 0, 0, 255) if light and not opaque.all() else (255, 255, 255, 255)
    )
    return Image.alpha_composite(sheet, clear).convert("RGB")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FontganError(f"{path} cannot be read: {error.strerror}") from error

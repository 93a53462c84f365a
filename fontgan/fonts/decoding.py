"""Pictures, decoded within bounds: how much ink each of their pixels has.

A picture says how large it is before it is decoded, so one that is too large is refused by its first bytes.
Large ones are in memory a few at a time, whatever the number of threads, and are converted in bands.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, TypeVar

import numpy as np
from PIL import Image

from fontgan.errors import FontganError
from fontgan.untrusted import open_file, unreadable

T = TypeVar("T")

LEAST_CONTRAST = 24  # of 255, in any channel: what differs less from the paper is noise
MOST_SIDE = 4096  # pixels
MOST_BYTES = 96 << 20  # of a file: RGBA of 4,096 × 4,096 pixels, not packed, takes 64 MB

# Those of `PICTURE_SUFFIXES`. Pillow knows others, of which one (EPS) is a program that another program runs.
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP")
_LARGE = 1024  # pixels per side from which pictures wait for each other
# These threads decode them: each thread that frees a large piece of memory keeps some of it.
_workers = ThreadPoolExecutor(2, "pictures")
_opening = threading.Lock()  # filters of warnings belong to all threads
_BAND = 1 << 18  # pixels that are converted at once
_CALL = 1024  # bytes that a call of `read` counts for, at least
_MOST_SCANS = 256  # of a JPEG, each of which passes over all pixels; encoders make about 10


def with_ink(path: Path, use: Callable[[np.ndarray | None], T]) -> T:
    """What `use` makes of the ink of a picture: float32 (side, side), 0 = paper, 1 = ink; None if blank.

    The paper is the colour that the border mostly has, the ink the one that is farthest from it; what lies
    between is taken along the line from one to the other. A picture that is not square is in the middle of
    one that is.

    Raises:
        FontganError: it is not a picture, or is too large.
    """
    with open_file(path) as file:
        image = _opened(path, file)
        if max(image.size) <= _LARGE:
            return use(_ink(_decoded(path, image)))
        return _workers.submit(lambda: use(_ink(_decoded(path, image)))).result()


def check_pictures(paths: list[Path]) -> None:
    """Look at the first bytes of all, so that those that cannot be used are reported together.

    Raises:
        FontganError: some of them are not pictures, or are too large.
    """
    wrong = []
    for path in paths:
        try:
            with open_file(path) as file:
                _opened(path, file)
        except FontganError as error:
            wrong.append(error.problem)
        except OSError as error:
            wrong.append(unreadable(path, error).problem)
    if wrong:
        raise _refused(wrong)


def _opened(path: Path, file: BinaryIO) -> Image.Image:
    """A picture of which only the header is read."""
    size = os.fstat(file.fileno()).st_size
    if size > MOST_BYTES:
        raise _refused([f"{path} is too large ({size >> 20:,} MB)"])
    try:
        with _opening, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sizes, which are refused here anyway, and of damaged notes
            image = Image.open(_Metered(file, 4 * size + (1 << 20)), formats=_FORMATS)  # type: ignore[arg-type]  # all that Pillow calls
    except Image.DecompressionBombError as error:
        raise _refused([f"{path} is too large"]) from error
    except Exception as error:  # whatever its format made of the damage
        raise _refused([_not_a_picture(path)]) from error
    if image.format in ("JPEG", "MPO") and _scans(file) > _MOST_SCANS:
        raise _refused([f"{path} is packed in too many scans"])
    if max(image.size) > MOST_SIDE:
        raise _refused([f"{path} is too large ({image.width:,} × {image.height:,} pixels)"])
    return image


def _decoded(path: Path, image: Image.Image) -> _Colours:
    try:
        return _Colours(image)
    except Exception as error:  # Pillow's decoders raise whatever their format made of the damage
        raise _refused([_not_a_picture(path)]) from error


def _scans(file: BinaryIO) -> int:
    """How often the mark of a scan stands in a JPEG, in which nothing else of its pixels looks so."""
    place = file.tell()
    file.seek(0)
    count = file.read().count(b"\xff\xda")
    file.seek(place)
    return count


def _not_a_picture(path: Path) -> str:
    return f"{path} is not a picture that can be read"


def _refused(problems: list[str]) -> FontganError:
    more = f" and {len(problems) - 3:,} more" if len(problems) > 3 else ""
    which = "it" if len(problems) == 1 else "them"
    return FontganError(
        "; ".join(problems[:3]) + more,
        f"save {which} again as PNG of at most {MOST_SIDE:,} × {MOST_SIDE:,} pixels, or remove {which}",
    )


class _Metered:
    """A file that refuses to be read over and over, as the tables of a TIFF file can make a reader do."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file, self._left = file, most
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        """The next bytes.

        Raises:
            OSError: the file was read too often.
        """
        content = self._file.read(size)
        self._left -= max(_CALL, len(content))
        if self._left < 0:
            raise OSError("the file is read again and again")
        return content


class _Colours:
    """The colours of a picture, in parts.

    What is transparent lies on white, or on black if its ink is nearly white.
    """

    def __init__(self, image: Image.Image) -> None:
        self._clear = image.has_transparency_data
        mode = "RGBA" if self._clear else "RGB"
        image.load()
        self._image = image if image.mode == mode else image.convert(mode)
        self.width, self.height = self._image.size
        self._sheet = self._sheet_below() if self._clear else (255, 255, 255, 255)

    def part(self, left: int, top: int, right: int, bottom: int) -> np.ndarray:
        """The colours of a part: float32 (height, width, 3)."""
        part = self._image.crop((left, top, right, bottom))
        if self._clear:
            sheet = Image.new("RGBA", part.size, self._sheet)
            part = Image.alpha_composite(sheet, part).convert("RGB")
        return np.asarray(part, np.float32)

    def border(self) -> np.ndarray:
        """The colours of the outermost pixels: float32 (n, 3)."""
        right, bottom = self.width, self.height
        rows = [self.part(0, y, right, y + 1)[0] for y in (0, bottom - 1)]
        columns = [self.part(x, 0, x + 1, bottom)[:, 0] for x in (0, right - 1)]
        return np.concatenate((*rows, *columns))

    def bands(self) -> Iterator[tuple[int, int]]:
        """The first row of each band, and the one after its last."""
        rows = max(1, _BAND // self.width)
        return ((top, min(top + rows, self.height)) for top in range(0, self.height, rows))

    def _sheet_below(self) -> tuple[int, int, int, int]:
        count = total = 0
        for top, bottom in self.bands():
            band = np.asarray(self._image.crop((0, top, self.width, bottom)))
            opaque = band[..., :3][band[..., 3] > 127]
            count += len(opaque)
            total += int(opaque.sum(dtype=np.int64))
        light = total > 200 * 3 * count and count < self.width * self.height
        return (0, 0, 0, 255) if light else (255, 255, 255, 255)


def _ink(colours: _Colours) -> np.ndarray | None:
    paper = np.median(colours.border(), axis=0)
    most, farthest = -1.0, paper
    for top, bottom in colours.bands():
        away = colours.part(0, top, colours.width, bottom) - paper
        distance = np.square(away).sum(axis=2)
        place = int(distance.argmax())
        if distance.flat[place] > most:
            most, farthest = float(distance.flat[place]), away.reshape(-1, 3)[place]
    if np.abs(farthest).max() < LEAST_CONTRAST:
        return None
    side = max(colours.width, colours.height)
    down, right = (side - colours.height) // 2, (side - colours.width) // 2
    ink = np.zeros((side, side), np.float32)
    for top, bottom in colours.bands():
        away = colours.part(0, top, colours.width, bottom) - paper
        along = (away @ farthest / (farthest @ farthest)).clip(0, 1)
        ink[down + top : down + bottom, right : right + colours.width] = along
    return ink

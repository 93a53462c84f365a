"""Sheets: glyph images side by side, with a label for each row and each column, as one PNG."""

from __future__ import annotations

import io
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from fontgan.files import replacing
from fontgan.untrusted import printable

Font = ImageFont.ImageFont | ImageFont.FreeTypeFont

COLUMNS = 12
_MORE = "…"
_LEAST_CELL = 128  # pixels: smaller glyphs are enlarged, so that their pixels show
_GAP = 8
_MARGIN = 24
_WIDEST_TITLE, _WIDEST_LABEL = 1600, 320  # pixels: fonts may be called anything
_TEXT, _PALE, _PAPER, _FRAME, _NOTHING = 40, 150, 255, 224, 246  # greys


@dataclass(frozen=True)
class Row:
    """One row of a sheet: what it shows, and an image for each character, or None where there is none.

    An image is uint8 (size, size), 0 = ink, 255 = paper, or (size, size, 3) in colour.
    """

    label: str
    pictures: Sequence[np.ndarray | None]


def draw_sheet(title: str, labels: Sequence[str], rows: Sequence[Row], size: int) -> Image.Image:
    """A sheet with a column under each of the labels and the rows one above the other.

    More than `COLUMNS` characters continue below, in further bands of the same rows. A title or a label that
    is too long is shortened. The sheet is grey (mode L), or in colour (RGB) where an image is.
    """
    layout = _Layout(title, len(labels), [row.label for row in rows], size)
    image = Image.new("L", (layout.width, layout.height), _PAPER)
    coloured: list[tuple[tuple[int, int], np.ndarray]] = []
    draw = ImageDraw.Draw(image)
    draw.text((_MARGIN, _MARGIN), layout.title, fill=_TEXT, font=layout.title_font)
    for place, label in enumerate(labels):
        x, y = layout.corner(place, 0)
        above = (x + layout.cell / 2, y - _GAP)
        draw.text(above, label, fill=_PALE, font=layout.font, anchor="mb")
    for number, row in enumerate(rows):
        for place, picture in enumerate(row.pictures):
            x, y = layout.corner(place, number)
            if place % COLUMNS == 0:
                middle = (x - 2 * _GAP, y + layout.cell / 2)
                draw.text(middle, layout.labels[number], fill=_TEXT, font=layout.font, anchor="rm")
            grey = picture
            if picture is not None and picture.ndim == 3:
                coloured.append(((x, y), picture))
                grey = picture[..., 0]
            _draw_cell(image, draw, (x, y), grey, layout.cell)
    if coloured:
        image = image.convert("RGB")
    for corner, picture in coloured:
        image.paste(_enlarged(picture, layout.cell), corner)
    return image


def cut_rows(sheet: Image.Image, labels: Sequence[str], size: int) -> list[Image.Image]:
    """The rows of a sheet of up to `COLUMNS` characters; none of one that was not drawn with these labels."""
    layout = _Layout("", 1, labels, size)
    if sheet.height != layout.height or sheet.width < layout.width:
        return []
    corners = [layout.corner(0, number) for number in range(len(labels))]
    return [sheet.crop((x - 1, y - 1, sheet.width - _MARGIN + 1, y + layout.cell + 1)) for x, y in corners]


def content_rows(content: np.ndarray) -> list[Row]:
    """A row for each content font of images, uint8 (n, channels, size, size)."""
    channels = content.shape[1]
    names = ["content"] if channels == 1 else [f"content {number}" for number in range(1, channels + 1)]
    return [Row(name, list(content[:, channel])) for channel, name in enumerate(names)]


def as_png(image: Image.Image) -> bytes:
    """A picture as the bytes of a PNG, as notebooks show it."""
    output = io.BytesIO()
    image.save(output, format="PNG")
    return output.getvalue()


def save_sheet(path: Path, title: str, labels: Sequence[str], rows: Sequence[Row], size: int) -> None:
    """Draw a sheet and write it to `path`, a PNG, whole or not at all."""
    save_png(path, draw_sheet(title, labels, rows, size))


def save_png(path: Path, image: Image.Image) -> None:
    """Write a picture to `path`, whole or not at all."""
    with replacing(path) as beside:
        image.save(beside, format="PNG")  # `optimize` saves 2 % and takes three times as long


class _Layout:
    """The layout of a sheet, in pixels."""

    def __init__(self, title: str, count: int, labels: Sequence[str], size: int) -> None:
        self.font = ImageFont.load_default(15)
        self.title_font = ImageFont.load_default(19)
        self.title = _shortened(title, self.title_font, _WIDEST_TITLE)
        self.labels = [_shortened(label, self.font, _WIDEST_LABEL) for label in labels]
        self.cell = size * max(1, _LEAST_CELL // size)
        columns = min(count, COLUMNS)
        bands = -(-count // COLUMNS)
        self._left = _MARGIN + 2 * _GAP + round(max(self.font.getlength(label) for label in self.labels))
        self._top = _MARGIN + 32
        self._band = 32 + len(labels) * (self.cell + _GAP)
        right = max(
            self._left + columns * (self.cell + _GAP) - _GAP,
            _MARGIN + round(self.title_font.getlength(self.title)),
        )
        self.width = right + _MARGIN
        self.height = self._top + bands * self._band - _GAP + _MARGIN

    def corner(self, place: int, row: int) -> tuple[int, int]:
        """The top left of the cell of that character in that row."""
        band, column = divmod(place, COLUMNS)
        x = self._left + column * (self.cell + _GAP)
        return x, self._top + band * self._band + 32 + row * (self.cell + _GAP)


def _shortened(text: str, font: Font, most: int) -> str:
    """A text in one line of at most `most` pixels, with an ellipsis where its end is missing."""
    text = printable(text)
    if len(text) <= most and font.getlength(text) <= most:
        return text
    kept = (
        bisect_right(range(most), most, key=lambda count: math.ceil(font.getlength(text[:count] + _MORE))) - 1
    )
    return text[:kept] + _MORE


def _draw_cell(
    image: Image.Image,
    draw: ImageDraw.ImageDraw,
    corner: tuple[int, int],
    picture: np.ndarray | None,
    cell: int,
) -> None:
    x, y = corner
    frame = (x - 1, y - 1, x + cell, y + cell)
    if picture is None:
        draw.rectangle(frame, fill=_NOTHING, outline=_FRAME)
        middle = (x + cell / 2, y + cell / 2)
        draw.text(middle, "not in the font", fill=_PALE, font=ImageFont.load_default(13), anchor="mm")
        return
    draw.rectangle(frame, outline=_FRAME)
    image.paste(_enlarged(picture, cell), (x, y))


def _enlarged(picture: np.ndarray, cell: int) -> Image.Image:
    return Image.fromarray(picture).resize((cell, cell), Image.Resampling.NEAREST)

"""What a run drew on the way: the rows of its sample sheets, one below the other."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from PIL import Image

from fontgan.report.pictures import data_url
from fontgan.sheet import cut_rows

MOST_BYTES = 16 << 20  # of a sample sheet
MOST_PIXELS = 4096**2
_KEPT = 8  # sheets of a run
_SIZES = (128, 256)  # of glyph images on sheets, in pixels; smaller ones are enlarged

Strip = tuple[str, str]  # what it shows, and the address of the image


def spread_evenly(steps: Sequence[int]) -> list[int]:
    """The first, the last and some of the steps between."""
    count = min(_KEPT, len(steps))
    return [steps[round(place * (len(steps) - 1) / max(1, count - 1))] for place in range(count)]


def sample_strips(sheets: Mapping[int, bytes], contents: int, size: int) -> tuple[list[Strip], list[int]]:
    """The content, what was drawn after each step, and the true glyphs; and the steps whose sheet is damaged.

    A sheet that is laid out in another way is shown whole.

    Args:
        sheets: PNG files, by the step.
        contents: how many content fonts are on each.
        size: of the glyph images, in pixels.
    """
    names = ["content"] if contents == 1 else [f"content {number + 1}" for number in range(contents)]
    labels = [*names, "generated", "true"]
    strips: list[Strip] = []
    damaged: list[int] = []
    around: tuple[list[Strip], Strip] | None = None
    for step, content in sorted(sheets.items()):
        sheet = _read(content)
        if sheet is None:
            damaged.append(step)
            continue
        rows = cut_rows(sheet, labels, size)
        if not rows:
            strips.append((f"step {step:,}", data_url(sheet)))
            continue
        *before, drawn, true = rows
        strips.append((f"step {step:,}", data_url(drawn)))
        around = (
            [(name, data_url(row)) for name, row in zip(names, before, strict=True)],
            ("true", data_url(true)),
        )
    return (strips if around is None else [*around[0], *strips, around[1]]), damaged


def sheet_strips(sheet: bytes, labels: Sequence[str]) -> list[Strip]:
    """The rows of a sheet with these labels; the whole sheet where it is laid out in another way.

    Nothing of a file that is damaged.
    """
    image = _read(sheet)
    if image is None:
        return []
    for size in _SIZES:
        if rows := cut_rows(image, labels, size):
            return [(label, data_url(row)) for label, row in zip(labels, rows, strict=True)]
    return [("", data_url(image))]


def _read(content: bytes) -> Image.Image | None:
    """A sheet in grey; None of what is not one."""
    try:
        image = Image.open(io.BytesIO(content), formats=("PNG",))
        if image.width * image.height > MOST_PIXELS:
            return None
        return image.convert("L")
    except Exception:  # Pillow's decoders raise whatever the damage makes of them
        return None

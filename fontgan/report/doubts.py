"""Doubtful characters as files: a sheet on which what is wrong is coloured, and a list."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from PIL import Image

from fontgan.files import write_text
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.charset import code_point_name
from fontgan.judging.doubts import Doubt, Doubts
from fontgan.sheet import Row, draw_sheet, save_png
from fontgan.untrusted import printable

# Red and blue that people who confuse red and green tell apart: Okabe and Ito 2008, «Color Universal Design».
MISSING, EXTRA = (213, 94, 0), (0, 114, 178)
_STRENGTH = 0.65  # of the colour where it is certain that something is wrong
_HEADINGS = ("character", "code_point", "score", "read_as", "sureness", "reasons")


def save_doubts(folder: Path, doubts: Doubts) -> list[Path]:
    """Write the sheet of the most doubtful characters, a table of all, and a text of these characters.

    Without any, those of an earlier check are removed, but for an empty table. Returns what there is then.

    Args:
        folder: gets `sheet.png`, `doubtful.tsv` and `doubtful.txt`.
        doubts: what was found.

    Raises:
        FontganError: a file cannot be written.
    """
    sheet, table, text = (folder / name for name in ("sheet.png", "doubtful.tsv", "doubtful.txt"))
    write_text(table, doubtful_table(doubts))
    if not doubts.doubtful:
        for path in (sheet, text):
            path.unlink(missing_ok=True)
        return [table]
    write_text(text, "".join(chr(doubt.code) for doubt in doubts.doubtful) + "\n")
    save_png(sheet, doubts_sheet(doubts))
    return [sheet, table, text]


def doubtful_table(doubts: Doubts) -> str:
    """The doubtful characters with tabs between the columns, the most doubtful first, under a heading."""
    rows = [_cells(doubt) for doubt in doubts.doubtful]
    return "".join("\t".join(cells) + "\n" for cells in (_HEADINGS, *rows))


def doubts_sheet(doubts: Doubts) -> Image.Image:
    """Content glyphs, and below them what was drawn, with what is wrong in colour."""
    shown = [doubt for doubt in doubts.doubtful if doubt.code in doubts.images]
    title = f"{doubts.drawn_like}: {len(doubts.doubtful):,} of {len(doubts.codes):,} are doubtful"
    if len(shown) < len(doubts.doubtful):
        title += f", the first {len(shown)}"
    rows = [
        Row("content", [doubts.content[doubt.code] for doubt in shown]),
        Row(
            "drawn",
            [marked(doubts.images[each.code], each.missing, each.extra, doubts.canvas) for each in shown],
        ),
    ]
    labels = [code_point_name(doubt.code) for doubt in shown]
    return draw_sheet(f"{title}. Orange: ink missing. Blue: too much.", labels, rows, doubts.canvas.size)


def marked(image: np.ndarray, missing: np.ndarray, extra: np.ndarray, canvas: Canvas) -> np.ndarray:
    """A glyph image with what is wrong in colour: orange where ink is missing, blue where it is too much.

    Args:
        image: uint8 (size, size), 0 = ink, 255 = paper.
        missing: the probability that ink is missing in each cell of the em box, (16, 16).
        extra: the same for ink that should not be there.
        canvas: of the image.

    Returns:
        uint8 (size, size, 3).
    """
    result = np.repeat(image[..., None].astype(np.float32), 3, axis=2)
    for cells, colour in ((missing, MISSING), (extra, EXTRA)):
        strength = _STRENGTH * _spread(cells, canvas)[..., None]
        result += (np.array(colour, np.float32) - result) * strength
    return result.round().astype(np.uint8)


def _spread(cells: np.ndarray, canvas: Canvas) -> np.ndarray:
    """The cells of the em box as pixels of the canvas, (size, size)."""
    edge = round(canvas.margin * canvas.pixels_per_em)
    inner = canvas.size - 2 * edge
    picture = Image.fromarray(cells.astype(np.float32)).resize((inner, inner), Image.Resampling.BILINEAR)
    return np.pad(np.asarray(picture), edge)


def _cells(doubt: Doubt) -> tuple[str, ...]:
    score = f"{doubt.score:.2f}" if math.isfinite(doubt.score) else ""
    read, sureness = ("", "") if doubt.read_as is None else (chr(doubt.read_as), f"{doubt.sureness:.3f}")
    return printable(chr(doubt.code)), code_point_name(doubt.code), score, read, sureness, doubt.reasons

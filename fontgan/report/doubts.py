"""Doubtful characters as files: a sheet on which what is wrong is coloured, and a list."""

from __future__ import annotations

import math
from pathlib import Path

from PIL import Image

from fontgan.files import write_text
from fontgan.fonts.charset import code_point_name
from fontgan.judging.doubts import Doubt, Doubts
from fontgan.report.pictures import marked
from fontgan.sheet import Row, draw_sheet, save_png
from fontgan.untrusted import printable

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


def _cells(doubt: Doubt) -> tuple[str, ...]:
    score = f"{doubt.score:.2f}" if math.isfinite(doubt.score) else ""
    read, sureness = ("", "") if doubt.read_as is None else (chr(doubt.read_as), f"{doubt.sureness:.3f}")
    return printable(chr(doubt.code)), code_point_name(doubt.code), score, read, sureness, doubt.reasons

"""Generated characters as files."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from fontgan.fonts.charset import code_point_name
from fontgan.generation import Generated
from fontgan.report.sheet import Row, save_png, save_sheet


def save_generated(drawn: Generated, output: Path) -> list[Path]:
    """Write a sheet of all characters, and a PNG for each where `output` is no PNG itself.

    Returns what to look at: the sheet, and the folder of the single glyphs.
    """
    single = output.suffix.lower() == ".png"
    sheet = output if single else output / "sheet.png"
    record = drawn.record
    contents = " + ".join(content.family for content in record.contents)
    title = f"{record.model}: {contents} to {record.style.family}, {record.step:,} steps"
    rows = [
        Row("content", list(drawn.content)),
        Row("generated", list(drawn.pictures)),
        Row("true", drawn.truth),
    ]
    save_sheet(sheet, title, [_label(drawn, code) for code in drawn.codes], rows, record.size)
    if single:
        return [sheet]
    folder = output / "glyphs"
    for code, picture in zip(drawn.codes, drawn.pictures, strict=True):
        save_png(folder / f"{code_point_name(code)}.png", Image.fromarray(picture))
    return [sheet, folder]


def _label(drawn: Generated, code: int) -> str:
    """The code point, and whether the true glyph below was learnt from: what was is no proof of skill."""
    return code_point_name(code) + (" learnt" if code in drawn.learnt else "")

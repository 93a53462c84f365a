"""`fontgan render-dataset`: fonts into the glyph store."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fontgan.config import TrainingPlan

if TYPE_CHECKING:
    from rich.table import Table

    from fontgan.data.store import StoreRecord


def render_dataset_command(
    source: Annotated[
        str | None,
        typer.Option(
            metavar="FONT", help="The content font, which has all the characters. [default: Noto Sans SC]"
        ),
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FONT",
            help="A style font to learn; may be repeated. A face of a collection is FONT#2. "
            "[default: the two that come with fontgan]",
        ),
    ] = None,
    charset: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE|TEXT",
            help="Which characters: gb2312, gb2312-1, gb2312-2, a text file, or the characters themselves.",
        ),
    ] = "gb2312-1",
    size: Annotated[int, typer.Option(help="Pixels of an em: 64, 128 or 256.")] = 64,
    output: Annotated[Path, typer.Option(help="The glyph store to write.")] = TrainingPlan.data,
) -> None:
    """Render glyph pairs from font files into a dataset."""
    from fontgan.assets import CONTENT_FONT, STYLE_FONTS, bundled_font
    from fontgan.cli.console import Bar, messages
    from fontgan.data.render import render_dataset
    from fontgan.fonts.charset import parse_charset
    from fontgan.fonts.face import FontReference

    content = FontReference.parse(source or str(bundled_font(CONTENT_FONT)))
    styles = [FontReference.parse(font) for font in target or map(str, map(bundled_font, STYLE_FONTS))]
    codes = parse_charset(charset)
    with Bar("glyphs") as bar:
        record = render_dataset(content, styles, codes, size, output, bar)
    messages.print(_table(record, len(codes)))
    typer.echo(output)
    data = "" if output == TrainingPlan.data else f" --data {shlex.quote(str(output))}"
    messages.print(f"Next: fontgan train --model pix2pix{data}", style="bold")


def _table(record: StoreRecord, asked: int) -> Table:
    from rich.table import Table

    table = Table(title=f"{asked:,} characters at {record.size} px", title_justify="left")
    table.add_column("face")
    table.add_column("role")
    for title in ("drawn", "missing", "cut at the edge", "shift (em)"):
        table.add_column(title, justify="right")
    for face in record.faces:
        missing = asked - face.count
        table.add_row(
            face.key, face.role, f"{face.count:,}", f"{missing:,}", f"{face.cropped:,}", f"{face.shift:+.3f}"
        )
    return table

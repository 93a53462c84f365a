"""`fontgan render-dataset`: fonts into the glyph store."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fontgan.config.settings import TrainingPlan
from fontgan.fonts.charset import NAMED

if TYPE_CHECKING:
    from rich.table import Table

    from fontgan.data.record import StoreRecord


def render_dataset_command(
    source: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FONT",
            help="The content font, which has all the characters; may be repeated: the first that draws a "
            "character gives it. [default: Noto Sans SC]",
        ),
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FONT|DIR",
            help="A style font to learn, a folder of fonts, or one of glyph pictures (永.png, U+6C38.png); "
            "may be repeated. A face of a collection is FONT#2, a place in a variable font FONT@wght=700. "
            "[default: the two that come with fontgan]",
        ),
    ] = None,
    charset: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE|TEXT",
            help=f"Which characters: a text file, the characters themselves, or one or more, with commas, "
            f"of {', '.join(NAMED)}.",
        ),
    ] = "gb2312-1",
    size: Annotated[int, typer.Option(help="Pixels of an em: 64, 128 or 256.")] = 64,
    output: Annotated[Path, typer.Option(help="The glyph store to write.")] = TrainingPlan.data,
    jobs: Annotated[
        int | None, typer.Option(min=1, max=256, help="Threads that draw. [default: one a core]")
    ] = None,
) -> None:
    """Render glyph pairs from font files into a dataset. Broken off, the same command again goes on."""
    from fontgan.assets import CONTENT_FONT, STYLE_FONTS, bundled_font
    from fontgan.cli.console import Bar, messages
    from fontgan.data.render import render_dataset
    from fontgan.fonts.charset import parse_charset
    from fontgan.fonts.location import FontLocation

    contents = [FontLocation.parse(font) for font in source or [str(bundled_font(CONTENT_FONT))]]
    styles = [FontLocation.parse(font) for font in target or map(str, map(bundled_font, STYLE_FONTS))]
    codes = parse_charset(charset)
    try:
        with Bar("glyphs") as bar:
            rendered = render_dataset(contents, styles, codes, size, output, bar, jobs or _cores())
    except KeyboardInterrupt:
        messages.print("The same command again goes on with the fonts that are not done yet.")
        raise
    for note in rendered.notes:
        messages.print(note, style="yellow")
    messages.print(_table(rendered.record, len(codes)))
    typer.echo(output)
    data = "" if output == TrainingPlan.data else f" --data {shlex.quote(str(output))}"
    messages.print(f"Next: fontgan train --model pix2pix{data}", style="bold")


def _cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _table(record: StoreRecord, asked: int) -> Table:
    from rich.table import Table

    table = Table(title=f"{asked:,} characters at {record.size} px", title_justify="left")
    table.add_column("face", no_wrap=True)
    table.add_column("role")
    for title in ("drawn", "missing", "at the edge", "shift (em)"):
        table.add_column(title, justify="right")
    for face in record.faces:
        missing = asked - face.count
        table.add_row(
            face.key, face.role, f"{face.count:,}", f"{missing:,}", f"{face.cropped:,}", f"{face.shift:+.3f}"
        )
    return table

"""`fontgan render-dataset`: fonts into a dataset, or more fonts into one that is there."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fontgan.compute.launch import usable_cores
from fontgan.config.settings import TrainingPlan
from fontgan.fonts.charset import NAMED

if TYPE_CHECKING:
    from fontgan.data.render import Rendered
    from fontgan.fonts.location import FontLocation

_CHARSET = "gb2312-1"
_SIZE = 128
_MARGIN = 0.0


def render_dataset_command(
    source: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FONT",
            help="Content font, which has all the characters; may be repeated: each character then comes "
            "from the first font that has it, unless `train` says otherwise. [default: Noto Sans SC]",
        ),
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FONT|DIR",
            help="Style font to learn, folder of fonts, or folder of glyph pictures (永.png, U+6C38.png); "
            "may be repeated. FONT#2 is a face of a collection, FONT@wght=700 an instance of a variable "
            "font. [default: the two that come with fontgan]",
        ),
    ] = None,
    add: Annotated[
        bool,
        typer.Option(
            "--add",
            help="Add the fonts to the dataset at --output, with its image size, margin and characters.",
        ),
    ] = False,
    charset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE|TEXT",
            help="Characters to render: a text file, the characters themselves, or names of sets separated "
            f"by commas: {', '.join(NAMED)}. [default: {_CHARSET}, or with --add those of the dataset]",
        ),
    ] = None,
    size: Annotated[
        int | None, typer.Option(help=f"Image size in pixels: 64, 128 or 256. [default: {_SIZE}]")
    ] = None,
    margin: Annotated[
        float | None,
        typer.Option(
            metavar="EM",
            help="Margin around the em box, 0 to 0.5 em, which keeps strokes, descenders and accents that "
            f"reach beyond it, and makes all glyphs smaller. [default: {_MARGIN:g}]",
        ),
    ] = None,
    output: Annotated[Path, typer.Option(help="Dataset to write.")] = TrainingPlan.data,
    jobs: Annotated[
        int | None, typer.Option(min=1, max=256, help="Number of rendering threads. [default: one per core]")
    ] = None,
) -> None:
    """Render font files into a dataset.

    The dataset holds the characters of --charset as images, in each content font and each style font. If
    interrupted, repeat the command to continue.
    """
    from fontgan.assets import CONTENT_FONT, STYLE_FONTS
    from fontgan.cli.console import Bar, echo, messages
    from fontgan.data.render import add_faces, render_dataset
    from fontgan.fonts.charset import parse_charset

    threads = jobs or usable_cores()
    try:
        with Bar("glyphs") as bar:
            if add:
                codes = None if charset is None else parse_charset(charset)
                rendered = add_faces(
                    _fonts(source), _fonts(target), output, codes, bar, threads, size, margin
                )
            else:
                rendered = render_dataset(
                    _fonts(source, CONTENT_FONT),
                    _fonts(target, *STYLE_FONTS),
                    parse_charset(_CHARSET if charset is None else charset),
                    _SIZE if size is None else size,
                    output,
                    bar,
                    threads,
                    _MARGIN if margin is None else margin,
                )
    except KeyboardInterrupt:
        messages.print("Repeat the command to continue with the remaining fonts.")
        raise
    for note in rendered.notes:
        messages.print(note, style="yellow")
    _show(rendered)
    echo(output)
    data = "" if output == TrainingPlan.data else f" --data {shlex.quote(str(output))}"
    messages.print(f"Next: fontgan train --model pix2pix{data}", style="bold", soft_wrap=True)


def _fonts(named: list[str] | None, *usual: str) -> list[FontLocation]:
    """The fonts that were named, or else those that come with fontgan."""
    from fontgan.assets import bundled_font
    from fontgan.fonts.location import FontLocation

    return [FontLocation.parse(font) for font in named or [str(bundled_font(name)) for name in usual]]


def _show(rendered: Rendered) -> None:
    from fontgan.cli.console import messages, show_rows

    record, asked = rendered.record, len(rendered.codes)
    margin = f" with a margin of {record.canvas.margin:g} em" if record.canvas.margin else ""
    title = f"{asked:,} character{'s' * (asked != 1)} at {record.size} px{margin}"
    rows = []
    for face in record.faces:
        role = "content" if face.key in record.contents else "style"
        counts = (f"{count:,}" for count in (face.count, asked - face.count, face.cropped))
        rows.append([face.key, role, *counts, f"{face.shift:+.3f}"])
    show_rows(
        messages, title, ("face", "role", "drawn", "missing", "at the edge", "shift (em)"), rows, names=2
    )

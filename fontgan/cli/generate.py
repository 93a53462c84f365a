"""`fontgan generate`: a trained run and characters into pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fontgan.compute.launch import first_process
from fontgan.config.settings import Cleaning, DeviceChoice
from fontgan.errors import FontganError

if TYPE_CHECKING:
    from fontgan.drawing.generate import Manner

# The first sentence of 蘭亭集序 (353), in simplified characters: it begins with 永和.
_EXAMPLE = "永和九年岁在癸丑暮春之初会于会稽山阴之兰亭"

_OTHER_PICTURES = {".bmp", ".gif", ".jpeg", ".jpg", ".pdf", ".svg", ".tif", ".tiff", ".webp"}


def generate_command(
    chars: Annotated[
        str,
        typer.Option(
            metavar="TEXT|FILE|NAME",
            help="The characters: a text, a text file, a set's name (as for render-dataset), or "
            "missing:NAME, what the style font lacks of a set.",
        ),
    ] = _EXAMPLE,
    checkpoint: Annotated[
        Path | None, typer.Option(metavar="RUN|FILE", help="What was trained. [default: the newest run]")
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FONT",
            help="The font to draw from, where it is no longer where the training found it; may be repeated.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR|FILE.png",
            help="A folder for the sheet and the single glyphs, or a PNG for the sheet alone. "
            "[default: generated/RUN, and the style, reference, way or cleaning that was asked for]",
        ),
    ] = None,
    style: Annotated[
        str | None,
        typer.Option(metavar="FACE", help="Which of the styles that were learnt. [default: the first]"),
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            metavar="FONT|DIR",
            help="A font or glyph pictures in another style, for a model that draws from references (wnet).",
        ),
    ] = None,
    backward: Annotated[
        bool,
        typer.Option("--backward", help="From the style to the content's font, for a model of both ways."),
    ] = False,
    cleaning: Annotated[
        Cleaning, typer.Option("--clean", help="What is done to the pictures: median, opening or levels.")
    ] = "none",
    device: Annotated[DeviceChoice, typer.Option(help="What computes.")] = "auto",
) -> None:
    """Draw characters in the style that was learnt: a sheet, and one picture for each.

    Under torchrun, several processes share the characters.
    """
    from fontgan.cli.console import Bar, messages
    from fontgan.fonts.charset import describe_characters, parse_charset
    from fontgan.fonts.location import FontLocation

    sources = [FontLocation.parse(font) for font in source or []]
    with messages.status("loading torch"):
        from fontgan.compute.choosing import choose_engine, prepare_process
        from fontgan.drawing.generate import Manner, generate, style_draws
        from fontgan.report.glyphs import save_generated
        from fontgan.runs.checkpoint import find_checkpoint, run_name

    found = find_checkpoint(checkpoint, Path("runs"))
    messages.print(f"from {found}")
    shown = None if reference is None else FontLocation.parse(reference)
    manner = Manner(style, shown, backward, cleaning)
    codes = parse_charset(chars, style_draws(found, manner))
    target = output or Path("generated") / "-".join((run_name(found), *_words(manner)))
    _check_output(target)
    prepare_process(choose_engine(device))
    with Bar("characters") as bar:
        drawn = generate(found, codes, sources, device, bar, manner)
    for note in drawn.notes:
        messages.print(f"note: {note}", style="yellow")
    if drawn.lacking:
        lacking = describe_characters(drawn.lacking)
        messages.print(f"left out: the font to draw from does not have {lacking}", style="yellow")
    if first_process():
        for path in save_generated(drawn, target):
            typer.echo(path)


def _words(manner: Manner) -> list[str]:
    """What tells the drawings of one manner from those of another, so that they get folders of their own."""
    reference = manner.reference.path.stem if manner.reference else None
    back = "backward" if manner.backward else None
    cleaning = None if manner.cleaning == "none" else manner.cleaning
    return [word for word in (manner.style, reference, back, cleaning) if word]


def _check_output(target: Path) -> None:
    """Refuse what cannot be written before the characters are drawn, not after."""
    if target.suffix.lower() == ".png":
        if target.is_dir():
            raise FontganError(f"{target} is a folder and no picture: name another --output")
    elif target.suffix.lower() in _OTHER_PICTURES:
        raise FontganError(f"sheets are PNG files: name {target.with_suffix('.png')}, or a folder")
    elif target.exists() and not target.is_dir():
        raise FontganError(f"{target} is a file and no folder: name another --output")

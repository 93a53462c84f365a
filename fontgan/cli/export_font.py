"""`fontgan export-font`: drawn characters as a font to install, or merged into a font."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from fontgan.cli.drawing_options import (
    CheckpointOption,
    CleaningOption,
    DeviceOption,
    SourcesOption,
    StyleOption,
    show_characters,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fontgan.building.changes import TableChange

Format = Literal["ttf", "otf", "woff", "woff2"]


def export_font_command(
    checkpoint: CheckpointOption = None,
    chars: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT|FILE|NAME",
            help="Characters to draw, as for generate. [default: gb2312; with --merge, those of it that the "
            "font lacks]",
        ),
    ] = None,
    merge: Annotated[
        str | None,
        typer.Option(metavar="FONT", help="Font to add the characters to; all that it has stays as it is."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace characters that the font of --merge has.")
    ] = False,
    family: Annotated[
        str | None,
        typer.Option(
            help="Family name in Latin letters. [default: the run's name, or that of the font of --merge]"
        ),
    ] = None,
    family_zh: Annotated[
        str, typer.Option("--family-zh", metavar="NAME", help="Family name in Chinese.")
    ] = "",
    kind: Annotated[
        Format | None,
        typer.Option("--format", help="Format of a new font. [default: that of --output, or ttf]"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Font file to write. [default: one in fonts/]"),
    ] = None,
    ufo: Annotated[
        bool, typer.Option("--ufo", help="Write a UFO beside the font, to edit: outlines over their images.")
    ] = False,
    copied: Annotated[
        str,
        typer.Option(
            "--copy",
            metavar="TEXT|FILE|NAME",
            help="Characters to copy from the first content font, such as cjk-punctuation; its licence "
            "then holds for the new font.",
        ),
    ] = "",
    omit_doubtful: Annotated[
        bool,
        typer.Option("--omit-doubtful", help="Omit characters that the list of doubtful ones has."),
    ] = False,
    no_check: Annotated[
        bool,
        typer.Option("--no-check", help="Omit the check of strokes, which `fontgan check` does alone."),
    ] = False,
    source: SourcesOption = None,
    style: StyleOption = None,
    cleaning: CleaningOption = "none",
    permitted: Annotated[
        bool,
        typer.Option(
            "--permitted", help="State that the owners of all fonts permit what their licences do not."
        ),
    ] = False,
    device: DeviceOption = "auto",
) -> None:
    """Make a font of the characters that a run draws, or add them to a font.

    Each drawn image becomes an outline. Characters whose strokes are doubtful, or whose outlines do not match
    their images well, are listed in a file beside the font: look at them, or omit them. Blank images and
    noise get no character.
    """
    from fontgan.cli.console import Bar, echo, messages, show_notes
    from fontgan.compute.launch import usable_cores
    from fontgan.fonts.charset import parse_charset
    from fontgan.fonts.location import FontLocation

    with messages.status("loading torch"):
        from fontgan.compute.choosing import choose_engine, prepare_process
        from fontgan.drawing.drawer import Drawer
        from fontgan.export.making import draw_font
        from fontgan.export.wanted import Wanted

    prepare_process(choose_engine(device))
    drawer = Drawer(checkpoint, style, None, source or (), device=device)
    messages.print(f"drawing with {drawer.weights}")
    wanted = Wanted(
        family=family or ("" if merge else drawer.name),
        family_zh=family_zh,
        output=output,
        kind=kind or "",
        merge=FontLocation.parse(merge) if merge else None,
        replace=replace,
        copied=parse_charset(copied) if copied else (),
        permitted=permitted,
        ufo=ufo,
        omit_doubtful=omit_doubtful,
    )
    show_notes(drawer.notes)
    with Bar("characters") as bar:
        made = draw_font(drawer, wanted, chars, cleaning, bar, usable_cores(), not no_check)
    show_characters("omitted: the content font does not have", made.lacking)
    without = "the image is blank or noise"
    if omit_doubtful:
        without = "no outline, or doubtful"
    show_characters(f"omitted: {without}:", made.untraced)
    show_characters("kept: the font has", made.kept)
    why = "the outline" if no_check else "the strokes or the outline"
    show_characters(f"to look at: {why} may be wrong of", made.doubtful)
    show_notes(made.notes)
    _show_tables(made.tables)
    for line in made.licences:
        messages.print(line, soft_wrap=True)
    messages.print(f"{made.added:,} new character{'s' * (made.added != 1)} in the font")
    for path in made.paths:
        echo(path)


def _show_tables(tables: Sequence[TableChange]) -> None:
    """What became of the tables of a font that was extended."""
    from fontgan.cli.console import messages

    same = [change.tag.strip() for change in tables if change.state == "same"]
    if same:
        messages.print(f"the same bytes as before: {', '.join(same)}", soft_wrap=True)
    for change in tables:
        if change.state != "same":
            messages.print(str(change), soft_wrap=True)

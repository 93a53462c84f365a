"""`fontgan check`: which drawn characters are doubtful."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    from fontgan.judging.doubts import Doubts

_LISTED = 20  # characters on the terminal


def check_command(
    checkpoint: CheckpointOption = None,
    chars: Annotated[
        str,
        typer.Option(
            metavar="TEXT|FILE|NAME",
            help="Characters to draw and check, as for generate; missing:gb2312 for those that the style "
            "font lacks.",
        ),
    ] = "gb2312-1",
    source: SourcesOption = None,
    style: StyleOption = None,
    cleaning: CleaningOption = "none",
    false_alarms: Annotated[
        float,
        typer.Option(
            metavar="PERCENT",
            help="Share of the style font's own glyphs that would be doubtful too: less finds fewer.",
        ),
    ] = 5.0,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder for the sheet and the lists. [default: checked/RUN, plus the style or cleaning]",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    device: DeviceOption = "auto",
) -> None:
    """Find the characters to draw again.

    Each drawn character is compared with its content glyph and read by a recogniser; no true glyph is needed.
    The doubtful ones are listed, the most doubtful first, with the reason, and shown on a sheet: orange where
    ink is missing, blue where there is too much.
    """
    from fontgan.cli.console import Bar, echo, messages, print_json, show_notes
    from fontgan.cli.outputs import check_folder, folder_of
    from fontgan.compute.launch import first_process
    from fontgan.fonts.charset import parse_charset

    with messages.status("loading torch"):
        from fontgan.compute.choosing import choose_engine, prepare_process
        from fontgan.drawing.drawer import Drawer
        from fontgan.judging.doubts import check
        from fontgan.report.doubts import save_doubts

    if output is not None:
        check_folder(output)
    prepare_process(choose_engine(device))
    drawer = Drawer(checkpoint, style, None, source or (), device=device)
    messages.print(f"drawing with {drawer.weights}")
    target = output or folder_of("checked", drawer.name, style, cleaning)
    check_folder(target)
    codes = parse_charset(chars, drawer.style_draws)
    with Bar("characters") as bar:
        doubts = check(drawer, codes, false_alarms, cleaning, bar)
    show_notes((*drawer.notes, *doubts.notes))
    show_characters("omitted: the content font does not have", doubts.lacking)
    if not first_process():
        return
    paths = save_doubts(target, doubts)
    if as_json:
        print_json(doubts.to_json() | {"files": paths})
        return
    _show(doubts)
    for path in paths:
        echo(path)


def _show(doubts: Doubts) -> None:
    """The most doubtful characters, and how strict the check was."""
    from fontgan.cli.console import messages, show_rows
    from fontgan.fonts.charset import code_point_name

    title = f"{len(doubts.doubtful):,} of {len(doubts.codes):,} characters are doubtful"
    if doubts.false_alarms is not None:
        title += (
            f"; so would be {doubts.false_alarms:g} % of {doubts.own} glyphs of {doubts.drawn_like} itself"
        )
    rows = [
        [f"{chr(doubt.code)} {code_point_name(doubt.code)}", doubt.reasons]
        for doubt in doubts.doubtful[:_LISTED]
    ]
    if not rows:
        messages.print(title)
        return
    show_rows(messages, title, ["character", "why"], rows, names=2)
    if len(doubts.doubtful) > _LISTED:
        messages.print(f"and {len(doubts.doubtful) - _LISTED:,} more in the list")

"""What every command has that draws with a run: its options, and a line on some of its characters."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from fontgan.config.settings import Cleaning, DeviceChoice

CheckpointOption = Annotated[
    Path | None,
    typer.Option(metavar="RUN|FILE", help="Run or checkpoint to draw with. [default: the newest run]"),
]
SourcesOption = Annotated[
    list[str] | None,
    typer.Option(metavar="FONT", help="Content font to use if the original has moved; may be repeated."),
]
StyleOption = Annotated[
    str | None, typer.Option(metavar="FACE", help="Learnt style to draw. [default: the first]")
]
CleaningOption = Annotated[
    Cleaning, typer.Option("--clean", help="Filter to clean the images with: median, opening or levels.")
]
DeviceOption = Annotated[DeviceChoice, typer.Option(help="Device to compute on.")]


def show_characters(what: str, codes: Collection[int]) -> None:
    """Print a message with its characters, if there are any."""
    from fontgan.cli.console import messages
    from fontgan.fonts.charset import describe_characters

    if codes:
        messages.print(f"{what} {describe_characters(codes)}", style="yellow")

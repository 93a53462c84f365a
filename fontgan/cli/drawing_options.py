"""The options that every command has which draws with a run."""

from __future__ import annotations

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

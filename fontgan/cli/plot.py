"""`fontgan plot`: the curves of runs as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fontgan.errors import FontganError
from fontgan.report.curves import Against


def plot_command(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN…", help="Folders of runs, drawn together.")],
    output: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="The picture. [default: plots/RUNS.png]")
    ] = None,
    against: Annotated[Against, typer.Option(help="What runs along the bottom.")] = "step",
) -> None:
    """Draw losses, measures on held-out characters and speed of one or several runs into one picture."""
    from fontgan.report.curves import save_curves
    from fontgan.runs.log import read_curves

    if output is not None and output.suffix.lower() != ".png":
        raise FontganError(f"curves are PNG files: name {output.with_suffix('.png')}")
    curves = [read_curves(run) for run in dict.fromkeys(runs)]
    picture = output or Path("plots") / f"{'+'.join(run.run for run in curves)}.png"
    save_curves(picture, curves, against)
    typer.echo(picture)

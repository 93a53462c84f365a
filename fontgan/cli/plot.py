"""`fontgan plot`: the curves of runs as an image."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fontgan.errors import FontganError
from fontgan.report.curves import Against


def plot_command(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN…", help="Runs to compare.")],
    output: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Image to write. [default: plots/RUNS.png]")
    ] = None,
    against: Annotated[Against, typer.Option(help="Quantity on the x-axis.")] = "step",
) -> None:
    """Plot the curves of one or more runs.

    They show the measures on held-out characters, the losses and the speed.
    """
    from fontgan.cli.console import echo
    from fontgan.report.curves import save_curves
    from fontgan.runs.folder import Run

    if output is not None and output.suffix.lower() != ".png":
        raise FontganError("curves are PNG files", "name {png}", png=output.with_suffix(".png"))
    curves = [Run(run).log.curves for run in dict.fromkeys(runs)]
    picture = output or Path("plots") / f"{'+'.join(run.run for run in curves)}.png"
    save_curves(picture, curves, against)
    echo(picture)

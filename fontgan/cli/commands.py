"""The subcommands, assembled, and what applies to all of them.

Printing help must be quick: whatever needs torch is imported inside the commands.
"""

from __future__ import annotations

from typing import Annotated

import typer

from fontgan.cli.check import check_command
from fontgan.cli.compare import compare_command
from fontgan.cli.evaluate import evaluate_command
from fontgan.cli.export_font import export_font_command
from fontgan.cli.generate import generate_command
from fontgan.cli.inspect import inspect_command
from fontgan.cli.models import models_command
from fontgan.cli.plot import plot_command
from fontgan.cli.render_dataset import render_dataset_command
from fontgan.cli.report import report_command
from fontgan.cli.train import train_command

app = typer.Typer(
    name="fontgan",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # Rich's help takes three times as long to print as this one
    context_settings={"help_option_names": ["-h", "--help"]},
)
# In the order in which a person needs them.
app.command("render-dataset")(render_dataset_command)
app.command("train")(train_command)
app.command("generate")(generate_command)
app.command("check")(check_command)
app.command("evaluate")(evaluate_command)
app.command("export-font")(export_font_command)
app.command("report")(report_command)
app.command("compare")(compare_command)
app.command("plot")(plot_command)
app.command("models")(models_command)
app.command("inspect")(inspect_command)


def _show_version(wanted: bool) -> None:
    if wanted:
        import importlib.metadata

        typer.echo(f"fontgan {importlib.metadata.version('fontgan')}")
        raise typer.Exit


@app.callback()
def options(
    traceback: Annotated[
        bool, typer.Option("--traceback", help="Print the full traceback of an error.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Learn a font from some of its characters, and draw the rest.

    fontgan runs on your own machine: font files in, images of characters and fonts out. Three commands, in
    this order, each of which also works without options, on the fonts that come with fontgan:

    \b
    fontgan render-dataset   render font files into a dataset
    fontgan train            train a model on the dataset
    fontgan generate         draw characters in the learnt style

    `fontgan check` lists the characters to draw again, and `fontgan export-font` makes a font of all that is
    drawn, or adds it to yours. `fontgan COMMAND --help` explains each. To check a font first, run
    `fontgan inspect FONT`.
    """  # noqa: D301 (click reads the \b)

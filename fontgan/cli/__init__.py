"""The command line: one file per subcommand, and this one, which assembles them.

A command reads its options, makes one call into the library, and shows the result. Printing
help must be quick: whatever needs torch is imported inside the commands.
"""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer

from fontgan.cli.generate import generate_command
from fontgan.cli.inspect import inspect_command
from fontgan.cli.models import models_command
from fontgan.cli.plot import plot_command
from fontgan.cli.render_dataset import render_dataset_command
from fontgan.cli.train import train_command
from fontgan.compute.launch import end_process, process_count
from fontgan.errors import FontganError, joined

_BROKEN_OFF = 130  # the exit status after Ctrl-C: 128 and the number of the signal

app = typer.Typer(
    name="fontgan",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # Rich's help takes three times as long to print as this one
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("render-dataset")(render_dataset_command)
app.command("train")(train_command)
app.command("generate")(generate_command)
app.command("plot")(plot_command)
app.command("models")(models_command)
app.command("inspect")(inspect_command)


def _show_version(wanted: bool) -> None:
    if wanted:
        import importlib.metadata

        print(f"fontgan {importlib.metadata.version('fontgan')}")
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

    fontgan runs on your own machine: font files in, images of characters out. Three commands, in this
    order, each of which also works without options, on the fonts that come with fontgan:

    \b
    fontgan render-dataset   render font files into a dataset
    fontgan train            train a model on the dataset
    fontgan generate         draw characters in the learnt style

    `fontgan COMMAND --help` explains each. To check a font first, run `fontgan inspect FONT`.
    """  # noqa: D301 (click reads the \b)


def main() -> None:
    """Run the command that was typed; a mistake of the user ends it with one line and status 1."""
    try:
        app()
    except FontganError as error:
        if "--traceback" in sys.argv:
            raise
        print(f"error: {joined(error.problem, error.spell(_typed))}", file=sys.stderr)
        _end(1)
    except SystemExit as ended:
        if ended.code == _BROKEN_OFF:
            print("interrupted: existing files were left unchanged", file=sys.stderr)
        _end(ended.code if isinstance(ended.code, int) else int(ended.code is not None))


def _typed(name: str) -> str:
    """How a parameter or a call that a remedy names is typed on the command line."""
    if name in ("render_dataset", "train", "generate", "inspect"):
        return f"`fontgan {name.replace('_', '-')}`"
    return f"--{name.replace('_', '-')}"


def _end(status: int) -> NoReturn:
    """Exit with this status; at once if this is one of several processes."""
    if process_count() > 1:
        end_process(status)
    sys.exit(status)

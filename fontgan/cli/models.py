"""`fontgan models`: which models and presets there are, what they are for, and what they cost."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from fontgan.models.catalogue import Entry

_SECONDS = 2.0  # for which each preset is trained to measure its speed


def models_command(
    size: Annotated[int, typer.Option(help="Image size in pixels: 64, 128 or 256.", min=1)] = 128,
    measure: Annotated[
        bool,
        typer.Option(
            "--measure", help="Train each preset for two seconds to measure its speed on this machine."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """List all models and presets.

    For each: what it is for, what data it learns from, its size, its cost and its loss.
    """
    from fontgan.cli.console import Bar, messages, print_json, results, several_lines

    with messages.status("loading torch"):
        from fontgan.models.catalogue import catalogue

    if measure:
        with Bar("presets") as bar:
            entries = catalogue(size, _SECONDS, bar)
    else:
        entries = catalogue(size)
    if as_json:
        from dataclasses import asdict

        print_json([asdict(entry) for entry in entries])
        return
    results.print(_row("preset", "weights", "a glyph", "images/s" if measure else "", "loss"), style="bold")
    for name, group in groupby(entries, lambda entry: entry.model):
        presets = list(group)
        results.print()
        results.print(_about(name, presets[0]))
        for entry in presets:
            results.print(_preset(entry, measure))
    results.print()
    results.print(several_lines(_caption(size, measure), style="dim"))


def _about(name: str, model: Entry) -> Table:
    """What a model is, what it is for, what it learns from, and who published it."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(width=11, no_wrap=True)
    table.add_column()
    data = "paired" if model.paired else "unpaired"
    styles = "many styles" if model.many_styles else "one style"
    table.add_row(Text(name, style="bold"), model.summary)
    table.add_row("", model.purpose)
    table.add_row("", f"{data}, {styles} · {model.source}")
    return table


def _preset(entry: Entry, measured: bool) -> Table:
    from fontgan.networks.counting import in_short

    seen = entry.images_per_second or 0
    speed = f"{seen:,.{0 if seen >= 10 else 1}f}" if measured else ""
    return _row(f"  {entry.preset}", in_short(entry.parameters), in_short(entry.flops), speed, entry.loss)


def _row(preset: str, weights: str, flops: str, speed: str, loss: str) -> Table:
    """One line of the table; the columns have the same width in each."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(width=11, no_wrap=True)
    for cell in (weights, flops, speed):
        if cell:
            table.add_column(width=8, justify="right", no_wrap=True)
    table.add_column()
    table.add_row(preset, *filter(None, (weights, flops, speed)), loss)
    return table


def _caption(size: int, measured: bool) -> list[str]:
    """What the columns are, in lines."""
    lines = [
        "For each model: what it is, what it is for, what data it learns from, and its source.",
        "default: tuned for minutes on a CPU; paper: as published.",
        f"weights: the generator's; a glyph: FLOPs for one {size}-px glyph; loss: the generator's.",
    ]
    if measured:
        lines.append("images/s: glyphs per second in training, on this machine.")
    else:
        lines.append("To measure the speed of each on this machine: fontgan models --measure")
    return lines

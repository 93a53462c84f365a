"""`fontgan evaluate`: measure what a run draws of characters that it has not learnt."""

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
)
from fontgan.cli.outputs import check_folder, folder_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fontgan.judging.evaluation import Evaluation
    from fontgan.measures.table import Measure

_IN_BRIEF = (
    "model: what the run draws: its mean, and what 10, 50 and 90 % of the characters do not exceed · copy: "
    "the content glyph itself · nearest: the learnt glyph of the character that looks most alike in the "
    "content font · style: the true glyph"
)


def evaluate_command(
    checkpoint: CheckpointOption = None,
    chars: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT|FILE|NAME",
            help="Characters to measure, as for generate; those that training learnt from are omitted. "
            "[default: the run's test characters; with --truth, those of gb2312-1 that the style font lacks]",
        ),
    ] = None,
    truth: Annotated[
        str | None,
        typer.Option(
            metavar="FONT",
            help="Font that has the true glyphs of characters which the style font, a part of it, lacks.",
        ),
    ] = None,
    source: SourcesOption = None,
    style: StyleOption = None,
    cleaning: CleaningOption = "none",
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder for the figures and for sheets of the best, the median and the worst characters. "
            "[default: evaluated/RUN, plus the style or cleaning]",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    device: DeviceOption = "auto",
) -> None:
    """Measure how near drawn characters are to the true ones.

    All measures are printed beside those of the content glyph, of the nearest learnt glyph and of the true
    glyph itself. Only characters that training has not learnt from are measured.
    """
    from fontgan.cli.console import Bar, echo, messages, print_json, show_notes
    from fontgan.compute.launch import first_process
    from fontgan.fonts.charset import parse_charset
    from fontgan.fonts.location import FontLocation

    if output is not None:
        check_folder(output)
    with messages.status("loading torch"):
        from fontgan.compute.choosing import choose_engine, prepare_process
        from fontgan.drawing.drawer import Drawer
        from fontgan.judging.evaluation import evaluate
        from fontgan.report.evaluation import save_evaluation

    prepare_process(choose_engine(device))
    drawer = Drawer(checkpoint, style, None, source or (), device=device)
    messages.print(f"measuring {drawer.weights}")
    target = output or folder_of("evaluated", drawer.name, style, cleaning)
    check_folder(target)
    codes = None if chars is None else parse_charset(chars, drawer.style_draws)
    whole = None if truth is None else FontLocation.parse(truth)
    with Bar("characters") as bar:
        found = evaluate(drawer, codes, bar, truth=whole, cleaning=cleaning)
    show_notes(found.notes)
    if not first_process():
        return
    paths = save_evaluation(found, target)
    if as_json:
        print_json(found.to_json() | {"files": paths})
        return
    _show(found)
    for path in paths:
        echo(path)


def _show(found: Evaluation) -> None:
    """The means of all sides, of the model with its percentiles."""
    from fontgan.cli.console import messages
    from fontgan.measures.table import FURTHER, OF_SETS, TABLE

    _print_table(found, f"{found.name}: {len(found):,} characters", (*TABLE, *FURTHER))
    _print_table(found, "all characters together", OF_SETS)
    messages.print(_IN_BRIEF, style="dim")


def _print_table(found: Evaluation, title: str, measures: Iterable[Measure]) -> None:
    """Rows of measures; narrow enough for 80 columns."""
    from rich import box
    from rich.table import Table

    from fontgan.cli.console import results

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("", no_wrap=True)
    model, *others = found.sides
    for heading in (model, "10 %", "50 %", "90 %", *others):
        table.add_column(heading, justify="right", no_wrap=True)
    for measure in measures:
        table.add_row(measure.heading, *_cells(found, measure))
    results.print(title, style="italic", soft_wrap=True)
    results.print(table)


def _cells(found: Evaluation, measure: Measure) -> list[str]:
    """Of the model the mean and its percentiles, of the others the means."""
    means = [
        side.whole[measure.name] if measure.name in side.whole else side.mean(measure.name)
        for side in found.sides.values()
    ]
    model, *others = map(measure.text, means)
    of_model = found.sides["model"]
    spread = ("", "", "")
    if measure.name in of_model.values:
        low, middle, high = map(measure.text, of_model.percentiles(measure.name))
        spread = (low, middle, high)
    return [model, *spread, *others]

"""`fontgan compare`: several models, settings or runs beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fontgan.config.settings import DeviceChoice, TrainingPlan
from fontgan.errors import FontganError
from fontgan.models import model_names

if TYPE_CHECKING:
    from fontgan.comparison.planning import Planned

_OF_RUNS = {"runs", "styles", "device", "jobs", "output", "as_json"}  # the options for finished runs


def compare_command(
    context: typer.Context,
    runs: Annotated[
        list[Path] | None,
        typer.Argument(metavar="RUN…", help="Finished runs to compare, instead of training."),
    ] = None,
    models: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            metavar="NAME",
            help=f"Model to train: all, {', '.join(model_names())}; may be repeated.",
        ),
    ] = None,
    presets: Annotated[
        list[str] | None,
        typer.Option(
            "--preset", metavar="NAME", help="Preset of each model, default or paper; may be repeated."
        ),
    ] = None,
    styles: Annotated[
        list[str] | None,
        typer.Option(
            "--style",
            metavar="FACE",
            help="Style to learn and to judge; may be repeated. [default: the first]",
        ),
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE,…",
            help="Values of a setting to try: residual=0,1 or widths=[64,128],[32,64]; may be repeated.",
        ),
    ] = None,
    learn: Annotated[
        str, typer.Option(metavar="N,…", help="Numbers of characters to learn, such as 20,100,300; 0: all.")
    ] = "0",
    seeds: Annotated[str, typer.Option("--seed", metavar="N,…", help="Random seeds, such as 0,1,2.")] = "0",
    minutes: Annotated[
        float, typer.Option(min=0.01, help="Minutes to train each cell.")
    ] = TrainingPlan.minutes,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Steps to train each cell, instead of minutes.")
    ] = None,
    data: Annotated[Path, typer.Option(help="Dataset to learn from.")] = TrainingPlan.data,
    content: Annotated[
        list[str] | None,
        typer.Option(metavar="FACE", help="Face of the dataset to take the content from; may be repeated."),
    ] = None,
    stacked: Annotated[
        bool, typer.Option("--stacked", help="Stack all content faces as input channels.")
    ] = TrainingPlan.stacked,
    device: Annotated[DeviceChoice, typer.Option(help="Device to compute on.")] = TrainingPlan.device,
    threads: Annotated[
        int, typer.Option(min=0, help="CPU threads of each cell; 0: a short trial chooses.")
    ] = 1,
    jobs: Annotated[int, typer.Option(min=1, metavar="N", help="Number of cells to make at a time.")] = 1,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder of the comparison. [default: compared/NAME, by models and settings]"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Train several models or settings alike, and judge them by the same held-out characters.

    Every combination of models, presets, values, numbers of characters and seeds is a cell: a run of the same
    dataset, split and time. Its measures are printed beside those of the content glyph, of the nearest learnt
    glyph and of the true glyph itself. Ctrl-C keeps the cells that are made; repeat the command to continue.

    \b
    fontgan compare --model all --minutes 3
    fontgan compare --set residual=0,1,2 --set learning_rate=1e-3,4e-3
    fontgan compare --learn 20,100,300 --seed 0,1,2 --steps 400
    fontgan compare runs/pix2pix-1 runs/wnet-1
    """  # noqa: D301 (click reads the \b)
    from fontgan.cli.console import messages

    with messages.status("loading torch"):
        from fontgan.cli.comparison_view import make_comparison, show_comparison
        from fontgan.cli.console import echo, print_json
        from fontgan.comparison.asked import Asked, every_model, parse_values
        from fontgan.comparison.folder import COMPARED, Folder
        from fontgan.comparison.planning import planned
        from fontgan.comparison.trained import planned_of_runs, usual_name

    plan: Planned
    if runs:
        _check_alone(context)
        folder = output or COMPARED / usual_name(runs)
        plan = planned_of_runs(runs, styles or (), device)
    else:
        names = every_model(models or [TrainingPlan.model])
        asked = Asked(
            models=names,
            presets=tuple(dict.fromkeys(presets or [TrainingPlan.preset])),
            styles=tuple(dict.fromkeys(styles or ())),
            values=parse_values(_with_values(overrides or []), names),
            learn=_numbers(learn, "--learn"),
            seeds=_numbers(seeds, "--seed"),
            minutes=minutes,
            steps=steps,
            data=data,
            content=tuple(content or ()),
            stacked=stacked,
            device=device,
            threads=threads,
        )
        folder = output or COMPARED / asked.usual_name
        plan = planned(asked, folder)
    ended = make_comparison(plan, folder, jobs, threads)
    files = [Folder(folder).record_path, *ended.files, Folder(folder).page_path]
    if as_json:
        print_json(ended.comparison.to_json() | {"files": files})
    else:
        show_comparison(ended.comparison)
        for file in files:
            echo(file)
    if ended.comparison.failed:
        raise typer.Exit(1)


def _check_alone(context: typer.Context) -> None:
    """Refuse options of training beside runs that are finished."""
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if source is not None and source.name == "COMMANDLINE" and parameter.name not in _OF_RUNS:
            raise FontganError(
                f"{parameter.opts[0]} is for cells that are trained, and these runs are finished",
                "omit it, or the runs",
            )


def _with_values(texts: list[str]) -> list[str]:
    for text in texts:
        if "=" not in text:
            raise typer.BadParameter(f"{text!r} has no '=': write --set {text}=VALUE")
    return texts


def _numbers(text: str, option: str) -> tuple[int, ...]:
    """Whole numbers that commas separate, each once."""
    try:
        found = tuple(dict.fromkeys(int(part) for part in text.split(",")))
    except ValueError:
        found = (-1,)
    if min(found) < 0:
        raise typer.BadParameter(f"{option} takes whole numbers, separated by commas, not {text!r}")
    return found

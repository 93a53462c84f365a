"""`fontgan train`: the glyph store into a trained run."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from fontgan.models import model_names

if TYPE_CHECKING:
    from collections.abc import Mapping


def train_command(
    model: Annotated[str, typer.Option(help=f"Which model: {', '.join(model_names())}.")],
    preset: Annotated[
        str, typer.Option(help="Where its settings start from: default (best for the time) or paper.")
    ] = "default",
    data: Annotated[Path, typer.Option(help="The glyph store.")] = Path("data/glyphs.lmdb"),
    style: Annotated[
        str | None, typer.Option(metavar="FACE", help="The style to learn. [default: the store's first]")
    ] = None,
    run: Annotated[
        Path | None, typer.Option(help="The folder for the run. [default: runs/MODEL-1, -2, …]")
    ] = None,
    minutes: Annotated[float, typer.Option(min=0.01, help="How long to train.")] = 4.0,
    steps: Annotated[
        int | None, typer.Option(min=1, help="How many steps to train, instead of --minutes.")
    ] = None,
    device: Annotated[Literal["auto", "cpu", "cuda"], typer.Option(help="What computes.")] = "auto",
    seed: Annotated[int, typer.Option(help="Of the random numbers.")] = 0,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="One setting of the model; may be repeated."),
    ] = None,
) -> None:
    """Train a model on a dataset. Ctrl-C ends it early and keeps what was learnt."""
    began = time.perf_counter()
    from fontgan.cli.console import messages

    with messages.status("loading torch"):
        from fontgan.cli.training_view import TrainingView
        from fontgan.training.run import TrainingPlan, run_training

    plan = TrainingPlan(
        model=model,
        preset=preset,
        data=data,
        style=style,
        run=run,
        minutes=minutes,
        steps=steps,
        device=device,
        seed=seed,
        overrides=_pairs(overrides or []),
    )
    with TrainingView() as view:
        for event in run_training(plan, began):
            view.show(event)


def _pairs(texts: list[str]) -> Mapping[str, str]:
    for text in texts:
        if "=" not in text:
            raise typer.BadParameter(f"{text!r} has no '=': write --set skip=add")
    return dict(text.split("=", 1) for text in texts)

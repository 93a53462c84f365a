"""`fontgan train`: the glyph store into a trained run."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fontgan.config import DeviceChoice, TrainingPlan, help_of
from fontgan.models import model_names

if TYPE_CHECKING:
    from collections.abc import Mapping


def _option(name: str, **more: Any) -> Any:
    """An option for one field of the plan, explained where the field is defined."""
    text = help_of(TrainingPlan, name)
    return typer.Option(help=f"{text[0].upper()}{text[1:]}.", **more)


def train_command(
    model: Annotated[str, typer.Option(help=f"Which model: {', '.join(model_names())}.")],
    preset: Annotated[str, _option("preset")] = TrainingPlan.preset,
    data: Annotated[Path, _option("data")] = TrainingPlan.data,
    style: Annotated[str | None, _option("style", metavar="FACE")] = TrainingPlan.style,
    run: Annotated[Path | None, _option("run", metavar="DIR")] = TrainingPlan.run,
    minutes: Annotated[float, _option("minutes", min=0.01)] = TrainingPlan.minutes,
    steps: Annotated[int | None, _option("steps", min=1)] = TrainingPlan.steps,
    device: Annotated[DeviceChoice, _option("device")] = TrainingPlan.device,
    seed: Annotated[int, _option("seed")] = TrainingPlan.seed,
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
        from fontgan.training.run import run_training

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

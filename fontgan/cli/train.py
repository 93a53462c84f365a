"""`fontgan train`: a dataset into a trained run."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fontgan.config.settings import BestBy, DeviceChoice, PrecisionChoice, TrainingPlan, help_of
from fontgan.models import model_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fontgan.training.decision import Decision


def _option(name: str, *flags: str, **more: Any) -> Any:
    """An option for one field of the plan, with the help of that field."""
    text = help_of(TrainingPlan, name)
    return typer.Option(*flags, help=f"{text[0].upper()}{text[1:]}.", **more)


def train_command(
    context: typer.Context,
    model: Annotated[
        str, typer.Option(help=f"Model to train: {', '.join(model_names())}.")
    ] = TrainingPlan.model,
    preset: Annotated[str, _option("preset")] = TrainingPlan.preset,
    data: Annotated[Path, _option("data")] = TrainingPlan.data,
    style: Annotated[str | None, _option("style", metavar="FACE")] = TrainingPlan.style,
    stage1: Annotated[Path | None, _option("stage1", metavar="RUN")] = TrainingPlan.stage1,
    base: Annotated[Path | None, _option("base", metavar="RUN|FILE")] = TrainingPlan.base,
    run: Annotated[Path | None, _option("run", metavar="DIR")] = TrainingPlan.run,
    minutes: Annotated[float, _option("minutes", min=0.01)] = TrainingPlan.minutes,
    steps: Annotated[int | None, _option("steps", min=1)] = TrainingPlan.steps,
    device: Annotated[DeviceChoice, _option("device")] = TrainingPlan.device,
    precision: Annotated[PrecisionChoice, _option("precision")] = TrainingPlan.precision,
    threads: Annotated[int, _option("threads", min=0)] = TrainingPlan.threads,
    compiled: Annotated[bool, _option("compile", "--compile")] = TrainingPlan.compile,
    seed: Annotated[int, _option("seed", min=0)] = TrainingPlan.seed,
    save_minutes: Annotated[float, _option("save_minutes", min=0)] = TrainingPlan.save_minutes,
    keep: Annotated[int, _option("keep", min=1)] = TrainingPlan.keep,
    best_by: Annotated[BestBy, _option("best_by")] = TrainingPlan.best_by,
    tensorboard: Annotated[bool, _option("tensorboard", "--tensorboard")] = TrainingPlan.tensorboard,
    content: Annotated[list[str] | None, _option("content", metavar="FACE")] = None,
    stacked: Annotated[bool, _option("stacked", "--stacked")] = TrainingPlan.stacked,
    learn: Annotated[int, _option("learn", metavar="N", min=0)] = TrainingPlan.learn,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml",
            help="Read settings from a TOML file such as a run's config.toml; options override it.",
        ),
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Override any setting, including the model's own; may be repeated.",
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Continue the run named by --run, or the newest run of this model."),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Print all settings and an estimate of time and memory, then exit."),
    ] = False,
) -> None:
    """Train a model on a dataset.

    The run is kept in a folder of its own: settings, log, sample sheets and checkpoints. Ctrl-C stops it
    after the current step and keeps a checkpoint; repeat the command with --resume to continue.

    Options say what to train and for how long. Settings of the model itself are changed with --set, and
    --dry-run lists them. torchrun starts several processes that train one model together.
    """
    began = time.perf_counter()
    from fontgan.cli.console import messages

    with messages.status("loading torch"):
        from fontgan.compute.choosing import choose_engine, prepare_process
        from fontgan.training.decision import decide, decide_again
        from fontgan.training.preparation import check_data

    decide_now = decide_again if resume else decide
    decision = decide_now(_given(context), _pairs(overrides or []), config)
    plan = decision.plan
    check_data(plan)
    chosen = prepare_process(choose_engine(plan.device, plan.precision, plan.threads, plan.compile))
    if chosen:
        messages.print(chosen)
    if dry_run:
        _estimate(decision)
    else:
        _train(decision, began)


def _train(decision: Decision, began: float) -> None:
    from fontgan.cli.training_view import TrainingView
    from fontgan.training.run import run_training

    with TrainingView(began) as view:
        for event in run_training(decision):
            view.show(event)


def _estimate(decision: Decision) -> None:
    from fontgan.cli.console import messages
    from fontgan.cli.training_view import show_estimate
    from fontgan.training.estimate import estimate

    with messages.status("measuring a few steps"):
        found = estimate(decision)
    show_estimate(found)


def _given(context: typer.Context) -> dict[str, Any]:
    """The plan's options that the user typed, by field name."""
    given = {}
    for name, value in context.params.items():
        source = context.get_parameter_source(name)
        field = {"compiled": "compile"}.get(name, name)
        if source is not None and source.name == "COMMANDLINE" and hasattr(TrainingPlan, field):
            given[field] = value
    return given


def _pairs(texts: list[str]) -> Mapping[str, str]:
    for text in texts:
        if "=" not in text:
            raise typer.BadParameter(f"{text!r} has no '=': write --set {text}=VALUE")
    return dict(text.split("=", 1) for text in texts)

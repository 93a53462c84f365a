"""What is to be trained: defaults < preset < a run that is resumed < `--config` < options < `--set`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from fontgan.config.reading import nearest, read_toml, read_values
from fontgan.config.settings import ModelSettings, TrainingPlan, decisive, without_effect
from fontgan.errors import FontganError
from fontgan.models import find_model, model_names
from fontgan.runs.folder import RUNS, Run, is_run, newest_run

_PLAN = "training"  # the table of a configuration that is no model's


@dataclass(frozen=True)
class Decision:
    """All that was decided of a run, and whether `plan.run` is continued."""

    plan: TrainingPlan
    settings: ModelSettings
    resume: bool = False


def decide(
    options: Mapping[str, Any] | None = None,
    changes: Mapping[str, str] | None = None,
    config: Path | None = None,
) -> Decision:
    """Decide on a new training.

    Args:
        options: what was said of the plan, by its fields' names.
        changes: single settings of the model or of the plan, as texts by name; they have the last word.
        config: a TOML file with the tables [training] and [MODEL], as a run has it.

    Raises:
        FontganError: something is unknown, impossible or contradictory; all of it is told together.
    """
    return _decide([config] if config else [], options or {}, changes or {})


def decide_again(
    options: Mapping[str, Any] | None = None,
    changes: Mapping[str, str] | None = None,
    config: Path | None = None,
    runs: Path = RUNS,
) -> Decision:
    """Decide how to go on with a run: as it was decided, but for what may change.

    Without `run` among the options, that is the newest run in `runs`, of the model if one is named there. The
    other arguments are those of `decide`.

    Raises:
        FontganError: there is no such run, or what is said of it contradicts what was decided.
    """
    options, changes = options or {}, changes or {}
    run = Path(options["run"]) if options.get("run") else newest_run(runs, options.get("model")).path
    if not is_run(run):
        raise FontganError(f"{run} is not a run", "name another {run}, or omit {resume} to start it")
    known = Run(run).config_path
    if not read_toml(known).get(_PLAN):
        raise FontganError(f"{known} is empty", "start a new run without {resume}")
    before = _decide([known], {}, {})
    configs = [known, config] if config else [known]
    now = _decide(configs, {**options, "run": run}, changes)
    mistakes = contradictions(decisive(before.plan, before.settings), decisive(now.plan, now.settings))
    if mistakes:
        raise FontganError(
            f"{run} cannot be continued with other settings ({'; '.join(mistakes)})",
            "leave them as they were, or start a new run without {resume}",
        )
    return replace(now, resume=True)


def _decide(configs: Sequence[Path], options: Mapping[str, Any], changes: Mapping[str, str]) -> Decision:
    tables = [(path, read_toml(path)) for path in configs]
    plan_names = {item.name for item in fields(TrainingPlan)}
    plan, mistakes = TrainingPlan(), []
    spoken: list[tuple[str, Mapping[str, Any]]] = [
        (f"{path}: ", table.get(_PLAN, {})) for path, table in tables
    ]
    spoken += [("", options), ("", {name: text for name, text in changes.items() if name in plan_names})]
    for where, given in spoken:
        values, wrong = read_values(TrainingPlan, given)
        mistakes += [where + mistake for mistake in wrong]
        if "minutes" in values and "steps" not in values:
            values["steps"] = None  # who says minutes later wants no steps said before
        plan = replace(plan, **values)
    if plan.model not in model_names():
        raise FontganError(
            "; ".join([*mistakes, f"there is no model {plan.model!r}{nearest(plan.model, model_names())}"])
        )
    settings, wrong = _settings(plan, tables, {n: text for n, text in changes.items() if n not in plan_names})
    if mistakes + wrong:
        raise FontganError("; ".join(mistakes + wrong))
    return Decision(plan, settings)


def _settings(
    plan: TrainingPlan, tables: Sequence[tuple[Path, Mapping[str, Any]]], changes: Mapping[str, str]
) -> tuple[ModelSettings, list[str]]:
    """The model's settings, and all mistakes."""
    kind = find_model(plan.model)
    others = [item.name for item in fields(TrainingPlan)]
    mistakes = []
    if plan.preset not in kind.presets:
        mistakes.append(f"there is no preset {plan.preset!r}{nearest(plan.preset, kind.presets)}")
    preset: ModelSettings = kind.presets.get(plan.preset, kind.presets["default"])
    settings = preset
    spoken = []
    known = (_PLAN, plan.model)
    for path, table in tables:
        mistakes += [_other_table(path, name, plan.model) for name in table if name not in known]
        spoken.append((f"{path}: ", table.get(plan.model, {})))
    for where, given in (*spoken, ("", changes)):
        values, wrong = read_values(type(settings), given, others if given is changes else ())
        mistakes += [where + mistake for mistake in wrong]
        settings = replace(settings, **values)
    if kind.two_stages and plan.stage1 is None:
        mistakes.append(f"{plan.model} cleans what a trained run draws: name that run by --stage1")
    if plan.stage1 is not None and not kind.two_stages:
        mistakes.append(f"{plan.model} has one stage: leave --stage1 out, or train --model denoiser")
    return settings, mistakes + without_effect(settings, preset) + settings.contradictions()


def _other_table(path: Path, name: str, model: str) -> str:
    if name in model_names():
        return f"{path} is a configuration of {name}, and {model} is to be trained: say --model {name}"
    return f"{path}: there is no table [{name}]{nearest(name, (_PLAN, model))}"


def contradictions(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What decides the weights and is no longer as it was."""
    names = dict.fromkeys((*before, *now))
    return [
        f"{name} was {before.get(name)} and is to be {now.get(name)}"
        for name in names
        if before.get(name) != now.get(name)
    ]

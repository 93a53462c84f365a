"""Resolves what to train: defaults < preset < a run that is resumed < `--config` < options < `--set`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from fontgan.config.effects import without_effect
from fontgan.config.groups import Draft
from fontgan.config.legacy import grid_before, lacks_grid
from fontgan.config.reading import (
    MOST_NAMES,
    from_record,
    nearest,
    no_such_setting,
    older_values,
    read_toml,
    read_values,
)
from fontgan.config.settings import ModelSettings, TrainingPlan, deciding, decisive
from fontgan.errors import FontganError, MistakesError
from fontgan.models import find_model, model_names
from fontgan.runs.finding import newest_run
from fontgan.runs.folder import RUNS, Run, is_run

_PLAN = "training"  # the table of a configuration that is not a model's

Mistake = str | FontganError


@dataclass(frozen=True)
class Decision:
    """All resolved settings of a run, and whether `plan.run` is continued."""

    plan: TrainingPlan
    settings: ModelSettings
    resume: bool = False


def decide(
    options: Mapping[str, Any] | None = None,
    changes: Mapping[str, str] | None = None,
    config: Path | None = None,
) -> Decision:
    """Decide on a new run.

    Args:
        options: values of the plan, by its fields' names.
        changes: single settings of the model or of the plan, as texts by name; they override all others.
        config: a TOML file with the tables [training] and [MODEL], as a run has it.

    Raises:
        FontganError: something is unknown, impossible or contradictory; all mistakes are listed.
    """
    return _decide([config] if config else [], options or {}, changes or {})


def decide_again(
    options: Mapping[str, Any] | None = None,
    changes: Mapping[str, str] | None = None,
    config: Path | None = None,
    runs: Path = RUNS,
) -> Decision:
    """Decide how to continue a run: as it was decided, except for what may change.

    Without `run` among the options, that is the newest run in `runs`, of the model if one is named there. The
    other arguments are those of `decide`.

    Raises:
        FontganError: there is no such run, or what is asked for contradicts what was decided.
    """
    options, changes = options or {}, changes or {}
    run = Path(options["run"]) if options.get("run") else newest_run(runs, options.get("model")).path
    if not is_run(run):
        raise FontganError(f"{run} is not a run", "choose another {run}, or omit {resume} to start it")
    known = Run(run).config_path
    if not read_toml(known).get(_PLAN):
        raise FontganError(
            f"{known} is empty, so the run cannot continue", "start a new one without {resume}"
        )
    older = _older(Run(run))
    before = _decide([known], {}, older)
    configs = [known, config] if config else [known]
    now = _decide(configs, {**options, "run": run}, {**older, **changes})
    mistakes = contradictions(decisive(before.plan, before.settings), decisive(now.plan, now.settings))
    if mistakes:
        raise FontganError(
            f"{run} cannot continue with other settings ({'; '.join(mistakes)})",
            "leave them as they were, or start a new run without {resume}",
        )
    return replace(now, resume=True)


def _older(run: Run) -> dict[str, str]:
    """Settings that an older version left out of the run's configuration, as texts by name.

    A run without a checkpoint has learnt nothing yet and takes today's.
    """
    tables = run.config
    settings = tables.get(tables[_PLAN].get("model", TrainingPlan.model), {})
    if not run.checkpoints or not lacks_grid(settings):
        return {}
    return {name: str(value) for name, value in grid_before(settings, run.record.size).items()}


def check_settings(model: str, settings: ModelSettings) -> None:
    """Refuse settings that are another model's.

    Raises:
        FontganError: they are.
    """
    kind = settings_of(model)
    if type(settings) is not kind:
        raise FontganError(f"{model} takes {kind.__name__}, not {type(settings).__name__}")


def settings_of(model: str) -> type[ModelSettings]:
    """The settings dataclass of the model of that name.

    Raises:
        FontganError: there is no such model.
    """
    return type(find_model(model).preset("default"))


def contradictions(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The settings that decide the weights and have changed, one line each.

    Args:
        before: `decisive`, or what JSON made of it, of this or of an older version of fontgan.
        now: the same of today.
    """
    before, now = _today(before), _today(now)
    return [
        f"{name} was {before.get(name)} and would be {now.get(name)}"
        for name in dict.fromkeys((*before, *now))
        if before.get(name) != now.get(name)
    ]


def _today(decided: Mapping[str, Any]) -> dict[str, Any]:
    """What an older version decided as this one would have: with today's names, and all settings of today."""
    names = deciding(TrainingPlan)
    known = {name: value for name, value in decided.items() if name in names}
    plan = TrainingPlan(**{**older_values(TrainingPlan), **known})
    rest = {name: value for name, value in decided.items() if name not in names}
    found = decisive(plan, from_record(settings_of(plan.model), rest))
    return json.loads(json.dumps(found, default=str))  # type: ignore[no-any-return]


def _decide(configs: Sequence[Path], options: Mapping[str, Any], changes: Mapping[str, str]) -> Decision:
    tables = [(path, read_toml(path)) for path in configs]
    plan_names = {item.name for item in fields(TrainingPlan)}
    plan = TrainingPlan()
    mistakes: list[Mistake] = []
    if options.get("steps") is not None and options.get("minutes") is not None:
        mistakes.append(FontganError("steps and minutes both say how long", "pass {steps} or {minutes}"))
    layers: list[tuple[str, Mapping[str, Any]]] = [
        (f"{path}: ", table.get(_PLAN, {})) for path, table in tables
    ]
    layers += [("", options), ("", {name: text for name, text in changes.items() if name in plan_names})]
    for where, given in layers:
        values, wrong = read_values(TrainingPlan, given)
        mistakes += [where + mistake for mistake in wrong]
        if "minutes" in values and "steps" not in values:
            values["steps"] = None  # minutes that are given later replace steps that were given before
        plan = replace(plan, **values)
    if plan.model not in model_names():
        raise MistakesError(
            [*mistakes, f"there is no model {plan.model!r}{nearest(plan.model, model_names())}"]
        )
    others = {name: text for name, text in changes.items() if name not in plan_names}
    settings, wrong_settings = _settings(plan, tables, others)
    mistakes += [*wrong_settings, *_stages(plan)]
    if mistakes:
        raise MistakesError(mistakes)
    return Decision(plan, settings)


def _settings(
    plan: TrainingPlan, tables: Sequence[tuple[Path, Mapping[str, Any]]], changes: Mapping[str, str]
) -> tuple[ModelSettings, list[Mistake]]:
    """The model's settings, and all mistakes."""
    kind = find_model(plan.model)
    mistakes: list[Mistake] = []
    if plan.preset not in kind.presets:
        mistakes.append(f"there is no preset {plan.preset!r}{nearest(plan.preset, kind.presets)}")
    preset: ModelSettings = kind.presets.get(plan.preset, kind.presets["default"])
    draft = Draft(preset)
    for path, table in tables:
        mistakes += [
            _other_table(path, name, plan.model) for name in table if name not in (_PLAN, plan.model)
        ]
        draft.set(table.get(plan.model, {}), f"{path}: ", whole=True)
    draft.set(changes)
    settings, wrong = draft.finished()
    others = [item.name for item in fields(TrainingPlan)]
    mistakes += [
        where + no_such_setting(type(preset), name, others) for where, name in draft.unknown[:MOST_NAMES]
    ]
    return settings, [*mistakes, *wrong, *without_effect(settings, preset)]


def _stages(plan: TrainingPlan) -> list[Mistake]:
    """What is wrong with the run that a second stage continues from."""
    two_stages = find_model(plan.model).two_stages
    if two_stages and plan.stage1 is None:
        return [
            FontganError(f"{plan.model} cleans the images of a trained run", "pass that run with {stage1}")
        ]
    if plan.stage1 is not None and not two_stages:
        remedy = "omit {stage1}, or use denoiser as the {model}"
        return [FontganError(f"{plan.model} takes no first stage", remedy)]
    return []


def _other_table(path: Path, name: str, model: str) -> Mistake:
    if name in model_names():
        return FontganError(
            f"{path} is a configuration for {name}, not for {model}",
            f"use {name} as the {{model}}",
        )
    return f"{path}: there is no table [{name}]{nearest(name, (_PLAN, model))}"

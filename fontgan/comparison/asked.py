"""What a comparison is asked for, and the cells that follow from it: one for each combination of values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any, get_origin

from fontgan.config.groups import groups_of, resolve
from fontgan.config.settings import DeviceChoice, TrainingPlan
from fontgan.config.values import types_of
from fontgan.errors import FontganError
from fontgan.judging.comparison import MOST_RESULTS
from fontgan.models import find_model, model_names
from fontgan.training.decision import decide, settings_of

ALL = "all"
LEARN = "learn"  # as a swept setting
_FIRST_STAGE = "pix2pix"  # whose runs a denoiser cleans
_LONGEST_NAME = 100
# What the comparison itself decides of each run's plan.
_OWN = {"model", "preset", "data", "style", "stage1", "run", "minutes", "steps", "device", "threads", "seed"}
_OWN |= {LEARN, "content", "stacked"}


@dataclass(frozen=True)
class Asked:
    """What is to be trained and compared; every combination of models, presets and values is a cell.

    Attributes:
        models: their names, or `all`.
        presets: of each model.
        styles: the keys of the styles; empty for the dataset's first.
        values: the texts of each setting to try, by the setting's name.
        learn: numbers of characters to learn; 0 for all.
        seeds: random seeds.
        minutes: of training for each cell.
        steps: instead of minutes.
        data: the dataset.
        content, stacked, device: of every run, as `fontgan.train` takes them.
        threads: of each cell on a CPU.
    """

    models: tuple[str, ...] = (TrainingPlan.model,)
    presets: tuple[str, ...] = (TrainingPlan.preset,)
    styles: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    learn: tuple[int, ...] = (TrainingPlan.learn,)
    seeds: tuple[int, ...] = (TrainingPlan.seed,)
    minutes: float = TrainingPlan.minutes
    steps: int | None = None
    data: Path = TrainingPlan.data
    content: tuple[str, ...] = ()
    stacked: bool = False
    device: DeviceChoice = "auto"
    threads: int = 1

    @property
    def swept(self) -> list[str]:
        """The names of the settings with several values, `learn` among them."""
        several = [name for name, texts in self.values.items() if len(texts) > 1]
        return several + [LEARN] * (len(self.learn) > 1)

    @property
    def usual_name(self) -> str:
        """A name for the folder: the models, and what is swept."""
        models = [ALL] if set(model_names()) <= set(self.models) else self.models
        names = "+".join(dict.fromkeys(models))
        parts = [names, *(preset for preset in self.presets if preset != "default"), *self.swept]
        return safe_name("-".join([*parts, *(["seed"] if len(self.seeds) > 1 else [])]))

    def to_json(self) -> dict[str, Any]:
        """As plain data, but for where the dataset lies, which may move."""
        table = {name: value for name, value in asdict(self).items() if name != "data"}
        table["minutes"] = None if self.steps else self.minutes
        return table


@dataclass(frozen=True)
class Job:
    """One cell to make.

    Attributes:
        name: of its folder.
        title: what it is compared by, but for style and seed.
        model, preset, seed: of its run.
        swept: its values of what is swept, as texts by name.
        styles: the styles that it is judged by.
        run: the folder of its run.
        options, changes: what `decide` takes; the device alone for a run that was trained before.
        after: the name of the job whose run is its first stage.
    """

    name: str
    title: str
    model: str
    preset: str
    seed: int
    swept: Mapping[str, str]
    styles: tuple[str, ...]
    run: Path
    options: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, str] = field(default_factory=dict)
    after: str = ""

    @property
    def trains(self) -> bool:
        """Whether its run is trained here."""
        return "model" in self.options


def parse_values(texts: Iterable[str], models: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What `KEY=VALUE,VALUE` asks for, by key. Commas in brackets, and those of a list, separate nothing.

    Args:
        texts: `residual=0,1`, `widths=[64,128],[32,64]`, `widths=64,128`; the first asks for two values, the
            second for two lists, the third for one.
        models: the names of the models, whose settings they are.

    Raises:
        FontganError: one has no value, or is decided by the comparison itself.
    """
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        name, _, value = text.partition("=")
        if name in _OWN:
            raise FontganError(f"{name} is not a setting of a model", f"pass it with {{{name}}}")
        whole = "[" not in value and any(_is_list(model, name) for model in models)
        values = [value] if whole else [part.strip() for part in re.split(r",(?![^\[]*\])", value)]
        found[name] = tuple(dict.fromkeys([*found.get(name, ()), *values]))
    return found


def every_model(names: Iterable[str]) -> tuple[str, ...]:
    """The models of some names, each once; `all` for all of them, pix2pix first.

    Raises:
        FontganError: there is no model of that name.
    """
    usual = sorted(model_names(), key=lambda name: name != _FIRST_STAGE)
    found = [one for name in names for one in (usual if name == ALL else [name])]
    for name in found:
        find_model(name)
    return tuple(dict.fromkeys(found))


def jobs_of(asked: Asked, styles: Sequence[str], runs: Path) -> list[Job]:
    """A job for each cell; those of a first stage come before those that need them.

    A model of many styles learns all of the dataset in one run, unless one style alone is named.

    Args:
        asked: what is asked for.
        styles: the keys of the styles to judge.
        runs: the folder for their runs.

    Raises:
        FontganError: there is one cell alone, or there are too many; or the settings of one cannot be.
    """
    names, lists = list(asked.values), list(asked.values.values())
    count = len(asked.models) * len(asked.presets) * len(asked.learn) * len(asked.seeds)
    for texts in lists:
        count *= len(texts)
    if count * len(styles) > MOST_RESULTS:
        raise FontganError(
            f"that makes {count * len(styles):,} cells, more than {MOST_RESULTS:,}", "ask for fewer values"
        )
    if count == 1:
        raise FontganError(
            f"{asked.models[0]} alone is nothing to compare",
            "pass a second {model} or {preset}, several values with {set}, {learn} or {seed}, or two runs",
        )
    found: dict[str, Job] = {}
    for preset, model, texts, learn, seed in product(
        asked.presets, _first_stages_first(asked.models), product(*lists), asked.learn, asked.seeds
    ):
        changes = dict(zip(names, texts, strict=True))
        for job in _jobs_in_styles(asked, model, preset, changes, learn, seed, styles):
            named = replace(job, name=job.name if job.name not in found else f"{job.name}-{len(found)}")
            found[named.name] = _placed(named, runs, list(found.values()))
    for job in found.values():
        _check(job)
    return list(found.values())


def safe_name(text: str) -> str:
    """A text as the name of a folder."""
    return re.sub(r"[^\w.+=-]+", "-", text).strip("-.")[:_LONGEST_NAME] or "comparison"


def _first_stages_first(models: Sequence[str]) -> list[str]:
    return sorted(models, key=lambda name: find_model(name).two_stages)


def _is_list(model: str, name: str) -> bool:
    """Whether a setting of a model is a list."""
    kind = settings_of(model)
    group, _, leaf = (resolve(kind, name, "") or "").rpartition(".")
    owner = groups_of(kind).get(group) if group else kind
    return owner is not None and get_origin(types_of(owner).get(leaf)) is tuple


def _jobs_in_styles(
    asked: Asked,
    model: str,
    preset: str,
    changes: Mapping[str, str],
    learn: int,
    seed: int,
    styles: Sequence[str],
) -> Iterator[Job]:
    """A job for each style, or one for all of them."""
    swept = {name: text for name, text in changes.items() if name in asked.swept}
    swept |= {LEARN: str(learn)} if LEARN in asked.swept else {}
    words = [
        model,
        *([preset] if preset != "default" else []),
        *(f"{name}={text}" for name, text in swept.items() if name != LEARN),
        *([f"{learn:,} characters" if learn else "all characters"] if LEARN in swept else []),
    ]
    plan = {
        "model": model,
        "preset": preset,
        "data": str(asked.data),
        "device": asked.device,
        "threads": asked.threads,
        "seed": seed,
        "learn": learn,
        "content": list(asked.content),
        "stacked": asked.stacked,
        **({"steps": asked.steps} if asked.steps else {"minutes": asked.minutes}),
    }
    together = find_model(model).many_styles and len(styles) > 1
    for group in [tuple(styles)] if together else [(style,) for style in styles]:
        name = [model, preset if preset != "default" else ""]
        name += [f"{key}={text}" for key, text in swept.items()]
        name += [group[0] if len(styles) > 1 and not together else ""]
        name += [f"seed={seed}" if len(asked.seeds) > 1 else ""]
        yield Job(
            name=safe_name("-".join(filter(None, name))),
            title=", ".join(words),
            model=model,
            preset=preset,
            seed=seed,
            swept=swept,
            styles=group,
            run=Path(),
            options=plan if together else plan | {"style": group[0]},
            changes=changes,
        )


def _placed(job: Job, runs: Path, others: Sequence[Job]) -> Job:
    """The job with its folder and, where it needs one, its first stage among the others."""
    placed = replace(job, run=runs / job.name)
    options = {**job.options, "run": str(placed.run)}
    if not find_model(job.model).two_stages:
        return replace(placed, options=options)
    same = [
        other
        for other in others
        if other.model == _FIRST_STAGE
        and (other.styles, other.seed, other.swept) == (job.styles, job.seed, job.swept)
    ]
    if not same:
        raise FontganError(
            f"{job.model} cleans the images of a {_FIRST_STAGE} of the same comparison",
            f"add {_FIRST_STAGE} as a {{model}}",
        )
    stage = next((other for other in same if other.preset == job.preset), same[0])
    return replace(placed, options=options | {"stage1": str(stage.run)}, after=stage.name)


def _check(job: Job) -> None:
    """Refuse settings that cannot be, before anything is trained."""
    try:
        decide(job.options, job.changes)
    except FontganError as error:
        raise FontganError(f"{job.title}: {error.problem}", error.args[1]) from error

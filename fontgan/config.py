"""Settings: frozen dataclasses whose fields carry the default, the type and the help, once.

A model's settings are made of its defaults, then a preset, then what the user set, in that order.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from fontgan.errors import FontganError

T = TypeVar("T")

Schedule = Literal["constant", "linear", "cosine"]
Optimiser = Literal["adam", "muon"]
DeviceChoice = Literal["auto", "cpu", "cuda"]


def setting(default: T, text: str, least: float = -math.inf, most: float = math.inf) -> T:
    """A dataclass field with its default, its help, and the range that a number may be in."""
    return field(default=default, metadata={"help": text, "least": least, "most": most})


@dataclass(frozen=True)
class ModelSettings:
    """What every model can be told; each model's own settings extend it."""

    batch_size: int = setting(32, "characters in one training step", least=1)
    shift: int = setting(0, "each pair is moved by up to so many pixels at random, both sides alike", least=0)
    scale: float = setting(
        0.0,
        "each pair is enlarged or reduced by up to this share at random, both sides alike",
        least=0,
        most=0.5,
    )
    optimiser: Optimiser = setting("adam", "adam, or muon for the hidden layers and Adam for the others")
    learning_rate: float = setting(2e-4, "Adam's step size at its highest", least=0)
    muon_learning_rate: float = setting(0.02, "Muon's step size at its highest", least=0)
    beta1: float = setting(0.5, "decay of the gradient's mean in Adam", least=0, most=0.9999)
    beta2: float = setting(0.999, "decay of the gradient's square in Adam", least=0, most=0.9999)
    weight_decay: float = setting(0.0, "decoupled decay of the weights, times the step size", least=0)
    warm_up: int = setting(0, "first steps, in which the step size rises from 0", least=0)
    schedule: Schedule = setting(
        "constant", "the step size: constant, linear (from half way) or cosine, to 0"
    )
    ema_decay: float = setting(
        0.995, "decay of the running average of the weights, which is what is kept", least=0, most=1
    )


@dataclass(frozen=True)
class TrainingPlan:
    """What the user decides about a training, apart from the model's own settings."""

    model: str = setting("pix2pix", "which model")
    preset: str = setting("default", "where its settings start from: default (best for the time) or paper")
    data: Path = setting(Path("data/glyphs.lmdb"), "the glyph store")
    style: str | None = setting(None, "the style to learn, if not the store's first")
    run: Path | None = setting(None, "the folder for the run, if not runs/MODEL-1, -2, …")
    minutes: float = setting(4.0, "how long to train; start and samples are not counted")
    steps: int | None = setting(None, "how many steps to train, instead of minutes")
    device: DeviceChoice = setting("auto", "what computes")
    seed: int = setting(0, "of the random numbers")
    overrides: Mapping[str, str] = field(
        default_factory=dict, metadata={"help": "settings of the model that were changed, by name"}
    )


def help_of(kind: type[Any], name: str) -> str:
    """The help of one setting of a settings dataclass."""
    text: str = kind.__dataclass_fields__[name].metadata["help"]
    return text


def from_strings(settings: T, given: Mapping[str, str]) -> T:
    """`settings` with the values that the user wrote, each read as its field's type.

    Raises:
        FontganError: a name is unknown (the nearest one is told), or a text is no such value. All
            mistakes are told together.
    """
    known = get_type_hints(type(settings))
    values: dict[str, Any] = {}
    mistakes = []
    for name, text in given.items():
        if name not in known:
            mistakes.append(f"there is no setting {name!r}{nearest(name, known)}")
            continue
        try:
            values[name] = _parse(text, known[name])
            _check_range(values[name], settings.__dataclass_fields__[name].metadata)  # type: ignore[attr-defined]
        except ValueError as error:
            mistakes.append(f"{name}={text}: {error}")
    if mistakes:
        raise FontganError("; ".join(mistakes))
    return dataclasses.replace(settings, **values)  # type: ignore[type-var]


def from_record(kind: type[T], record: Mapping[str, Any]) -> T:
    """The settings of that kind out of JSON data, as `dataclasses.asdict` gives it.

    Raises:
        FontganError: a name is unknown, as it is when another version wrote the data.
    """
    known = get_type_hints(kind)
    unknown = [name for name in record if name not in known]
    if unknown:
        raise FontganError(f"unknown settings {', '.join(unknown)}: another fontgan version wrote them")
    lists = {name: tuple(value) for name, value in record.items() if isinstance(value, list)}
    return kind(**{**record, **lists})


def to_toml(tables: Mapping[str, Any], title: str) -> str:
    """TOML text of settings: one table each, every value under its help as a comment; no empty ones.

    Args:
        tables: a name and a settings dataclass for each table.
        title: the first line of the file, as a comment.
    """
    import tomlkit  # only a run writes TOML, and printing help should not wait for it

    document = tomlkit.document()
    document.add(tomlkit.comment(title))
    for name, settings in tables.items():
        table = tomlkit.table()
        for item in fields(settings):
            value = getattr(settings, item.name)
            if value not in (None, {}):
                table.add(tomlkit.comment(item.metadata["help"]))
                table.add(item.name, _plain(value))
        document.add(name, table)
    return tomlkit.dumps(document)


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint for a misspelt name: `; did you mean 'skip'?`, or nothing where none is near."""
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f": there are {', '.join(known)}"


def _plain(value: Any) -> Any:
    """A setting as TOML has it."""
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Path) else value


def _check_range(value: Any, limits: Mapping[str, Any]) -> None:
    for number in value if isinstance(value, tuple) else (value,):
        if isinstance(number, int | float) and not limits["least"] <= number <= limits["most"]:
            raise ValueError(f"it must be from {limits['least']:g} to {limits['most']:g}")


def _parse(text: str, kind: Any) -> Any:
    origin = get_origin(kind)
    if origin is Literal:
        if text not in get_args(kind):
            raise ValueError(f"choose one of {', '.join(get_args(kind))}")
        return text
    if origin is tuple:
        (item, _) = get_args(kind)
        return tuple(_parse(part.strip(), item) for part in text.strip("[]").split(","))
    if kind is bool:
        if text not in ("true", "false"):
            raise ValueError("write true or false")
        return text == "true"
    if kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            raise ValueError("a number is needed" if kind is float else "a whole number is needed") from None
    return text

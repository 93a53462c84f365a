"""The log of a run: one line of JSON per report, each whole or not there.

The first line names the format: `{"event": "format", "format": 2}`; a log without it is of format 1. What
each other line holds is one of the classes below, its name under `event`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from fontgan.errors import FontganError
from fontgan.files import write_text
from fontgan.formats import check_plain, upgraded
from fontgan.measures.table import MEASURES, Measures

FORMAT = 2
_FIRST_LINE = json.dumps({"event": "format", "format": FORMAT}) + "\n"


@dataclass(frozen=True)
class Progressed:
    """The state of training, about once per second.

    Attributes:
        step: the last one made, from 1.
        progress: the share of the run that is done, in [0, 1].
        losses, gradients, learning_rates: by name; of gradients their norms.
        images_per_second: characters learnt from, in this process.
        seconds: of training so far, in all processes.
    """

    event: ClassVar[str] = "step"
    step: int
    progress: float
    losses: Mapping[str, float]
    gradients: Mapping[str, float] = field(default_factory=dict)
    learning_rates: Mapping[str, float] = field(default_factory=dict)
    images_per_second: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True)
class Measured:
    """Means over the validation characters after a step; each is written under its own name."""

    event: ClassVar[str] = "sample"
    step: int
    seconds: float
    measures: Measures


@dataclass(frozen=True)
class Broken:
    """Training stopped after this step, and why."""

    event: ClassVar[str] = "broken"
    step: int
    why: str


@dataclass(frozen=True)
class Finished:
    """Training is over.

    Attributes:
        run: its folder.
        checkpoint: the best of those that it kept: the one that `generate` takes.
        best_step: when that was.
        step: the last one.
        interrupted: whether it was stopped early, and can be resumed.
        training_seconds, start_seconds, sample_seconds: how the time was spent, in this process.
        images_per_second: characters learnt from, in this process.
        test: means over the test characters: of the best checkpoint, and beside it of a copy of the content.
        example: characters that the content fonts have.
    """

    event: ClassVar[str] = "finished"
    run: Path
    checkpoint: Path
    best_step: int
    step: int
    interrupted: bool
    training_seconds: float
    start_seconds: float
    sample_seconds: float
    images_per_second: float
    test: Mapping[str, Measures]
    example: str


Line = Progressed | Measured | Broken | Finished
L = TypeVar("L", Progressed, Measured, Broken, Finished)
_KINDS: Mapping[str, type[Line]] = {kind.event: kind for kind in (Progressed, Measured, Broken, Finished)}


@dataclass(frozen=True)
class Point:
    """One value of a curve: after which step, and after how many seconds of training."""

    step: int
    seconds: float
    value: float


@dataclass(frozen=True)
class Curves:
    """The figures of a run.

    Attributes:
        run: its name.
        measures, losses: points by name; a measure and a loss may share one.
        speed: images per second.
    """

    run: str
    measures: Mapping[str, Sequence[Point]]
    losses: Mapping[str, Sequence[Point]]
    speed: Sequence[Point]


@dataclass(frozen=True)
class Log:
    """The log at a path; there is none before the first line is written."""

    path: Path

    def write(self, line: Line) -> None:
        """Append a line, in one write."""
        text = json.dumps({"event": line.event, **_flat(line)}, ensure_ascii=False, default=str) + "\n"
        with self.path.open("a", encoding="utf-8") as file:
            file.write(text if file.tell() else _FIRST_LINE + text)

    @property
    def lines(self) -> list[Line]:
        """All lines that are known; an incomplete last line is omitted.

        Raises:
            FontganError: the log is of a newer format, or damaged.
        """
        try:
            return [_read(data) for data in self._data() if data["event"] in _KINDS]
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise FontganError(
                f"{self.path} is damaged, or is not the log of a run", "omit this run"
            ) from error

    def of(self, kind: type[L]) -> list[L]:
        """The lines of one kind.

        Raises:
            FontganError: as `lines`.
        """
        return [line for line in self.lines if isinstance(line, kind)]

    @property
    def curves(self) -> Curves:
        """Measures, losses and speed along the way.

        Raises:
            FontganError: the log has no figures, or is damaged.
        """
        lines = self.lines
        progressed = [line for line in lines if isinstance(line, Progressed)]
        measured = [line for line in lines if isinstance(line, Measured)]
        if not progressed and not measured:
            raise FontganError(f"the run {self.path.parent} has no figures in its log yet", "train it first")
        return Curves(
            run=self.path.absolute().parent.name,
            measures=_by_name((line.step, line.seconds, line.measures) for line in measured),
            losses=_by_name((line.step, line.seconds, line.losses) for line in progressed),
            speed=[Point(line.step, line.seconds, line.images_per_second) for line in progressed],
        )

    def forget_after(self, step: int) -> None:
        """Remove the lines after a step, from which training continues."""
        if self.path.is_file():
            kept = [
                line
                for line in self._data()
                if line["event"] != "format"
                and not (isinstance(line.get("step"), int) and line["step"] > step)
            ]
            lines = (json.dumps(line, ensure_ascii=False) + "\n" for line in kept)
            write_text(self.path, _FIRST_LINE + "".join(lines))

    def _data(self) -> list[dict[str, Any]]:
        """Each line as JSON has it, unknown keys and all; brought to today's format."""
        found = []
        if self.path.is_file():
            for text in self.path.read_text(encoding="utf-8", errors="replace").split("\n"):
                try:
                    line = json.loads(text)
                except ValueError:
                    continue
                if isinstance(line, dict) and "event" in line:
                    found.append(line)
        number = found[0].get("format") if found and found[0]["event"] == "format" else 1
        log = {"format": number, "lines": found}
        lines: list[dict[str, Any]] = upgraded(log, FORMAT, {1: from_1_to_2}, f"the log {self.path}")["lines"]
        return lines


def from_1_to_2(log: dict[str, Any]) -> dict[str, Any]:
    """Format 2 adds a first line that names the format."""
    return {**log, "lines": [{"event": "format", "format": 2}, *log["lines"]]}


def _flat(line: Line) -> dict[str, Any]:
    """A line as it is written, with the measures beside the other values."""
    data = asdict(line)
    return data | data.pop("measures") if isinstance(line, Measured) else data


def _read(data: dict[str, Any]) -> Line:
    kind = _KINDS[data["event"]]
    if kind is Measured:
        data = {**data, "measures": {name: float(data[name]) for name in MEASURES if name in data}}
    check_plain(kind, data)
    values = {item.name: data[item.name] for item in fields(kind) if item.name in data}
    for name in ("losses", "gradients", "learning_rates"):
        if name in values:
            values[name] = {str(key): float(value) for key, value in values[name].items()}
    for name in ("run", "checkpoint"):
        if name in values:
            values[name] = Path(values[name])
    return kind(**values)


def _by_name(lines: Iterable[tuple[int, float, Mapping[str, float]]]) -> dict[str, list[Point]]:
    """Points by name, out of the step, the seconds and the named figures of each line."""
    points: dict[str, list[Point]] = {}
    for step, seconds, figures in lines:
        for name, value in figures.items():
            points.setdefault(name, []).append(Point(step, seconds, value))
    return points

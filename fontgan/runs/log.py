"""The log of a run: one line of JSON per report, each whole or not there.

The first line names the format: `{"event": "format", "format": 2}`; a log without it is of format 1. What
each other line holds is one of the classes below, its name under `event`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from fontgan.bounds import Amount, Count, Figures
from fontgan.errors import FontganError
from fontgan.files import replacing, unwritable
from fontgan.formats import to_text, upgraded
from fontgan.measures.table import MEASURES
from fontgan.untrusted import DamagedError, converted, cured_by, open_file, parse_json, unreadable

FORMAT = 2
_FIRST_LINE = to_text({"event": "format", "format": FORMAT}) + "\n"
_MOST_BYTES = 256 << 20  # of a log: that of a run of a week or more
_MOST_IN_LINE = 1 << 20  # bytes
_MOST_CURVES = 64  # of losses or measures
_MOST_VALUE = 1e39  # beyond 32 bits
_MOST_LINES = 1 << 17  # that are kept in memory


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
    step: Count
    progress: Amount
    losses: Figures
    gradients: Figures = field(default_factory=dict)
    learning_rates: Figures = field(default_factory=dict)
    images_per_second: Amount = 0.0
    seconds: Amount = 0.0


@dataclass(frozen=True)
class Measured:
    """Means over the validation characters after a step; each is written under its own name."""

    event: ClassVar[str] = "sample"
    step: Count
    seconds: Amount
    measures: Figures


@dataclass(frozen=True)
class Broken:
    """Training stopped after this step, and why."""

    event: ClassVar[str] = "broken"
    step: Count
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
    best_step: Count
    step: Count
    interrupted: bool
    training_seconds: Amount
    start_seconds: Amount
    sample_seconds: Amount
    images_per_second: Amount
    test: Mapping[str, Figures]
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
        """Append a line, in one write.

        Raises:
            FontganError: it cannot be written.
        """
        text = to_text({"event": line.event, **_flat(line)}) + "\n"
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(text if file.tell() else _FIRST_LINE + text)
        except OSError as error:
            raise unwritable(self.path, error) from error

    @property
    def lines(self) -> list[Line]:
        """All lines that are known; a damaged line, as a killed process leaves one, is omitted.

        Of a long log every other report of the state of training, or fewer.

        Raises:
            FontganError: the log is of a newer format, or holds what no log has.
        """
        if self.path.is_file() and self.path.stat().st_size > _MOST_BYTES:
            raise FontganError(f"{self.path} is larger than {_MOST_BYTES >> 20} MB", "omit this run")
        found: list[Line] = []
        reports, every = 0, 1  # the first of this many is kept
        with cured_by("omit this run"):
            for number, _, row in self._rows():
                if row["event"] not in _KINDS:
                    continue
                line = _read(row, f"line {number} of {self.path}")
                if isinstance(line, Progressed):
                    reports += 1
                    if (reports - 1) % every:
                        continue
                found.append(line)
                if len(found) > _MOST_LINES:
                    found, every = self._thinned(found), every * 2
        return found

    @property
    def end(self) -> Finished | None:
        """How training ended; None where it has not come to its end, or has gone on since.

        Raises:
            FontganError: as `lines`.
        """
        last = next(reversed(self.lines), None)
        return last if isinstance(last, Finished) and not last.interrupted else None

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
        """Remove the lines after a step, from which training continues.

        Raises:
            FontganError: the log is a pipe or a device, which might not end; or it cannot be written.
        """
        if self.path.exists() and not self.path.is_file():
            raise FontganError(f"{self.path} is not a regular file", "remove it")
        if self.path.is_file():
            with replacing(self.path) as beside, beside.open("wb") as file:
                file.write(_FIRST_LINE.encode())
                file.writelines(text for _, text, row in self._rows() if not _is_after(row, step))

    def _thinned(self, lines: list[Line]) -> list[Line]:
        """Without every other report of the state of training."""
        turns = itertools.cycle((True, False))
        kept = [line for line in lines if not isinstance(line, Progressed) or next(turns)]
        if len(kept) > _MOST_LINES * 3 // 4:
            raise DamagedError(f"{self.path} is damaged: it has more lines than a log")
        return kept

    def _rows(self) -> Iterator[tuple[int, bytes, dict[str, Any]]]:
        """Each whole line: its number from 1, the line as it is in the file, and what JSON makes of it.

        The first line, which names the format, is checked and omitted.

        Raises:
            FontganError: the log is of a newer format, or cannot be read.
        """
        if not self.path.is_file():
            return
        checked = False
        try:
            with open_file(self.path) as file:
                for number, text in enumerate(iter(lambda: file.readline(_MOST_IN_LINE), b""), 1):
                    row = _parsed(text)
                    if row is None:
                        continue
                    names_format = row["event"] == "format"
                    if not checked:
                        named = {"format": row.get("format") if names_format else 1}
                        upgraded(named, FORMAT, {1: dict}, f"the log {self.path}")  # 2 adds the first line
                        checked = True
                    if not names_format:
                        yield number, text.rstrip(b"\n") + b"\n", row
        except OSError as error:
            raise unreadable(self.path, error) from error


def _flat(line: Line) -> dict[str, Any]:
    """A line as it is written, with the measures beside the other values."""
    data = asdict(line)
    return data | data.pop("measures") if isinstance(line, Measured) else data


def _parsed(text: bytes) -> dict[str, Any] | None:
    """What JSON makes of a line; None where it is damaged, or is not a report."""
    try:
        row = parse_json(text, "the line")
    except DamagedError:
        return None
    return row if isinstance(row, dict) and isinstance(row.get("event"), str) else None


def _read(row: dict[str, Any], what: str) -> Line:
    """A line out of what JSON has of it."""
    kind = _KINDS[row["event"]]
    if kind is Measured:
        row = {**row, "measures": {name: row[name] for name in MEASURES if name in row}}
    return converted(kind, row, what)


def _is_after(row: Mapping[str, Any], step: int) -> bool:
    return isinstance(row.get("step"), int) and row["step"] > step


def _by_name(lines: Iterable[tuple[int, float, Mapping[str, float]]]) -> dict[str, list[Point]]:
    """Points by name, out of the step, the seconds and the named figures of each line."""
    points: dict[str, list[Point]] = {}
    for step, seconds, figures in lines:
        for name, value in figures.items():
            # What no weight or loss can hold is as good as infinite.
            shown = value if abs(value) <= _MOST_VALUE else math.copysign(math.inf, value)
            points.setdefault(name, []).append(Point(step, seconds, shown))
    if len(points) > _MOST_CURVES:
        raise DamagedError(f"the log has {len(points):,} curves, more than any model", "omit this run")
    return points

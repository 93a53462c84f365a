"""The log of a run: one line of JSON a report, each whole or not there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fontgan.errors import FontganError
from fontgan.files import write_text
from fontgan.report.curves import MEASURES, SPEED, Curves, Point

LOG = "log.jsonl"


class Log:
    """Appends to `log.jsonl`; what a line is about stands under `event`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, event: str, **values: Any) -> None:
        """Append one line, in one write."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"event": event, **values}, ensure_ascii=False) + "\n")

    def forget_after(self, step: int) -> None:
        """Take away what happened after a step, from which the training goes on."""
        kept = [line for line in read_log(self.path) if line.get("step", 0) <= step]
        write_text(self.path, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in kept))


def read_curves(run: Path) -> Curves:
    """What a run's log tells of losses, measures and speed.

    Raises:
        FontganError: there is no such run, or its log has no figures.
    """
    points: dict[str, list[Point]] = {}
    try:
        for line in read_log(run / LOG):
            for name, value in _figures(line).items():
                points.setdefault(name, []).append(Point(line["step"], line["seconds"], value))
    except (KeyError, TypeError, AttributeError) as error:
        raise FontganError(
            f"{run / LOG} was written by something else, or is damaged: leave it out"
        ) from error
    if not points:
        raise FontganError(f"{run} is no run, or one that has logged nothing yet: name a folder of runs/")
    return Curves(run.name, points)


def _figures(line: dict[str, Any]) -> dict[str, float]:
    """What a line has to draw."""
    if line["event"] == "step":
        return {**line["losses"], SPEED: line["images_per_second"]}
    return {name: line[name] for name in MEASURES if name in line} if line["event"] == "sample" else {}


def read_log(path: Path) -> list[dict[str, Any]]:
    """The lines of a log; none where there is none, and a last one that was broken off is left out."""
    lines = []
    if path.is_file():
        for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                continue
            if isinstance(line, dict) and "event" in line:
                lines.append(line)
    return lines

"""The layout of a network's drawing, in pixels."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from fontgan.anatomy.layers import Part, Stage
from fontgan.networks.counting import in_short

MARGIN = 28  # around all
BESIDE = 10  # between a box and its label
LINE = 16  # of text, 12 pixels high
LETTER = 7.3  # the width of a letter in a wide font, on the average
_BOLD_LETTER = 8.2
_GAP, _BETWEEN = 22, 44  # rows, columns
_LEAST_MIDDLE = 150  # room for what is said of the skips
_LOWER = 22  # so far below the middle of its row a skip from the style runs at least, past a label


@dataclass(frozen=True)
class Box:
    """A stage and where it is: its centre and its measures, in pixels."""

    stage: Stage
    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.x + self.width / 2

    @property
    def top(self) -> float:
        """Where it begins, downward."""
        return self.y - self.height / 2

    @property
    def bottom(self) -> float:
        """Where it ends, downward."""
        return self.y + self.height / 2


class Layout:
    """The layout of one part, from `top` downwards.

    Stages of one size are in one row; where a column has several, it takes as many rows. What is in the
    middle comes below all others of its size, several of them in the order in which they run.

    Attributes:
        columns: the stages of each side, in the order in which they run, inputs first.
        boxes: where each stage is, by its name.
        stacked: whether several stages are in the middle, with labels beside them.
        middle: of the room between the encoder and the decoder.
        right, bottom: where it ends.
    """

    def __init__(self, part: Part, top: float) -> None:
        self.columns = {
            side: [stage for stage in (*part.inputs, *part.stages) if stage.side == side]
            for side in ("style", "encoder", "middle", "decoder")
        }
        self.stacked = len(self.columns["middle"]) > 1
        rows = self._rows()
        axes = self._axes()
        self.middle = axes["middle"]
        heights = self._heights(rows, top)
        self.boxes = {
            stage.name: Box(stage, axes[side], heights[rows[stage.name]], _width(stage), _height(stage))
            for side, stages in self.columns.items()
            for stage in stages
        }

    def _rows(self) -> dict[str, tuple[int, int]]:
        """The row of each stage by its name: the size of its maps, and a number among those of that size."""
        rows: dict[str, tuple[int, int]] = {}
        for side in ("encoder", "decoder", "style", "middle"):
            taken: Counter[int] = Counter()
            stages = self.columns[side]
            if side == "middle":
                taken.update(_size(stage) for stage in self.columns["encoder"])
            for stage in reversed(stages) if side == "decoder" else stages:
                size = 0 if side == "middle" and self.stacked else _size(stage)
                rows[stage.name] = (-size, taken[size])
                taken[size] += 1
        inner = [rows[stage.name] for stage in self.columns["middle"]]
        for stage in self.columns["style"]:
            if len(stage.shape) == 1 and inner:
                rows[stage.name] = inner[-1]  # a vector stands beside the innermost maps
        return rows

    def _axes(self) -> dict[str, float]:
        """Where the middle of each column is; sets `right`, where the last one ends."""
        axes, x = {}, float(MARGIN)
        for side in ("style", "encoder"):
            stages = self.columns[side]
            if stages:
                half = max(map(_width, stages)) / 2
                axes[side] = x + _label_width(stages) + BESIDE + half
                x = axes[side] + half + _BETWEEN
        stages = self.columns["middle"]
        room = max([_LEAST_MIDDLE, _label_width(stages), *map(_width, stages)])
        if self.stacked:
            room = max(map(_width, stages)) + 2 * (BESIDE + _label_width(stages))
        axes["middle"] = x + room / 2
        self.right = x + room
        stages = self.columns["decoder"]
        if stages:
            half = max(map(_width, stages)) / 2
            axes["decoder"] = self.right + _BETWEEN + half
            self.right = axes["decoder"] + half + BESIDE + _label_width(stages)
        return axes

    def _heights(self, rows: dict[str, tuple[int, int]], top: float) -> dict[tuple[int, int], float]:
        """Where the middle of each row is; sets `bottom`, where the last one ends."""
        heights = {}
        for row in sorted(set(rows.values())):
            here = [stage for stages in self.columns.values() for stage in stages if rows[stage.name] == row]
            half = max(map(_height, here)) / 2
            below = max(half, LINE)
            if any(stage.side == "middle" and not self.stacked for stage in here):
                below = half + 2.5 * LINE
            elif any(stage.side == "style" and stage.parameters for stage in here):
                below = lower_by(half) + LINE
            heights[row] = top + max(half, LINE)
            top = heights[row] + below + _GAP
        self.bottom = top - _GAP
        return heights


def lower_by(half: float) -> float:
    """How far below the middle of a row a skip from the style runs, where boxes end `half` below it."""
    return max(_LOWER, half + 6)


def _size(stage: Stage) -> int:
    """The height of its maps; a vector is one pixel."""
    return stage.shape[1] if len(stage.shape) > 2 else 1


def _height(stage: Stage) -> float:
    return 12 + 10 * math.log2(_size(stage))


def _width(stage: Stage) -> float:
    return 10 + 11 * math.log2((*stage.shape, 1)[0])


def label_of(stage: Stage) -> tuple[str, str]:
    """Its name, and what is said below: the shape of its maps and how many weights it has."""
    shape = " × ".join(map(str, stage.shape))
    return stage.name, f"{shape} · {in_short(stage.parameters)}" if stage.parameters else shape


def _label_width(stages: Sequence[Stage]) -> float:
    labels = [label_of(stage) for stage in stages]
    return max((max(_BOLD_LETTER * len(name), LETTER * len(facts)) for name, facts in labels), default=0)

"""Which units of a generator draw which strokes, and what it draws with them off.

Bau et al. 2019, «GAN Dissection: Visualizing and Understanding Generative Adversarial Networks»: a unit is
a channel of a layer's output. The places where it is active are compared with simple things that a glyph
consists of (their section 3.1); what it causes is seen by setting it to 0 everywhere, alone and together
with others that match the same thing (section 3.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fontgan.anatomy.stages import plan_parts
from fontgan.config.reading import nearest
from fontgan.data.images import as_bytes
from fontgan.drawing.drawer import Drawer
from fontgan.errors import FontganError
from fontgan.judging.ablation import Effect, Shape, Subject
from fontgan.judging.strokes import DIRECTIONS
from fontgan.progress import Silent, Watcher

CHARACTERS = 16  # that a dissection looks at

_SHOWN = 2  # units of a layer that are drawn, and not only listed
_TOGETHER = 8  # one unit in this many of a layer, those that match a direction best, are off together
_GRID = 64  # places along the side at which activity and concepts are compared
_PEAKS = 3  # characters that a unit is most active in
_TAIL = 2  # channels of the last maps, at most: what has no more is the image
_ACTIVE = 0.8  # of the places a unit is less active than where it is shown as active


class Agreement(NamedTuple):
    """How well the places of a concept are those where a unit is most active.

    Attributes:
        iou: intersection over union.
        chance: the same for places chosen at random.
    """

    iou: float
    chance: float

    @property
    def beyond_chance(self) -> float:
        """1 where the places are the same, 0 where they are as good as random."""
        return (self.iou - self.chance) / (1 - self.chance) if self.chance < 1 else 0.0


@dataclass(frozen=True)
class Peak:
    """Where in a character a unit is most active: the code point, and the place in pixels."""

    code: int
    x: float
    y: float


@dataclass(frozen=True)
class Unit:
    """A channel of a layer's output.

    Attributes:
        layer: as torch names it.
        number: of the channel, from 0.
        agreements: by the names of `judging/strokes.py`; without concepts that the characters do not have.
        effect: what changes with the unit off.
        peaks: the characters in which it is most active.
    """

    layer: str
    number: int
    agreements: Mapping[str, Agreement]
    effect: Effect
    peaks: tuple[Peak, ...]

    @property
    def matches(self) -> str:
        """The concept that lies where the unit is most active; empty where none does better than chance."""
        name = max(self.agreements, key=lambda name: self.agreements[name].beyond_chance, default="")
        return name if name and self.agreements[name].beyond_chance > 0 else ""


@dataclass(frozen=True)
class Together:
    """The units of a layer that match strokes of a direction best, off together.

    Attributes:
        layer: as torch names it.
        concept: the direction.
        units: their numbers.
        effect: what changes with all of them off.
    """

    layer: str
    concept: str
    units: tuple[int, ...]
    effect: Effect


@dataclass(frozen=True)
class View:
    """Units at work.

    Attributes:
        title: which ones.
        active: where they are most active, float32 (n, size, size) in [0, 1].
        off: what is drawn without them, uint8 (n, size, size).
    """

    title: str
    active: np.ndarray
    off: np.ndarray


@dataclass(frozen=True)
class Dissection:
    """The units of some layers of a generator.

    Attributes:
        name: of the run.
        codes: the characters that were looked at.
        drawn: what the whole generator draws, uint8 (n, size, size).
        truth: the true glyphs, uint8 (size, size) each, or None.
        layers: the shape of the output of each layer.
        units: all of them, layer by layer, those with the greatest effect first.
        together: of each layer and direction.
        views: of each layer, the units with the greatest effect, and those that were off together.
        notes: remarks, one line each.
    """

    name: str
    codes: list[int]
    drawn: np.ndarray
    truth: list[np.ndarray | None]
    layers: Mapping[str, Shape]
    units: list[Unit]
    together: list[Together]
    views: list[View]
    notes: list[str]

    def to_json(self) -> dict[str, Any]:
        """All figures, without images."""
        return {
            "characters": "".join(map(chr, self.codes)),
            "layers": {name: list(shape) for name, shape in self.layers.items()},
            "units": [_unit_to_json(unit) for unit in self.units],
            "together": [asdict(each) for each in self.together],
            "notes": self.notes,
        }


def dissect_units(
    drawer: Drawer, codes: Sequence[int], layers: Sequence[str] = (), watcher: Watcher | None = None
) -> Dissection:
    """Look at each unit of some layers, and draw without it.

    It takes the memory of the activity of one layer, and draws all characters once for each unit.

    Args:
        drawer: what draws.
        codes: characters, best those that it did not learn from.
        layers: as `inspect` lists them for the network; by default the innermost, and the last before the
            image.
        watcher: sees each unit.

    Raises:
        FontganError: the characters cannot be drawn, or a layer is not there or has no channels.
    """
    drawing = drawer.draw(codes)
    subject = Subject(drawer, drawing)
    shapes = subject.shapes()
    names = [*dict.fromkeys(layers)] or _usual_layers(drawer.network, shapes)
    for name in names:
        _check_layer(name, shapes)
    watcher = watcher or Silent()
    watcher.start("units", sum(shapes[name][0] for name in names))
    units: list[Unit] = []
    together: list[Together] = []
    views: list[View] = []
    for name in names:
        activity = subject.activity(name)
        found = sorted(
            _units(subject, name, activity, watcher), key=lambda unit: (-unit.effect.changed, unit.number)
        )
        joint = [_together(subject, name, concept, found) for concept in DIRECTIONS]
        units, together = units + found, together + joint
        views += [
            *(
                _view(subject, f"unit {unit.number}", name, [unit.number], activity)
                for unit in found[:_SHOWN]
            ),
            *(_view(subject, each.concept, name, each.units, activity) for each in joint),
        ]
    learnt = len(drawing.learnt)
    return Dissection(
        name=drawer.name,
        codes=list(drawing.codes),
        drawn=as_bytes(torch.from_numpy(drawing.drawn)).numpy(),
        truth=list(drawing.truth),
        layers={name: shapes[name] for name in names},
        units=units,
        together=together,
        views=views,
        notes=[*drawing.notes, *([f"{learnt} of these characters were learnt from"] if learnt else [])],
    )


def agreements(active: np.ndarray, concepts: Mapping[str, np.ndarray]) -> dict[str, Agreement]:
    """How well each concept lies where a unit is most active.

    Of each concept the unit's most active places are taken, as many as the concept has, so that 1 can be
    reached; but none at which it is as inactive as anywhere.

    Args:
        active: float (places,).
        concepts: masks, bool (places,).
    """
    order = np.argsort(-active, kind="stable")
    descending = active[order]
    found: dict[str, Agreement] = {}
    for name, mask in concepts.items():
        if not (area := int(mask.sum())):
            continue
        least = descending[area - 1]
        # With its equals; without those that are as inactive as anywhere.
        side: Literal["left", "right"] = "right" if least > descending[-1] else "left"
        taken = int(np.searchsorted(-descending, -least, side))
        hits, expected = int(mask[order[:taken]].sum()), taken * area / len(mask)
        found[name] = Agreement(hits / (taken + area - hits), expected / (taken + area - expected))
    return found


def _units(subject: Subject, layer: str, activity: Tensor, watcher: Watcher) -> Iterator[Unit]:
    step = max(1, subject.ink.shape[-1] // _GRID)
    on_grid = {name: mask[:, step // 2 :: step, step // 2 :: step] for name, mask in subject.concepts.items()}
    flat = {name: mask.ravel() for name, mask in on_grid.items()}
    side = next(iter(on_grid.values())).shape[-1]
    for number in range(activity.shape[1]):
        active = _enlarged(activity[:, number], side).numpy().ravel()
        effect = subject.effect(layer, [number])
        yield Unit(layer, number, agreements(active, flat), effect, _peaks(subject, activity[:, number]))
        watcher.advance()


def _together(subject: Subject, layer: str, concept: str, units: Sequence[Unit]) -> Together:
    """The units that match a concept best; among equals, those of the lowest numbers."""

    def rank(unit: Unit) -> tuple[float, int]:
        known = unit.agreements.get(concept)
        return (-known.beyond_chance if known else 0.0), unit.number

    best = sorted(units, key=rank)[: max(1, len(units) // _TOGETHER)]
    numbers = tuple(sorted(unit.number for unit in best))
    return Together(layer, concept, numbers, subject.effect(layer, numbers))


def _usual_layers(network: nn.Module, shapes: Mapping[str, Shape]) -> list[str]:
    """The innermost stage and the last one before the image; of two networks, those of the second."""
    stages = plan_parts(network)[-1].stages
    ends = [[name for name in stage.modules if name in shapes] for stage in stages]
    names = [found[-1] for found in ends if found and shapes[found[-1]][0] > _TAIL]
    if not names:
        raise FontganError("the network has no layer with channels between its content and its image")
    innermost = min(reversed(names), key=lambda name: shapes[name][1] * shapes[name][2])
    return list(dict.fromkeys((innermost, names[-1])))


def _check_layer(name: str, shapes: Mapping[str, Shape]) -> None:
    if name not in shapes:
        raise FontganError(
            f"the network has no layer {name!r} that makes maps of each image{nearest(name, shapes)}",
            "choose another {layer}; {inspect} lists those of a run with {network}",
        )


def _peaks(subject: Subject, activity: Tensor) -> tuple[Peak, ...]:
    """The characters in which a unit is most active, and where; equals in their order."""
    values, places = activity.flatten(1).max(1)
    rows = values.sort(descending=True, stable=True).indices[:_PEAKS].tolist()
    high, wide = activity.shape[-2:]
    size = subject.ink.shape[-1]
    return tuple(
        Peak(
            subject.drawing.codes[row],
            (int(places[row]) % wide + 0.5) * size / wide,
            (int(places[row]) // wide + 0.5) * size / high,
        )
        for row in rows
    )


def _view(subject: Subject, what: str, layer: str, units: Sequence[int], activity: Tensor) -> View:
    active = _enlarged(activity[:, list(units)].mean(1), subject.ink.shape[-1]).numpy()
    least, most = np.quantile(active, _ACTIVE), active.max()
    shown = ((active - least) / max(most - least, 1e-6)).clip(0)
    off = as_bytes(subject.drawn_without(layer, units)).numpy()
    return View(f"{layer}: {what}", shown, off)


def _enlarged(activity: Tensor, size: int) -> Tensor:
    """Maps (n, height, width) as (n, size, size), between their places by straight lines."""
    return F.interpolate(activity[:, None], (size, size), mode="bilinear", align_corners=False)[:, 0]


def _unit_to_json(unit: Unit) -> dict[str, Any]:
    found = {name: each._asdict() for name, each in unit.agreements.items()}
    return {**asdict(unit), "matches": unit.matches, "agreements": found}

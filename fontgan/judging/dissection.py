"""Which units of a generator draw which strokes, and what it draws with one of them off.

Bau et al. 2019, «GAN Dissection: Visualizing and Understanding Generative Adversarial Networks»: a unit is
a channel of a layer's output. Where it is active is compared with simple things that a glyph consists of
(their section 3.1); what it causes is seen by setting it to 0 wherever it is (section 3.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fontgan.anatomy.stages import plan_parts
from fontgan.config.reading import nearest
from fontgan.data.images import as_bytes, as_floats
from fontgan.drawing.arrays import draw_arrays
from fontgan.drawing.drawer import Drawer
from fontgan.drawing.drawing import Drawing
from fontgan.errors import FontganError
from fontgan.judging.strokes import CONCEPTS, INKED, stroke_concepts
from fontgan.losses.reconstruction import fixed_l1
from fontgan.progress import Silent, Watcher

CHARACTERS = 16  # that a dissection looks at
SHOWN = 4  # units of a layer that are shown, and not only listed

_GRID = 64  # places along the side at which activity and concepts are compared
_PEAKS = 3  # characters that a unit is most active in
_TAIL = 2  # channels of the last maps, at most: what has no more is the image


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
        matches: the concept that lies where it is most active, of `CONCEPTS`; empty where none does better
            than chance.
        iou: intersection over union of that concept and of the unit's most active places, as many as the
            concept has.
        chance: the same for places chosen at random.
        removed: ink that disappears with the unit off, as a share of all ink.
        added: ink that appears, as a share of all ink.
        removed_of: the share that disappears of the ink of each concept that lies in the ink.
        fixed_l1: by how much that raises fixed L1; None where no true glyph is known.
        peaks: the characters in which it is most active.
    """

    layer: str
    number: int
    matches: str
    iou: float
    chance: float
    removed: float
    added: float
    removed_of: Mapping[str, float]
    fixed_l1: float | None
    peaks: tuple[Peak, ...]

    @property
    def effect(self) -> float:
        """How much ink changes with the unit off."""
        return self.removed + self.added

    @property
    def hits(self) -> str:
        """The concept that loses the greatest share of its ink; empty where none loses any."""
        name = max(self.removed_of, key=lambda concept: self.removed_of[concept])
        return name if self.removed_of[name] > 0 else ""


@dataclass(frozen=True)
class View:
    """A unit at work.

    Attributes:
        unit: which one.
        active: how active it is, float32 (n, size, size), 1 where it is most of all, 0 where least.
        off: what is drawn without it, uint8 (n, size, size).
    """

    unit: Unit
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
        layers: channels, height and width of the output of each layer.
        units: all of them, layer by layer, those with the greatest effect first.
        views: the first few of each layer.
        notes: remarks, one line each.
    """

    name: str
    codes: list[int]
    drawn: np.ndarray
    truth: list[np.ndarray | None]
    layers: Mapping[str, tuple[int, int, int]]
    units: list[Unit]
    views: list[View]
    notes: list[str]

    def to_json(self) -> dict[str, Any]:
        """All figures, without images."""
        return {
            "characters": "".join(map(chr, self.codes)),
            "layers": {name: list(shape) for name, shape in self.layers.items()},
            "units": [asdict(unit) for unit in self.units],
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
    subject = _Subject(drawer, drawer.draw(codes))
    shapes = _shapes(subject)
    names = list(dict.fromkeys(layers)) or _usual_layers(drawer.network, shapes)
    for name in names:
        _check_layer(name, shapes)
    units: list[Unit] = []
    views: list[View] = []
    watcher = watcher or Silent()
    watcher.start("units", sum(shapes[name][0] for name in names))
    for name in names:
        activity = _activity(subject, name)
        found = []
        for number in range(shapes[name][0]):
            found.append(_unit(subject, name, number, activity[:, number]))
            watcher.advance()
        found.sort(key=lambda unit: (-unit.effect, unit.number))
        units += found
        views += [_view(subject, unit, activity[:, unit.number]) for unit in found[:SHOWN]]
    drawing = subject.drawing
    notes = [*drawing.notes]
    if drawing.learnt:
        notes.append(f"{len(drawing.learnt)} of {len(drawing)} characters were learnt from")
    return Dissection(
        name=drawer.name,
        codes=drawing.codes,
        drawn=as_bytes(torch.from_numpy(drawing.drawn)).numpy(),
        truth=list(drawing.truth),
        layers={name: shapes[name] for name in names},
        units=units,
        views=views,
        notes=notes,
    )


class _Subject:
    """What is dissected: a generator, what it draws, and what that consists of."""

    def __init__(self, drawer: Drawer, drawing: Drawing) -> None:
        self.network, self.drawing, self._device = drawer.network, drawing, drawer.device
        self._inputs = drawer.inputs(drawing)
        self.ink = 1 - torch.from_numpy(drawing.drawn)
        masks = [stroke_concepts(ink) for ink in self.ink.numpy()]
        self.concepts = {
            name: torch.from_numpy(np.stack([mask[name] for mask in masks])) for name in CONCEPTS
        }
        step = max(1, self.ink.shape[-1] // _GRID)
        # Every so manieth pixel: the share of a concept stays what it is.
        self.on_grid = {
            name: mask[:, step // 2 :: step, step // 2 :: step].numpy().ravel()
            for name, mask in self.concepts.items()
        }
        known = [(row, glyph) for row, glyph in enumerate(drawing.truth) if glyph is not None]
        self._rows = [row for row, _ in known]
        self._true = as_floats(torch.from_numpy(np.stack([glyph for _, glyph in known]))) if known else None
        self.distance = self.fixed_l1(1 - self.ink)

    def draw(self) -> Tensor:
        """What the network makes of the content, float32 (n, size, size)."""
        content, *conditions = self._inputs
        return draw_arrays(self.network, content, conditions, self._device)[:, 0]

    def fixed_l1(self, drawn: Tensor) -> float | None:
        """The mean over the characters whose true glyph is known."""
        if self._true is None:
            return None
        return float(fixed_l1(drawn[self._rows, None], self._true[:, None]).mean())


def _shapes(subject: _Subject) -> dict[str, tuple[int, int, int]]:
    """Channels, height and width of each layer that makes several maps of each image."""
    found: dict[str, list[tuple[int, ...]]] = {}

    def look(name: str, made: Any) -> None:
        found.setdefault(name, []).append(tuple(made.shape) if isinstance(made, Tensor) else ())

    handles = [
        module.register_forward_hook(lambda _, __, made, name=name: look(name, made))
        for name, module in subject.network.named_modules()
        if name and ".parametrizations." not in f".{name}."
    ]
    try:
        subject.draw()
    finally:
        for handle in handles:
            handle.remove()
    count = len(subject.drawing.codes)
    return {
        name: (shapes[0][1], shapes[0][2], shapes[0][3])
        for name, shapes in found.items()
        if all(len(shape) == 4 for shape in shapes) and sum(shape[0] for shape in shapes) == count
    }


def _usual_layers(network: nn.Module, shapes: Mapping[str, tuple[int, int, int]]) -> list[str]:
    """The innermost stage and the last one before the image; of two networks, those of the second."""
    stages = plan_parts(network)[-1].stages
    ends = [[name for name in stage.modules if name in shapes] for stage in stages]
    names = [found[-1] for found in ends if found and shapes[found[-1]][0] > _TAIL]
    if not names:
        raise FontganError("the network has no layer with channels between its ends")
    innermost = min(reversed(names), key=lambda name: shapes[name][1] * shapes[name][2])
    return list(dict.fromkeys((innermost, names[-1])))


def _check_layer(name: str, shapes: Mapping[str, tuple[int, int, int]]) -> None:
    if name not in shapes:
        raise FontganError(
            f"the network has no layer {name!r} that makes maps of each image{nearest(name, shapes)}",
            "choose another {layer}: {inspect} lists those of a run with {network}",
        )


def _activity(subject: _Subject, layer: str) -> Tensor:
    """What a layer makes of each image: float32 (n, channels, height, width), on the CPU."""
    parts: list[Tensor] = []
    handle = subject.network.get_submodule(layer).register_forward_hook(
        lambda _, __, made: parts.append(made.float().cpu().clone())  # later layers may work in place
    )
    try:
        subject.draw()
    finally:
        handle.remove()
    return torch.cat(parts)


@contextmanager
def _without(network: nn.Module, layer: str, number: int) -> Iterator[None]:
    """While this block runs, a unit is 0 everywhere."""

    def silence(_: nn.Module, __: Any, made: Tensor) -> Tensor:
        quiet = made.clone()
        quiet[:, number] = 0
        return quiet

    handle = network.get_submodule(layer).register_forward_hook(silence)
    try:
        yield
    finally:
        handle.remove()


def _unit(subject: _Subject, layer: str, number: int, activity: Tensor) -> Unit:
    """What a unit matches and causes; `activity` is (n, height, width)."""
    matches, iou, chance = best_match(_enlarged(activity, _GRID).numpy().ravel(), subject.on_grid)
    with _without(subject.network, layer, number):
        off = subject.draw()
    change = (1 - off) - subject.ink
    lost, all_ink = (-change).clamp(min=0), max(float(subject.ink.sum()), 1e-6)
    distance = subject.fixed_l1(off)
    return Unit(
        layer=layer,
        number=number,
        matches=matches,
        iou=iou,
        chance=chance,
        removed=float(lost.sum()) / all_ink,
        added=float(change.clamp(min=0).sum()) / all_ink,
        removed_of={
            name: float(lost[mask].sum()) / max(float(subject.ink[mask].sum()), 1e-6)
            for name, mask in subject.concepts.items()
            if name in INKED
        },
        fixed_l1=None if distance is None or subject.distance is None else distance - subject.distance,
        peaks=_peaks(subject, activity),
    )


def best_match(active: np.ndarray, concepts: Mapping[str, np.ndarray]) -> tuple[str, float, float]:
    """The concept that lies where a unit is most active: (name, IoU, IoU of places chosen at random).

    Of each concept the unit's most active places are taken, as many as the concept has, so that 1 can be
    reached; but none where it is as inactive as anywhere. The best is the one farthest above chance, as a
    share of what lies between chance and 1; the name is empty where none is above.

    Args:
        active: float (places,).
        concepts: masks, bool (places,).
    """
    order = np.argsort(-active, kind="stable")
    descending = active[order]
    best = ("", 0.0, 0.0)
    most = 0.0
    for name, mask in concepts.items():
        area = int(mask.sum())
        if not area:
            continue
        least = descending[area - 1]
        side = "right" if least > descending[-1] else "left"
        taken = int(np.searchsorted(-descending, -least, side))
        hits, expected = int(mask[order[:taken]].sum()), taken * area / len(mask)
        iou, chance = hits / (taken + area - hits), expected / (taken + area - expected)
        if chance < 1 and (beyond := (iou - chance) / (1 - chance)) > most:
            best, most = (name, iou, chance), beyond
    return best


def _peaks(subject: _Subject, activity: Tensor) -> tuple[Peak, ...]:
    """The characters in which a unit is most active, and where; equals in their order."""
    values, places = activity.flatten(1).max(1)
    rows = values.sort(descending=True, stable=True).indices[:_PEAKS].tolist()
    width = activity.shape[-1]
    step = subject.ink.shape[-1] / width
    return tuple(
        Peak(subject.drawing.codes[row], (place % width + 0.5) * step, (place // width + 0.5) * step)
        for row in rows
        for place in [int(places[row])]
    )


def _view(subject: _Subject, unit: Unit, activity: Tensor) -> View:
    with _without(subject.network, unit.layer, unit.number):
        off = subject.draw()
    active = _enlarged(activity, subject.ink.shape[-1])
    least, most = active.min(), active.max()
    return View(unit, ((active - least) / (most - least).clamp(min=1e-6)).numpy(), as_bytes(off).numpy())


def _enlarged(activity: Tensor, size: int) -> Tensor:
    """Maps (n, height, width) as (n, size, size), between their places by straight lines."""
    return F.interpolate(activity[:, None], (size, size), mode="bilinear", align_corners=False)[:, 0]

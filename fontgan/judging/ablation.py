"""A generator with some of its units off: how active they are, and what it draws without them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fontgan.data.images import as_floats
from fontgan.drawing.arrays import draw_arrays
from fontgan.drawing.drawer import Drawer
from fontgan.drawing.drawing import Drawing
from fontgan.judging.strokes import CONCEPTS, INKED, stroke_concepts
from fontgan.losses.reconstruction import fixed_l1

Shape = tuple[int, int, int]  # channels, height, width

_LEAST_INK = 1e-6  # of all characters together: of blank ones no share can be taken


@dataclass(frozen=True)
class Effect:
    """What changes with some units off.

    Attributes:
        removed: ink that disappears, as a share of all ink.
        added: ink that appears, as a share of all ink.
        removed_of: the share that disappears of the ink of each kind of stroke.
        fixed_l1: by how much fixed L1 rises; None where no true glyph is known.
    """

    removed: float
    added: float
    removed_of: Mapping[str, float]
    fixed_l1: float | None

    @property
    def changed(self) -> float:
        """Ink that disappears or appears."""
        return self.removed + self.added

    @property
    def hits(self) -> str:
        """The kind of stroke that loses the greatest share of its ink; empty where none loses any."""
        name = max(self.removed_of, key=lambda kind: self.removed_of[kind])
        return name if self.removed_of[name] > 0 else ""


class Subject:
    """A generator, what it draws of some characters, and what that consists of.

    Args:
        drawer: whose generator it is.
        drawing: the characters, as the whole generator draws them.

    Attributes:
        ink: of the drawing, float32 (n, size, size) in [0, 1].
        concepts: masks of it, bool (n, size, size).
    """

    def __init__(self, drawer: Drawer, drawing: Drawing) -> None:
        self.drawing = drawing
        self._network, self._device = drawer.network, drawer.device
        self._inputs = drawer.inputs(drawing)
        self.ink = 1 - torch.from_numpy(drawing.drawn)
        masks = [stroke_concepts(ink) for ink in self.ink.numpy()]
        self.concepts = {name: np.stack([mask[name] for mask in masks]) for name in CONCEPTS}
        known = {row: glyph for row, glyph in enumerate(drawing.truth) if glyph is not None}
        self._known = list(known)
        self._true = as_floats(torch.from_numpy(np.stack([*known.values()])))[:, None] if known else None
        self._distance = self._fixed_l1(1 - self.ink)

    def shapes(self) -> dict[str, Shape]:
        """The shape of each layer's output, where that is several maps of each image."""
        found: dict[str, list[tuple[int, ...]]] = {}

        def look(name: str, made: Any) -> None:
            found.setdefault(name, []).append(tuple(made.shape) if isinstance(made, Tensor) else ())

        handles = [
            module.register_forward_hook(lambda _, __, made, name=name: look(name, made))
            for name, module in self._network.named_modules()
            if name and ".parametrizations." not in f".{name}."
        ]
        try:
            self._draw()
        finally:
            for handle in handles:
                handle.remove()
        return {
            name: (shapes[0][1], shapes[0][2], shapes[0][3])
            for name, shapes in found.items()
            if all(len(shape) == 4 for shape in shapes) and sum(shape[0] for shape in shapes) == len(self.ink)
        }

    def activity(self, layer: str) -> Tensor:
        """What a layer makes of each image: float32 (n, channels, height, width), on the CPU."""
        parts: list[Tensor] = []
        handle = self._network.get_submodule(layer).register_forward_hook(
            lambda _, __, made: parts.append(made.float().cpu().clone())  # later layers may work in place
        )
        try:
            self._draw()
        finally:
            handle.remove()
        return torch.cat(parts)

    def drawn_without(self, layer: str, units: Collection[int]) -> Tensor:
        """What is drawn while some units of a layer are 0 everywhere: float32 (n, size, size) in [0, 1]."""
        with _off(self._network.get_submodule(layer), units):
            return self._draw()

    def effect(self, layer: str, units: Collection[int]) -> Effect:
        """What changes with some units of a layer off."""
        off = self.drawn_without(layer, units)
        change = (1 - off - self.ink).numpy()
        lost, ink = (-change).clip(0), self.ink.numpy()
        whole = max(float(ink.sum()), _LEAST_INK)
        distance = self._fixed_l1(off)
        return Effect(
            removed=float(lost.sum()) / whole,
            added=float(change.clip(0).sum()) / whole,
            removed_of={
                name: float(lost[mask].sum()) / max(float(ink[mask].sum()), _LEAST_INK)
                for name, mask in self.concepts.items()
                if name in INKED
            },
            fixed_l1=None if distance is None or self._distance is None else distance - self._distance,
        )

    def _draw(self) -> Tensor:
        content, *conditions = self._inputs
        return draw_arrays(self._network, content, conditions, self._device)[:, 0]

    def _fixed_l1(self, drawn: Tensor) -> float | None:
        """The mean over the characters whose true glyph is known."""
        if self._true is None:
            return None
        return float(fixed_l1(drawn[self._known, None], self._true).mean())


@contextmanager
def _off(module: nn.Module, units: Collection[int]) -> Iterator[None]:
    """While this block runs, channels of a module's output are 0."""

    def silenced(_: nn.Module, __: Any, made: Tensor) -> Tensor:
        quiet = made.clone()
        quiet[:, list(units)] = 0
        return quiet

    handle = module.register_forward_hook(silenced)
    try:
        yield
    finally:
        handle.remove()

"""Checks on a training run: measures the held-out characters, and detects a run that has failed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from fontgan.drawing.arrays import network_inputs
from fontgan.measures.table import Measures
from fontgan.training.held_out import HeldOut, compare, measure_generator
from fontgan.training.preparation import Prepared

_BLANK = 0.02  # an image with less ink than this share of the true glyphs' is blank
_PATIENCE = 3  # blank samples in a row: a network may start with blank images


@dataclass(frozen=True)
class Verdict:
    """The result of a check.

    Attributes:
        measures: means over the validation characters.
        blank: whether it draws blank images.
        broken: why training cannot continue; empty where it can.
    """

    measures: Measures
    blank: bool = False
    broken: str = ""


class Watch:
    """Holds the held-out characters.

    Args:
        ready: what is trained.

    Attributes:
        validation, test: the characters that are measured along the way, and at the end.
    """

    def __init__(self, ready: Prepared) -> None:
        model, views = ready.model, ready.views
        examples = views["train"].references(model.references)
        self.validation = HeldOut.of(views["validation"], model.conditions, examples)
        self.test = HeldOut.of(views["test"], model.conditions, examples)
        self._device = model.engine.device
        self._blank = 0

    def look(self, generator: nn.Module, step: int) -> Verdict:
        """Measure a generator after a step; blank images in a row are counted from step 1."""
        if not all(bool(torch.isfinite(weight).all()) for weight in generator.state_dict().values()):
            return Verdict({}, broken="the weights contain NaN or infinity")
        measures = measure_generator(generator, self.validation, self._device).means()
        if why := not_finite(measures):  # no record of a checkpoint holds them
            return Verdict({}, broken=why)
        blank = bool(step) and measures["ink"] < _BLANK
        self._blank = self._blank + 1 if blank else 0
        lasting = self._blank >= _PATIENCE
        broken = f"the last {_PATIENCE} sample sheets were blank" if lasting else ""
        return Verdict(measures, blank, broken)

    def final(self, generator: nn.Module) -> dict[str, dict[str, float]]:
        """Measures on the test characters, beside those of a copy of the content."""
        return compare(generator, self.test, self._device)

    def example_inputs(self) -> tuple[Tensor, ...]:
        """The inputs with which the generator draws one character."""
        first = self.validation.spread(1)
        return next(network_inputs(first.content, first.conditions, self._device))


def not_finite(figures: Mapping[str, float]) -> str:
    """Which figures are NaN or infinite, in words; empty where none is."""
    wrong = [name for name, value in figures.items() if not math.isfinite(value)]
    return f"{', '.join(wrong)} became {figures[wrong[0]]}" if wrong else ""

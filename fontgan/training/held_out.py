"""Held-out characters: drawn, measured, and shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from fontgan.data.images import as_bytes, as_floats
from fontgan.data.views import Condition, View
from fontgan.drawing.arrays import draw_arrays
from fontgan.fonts.charset import code_point_name
from fontgan.measures.glyphs import Measured, measure
from fontgan.networks.tails import first_with_ink
from fontgan.sheet import COLUMNS, Row, content_rows, save_sheet


@dataclass(frozen=True)
class HeldOut:
    """Held-out characters, on the CPU.

    Attributes:
        codes: their code points.
        content: their content images, uint8 (n, channels, size, size).
        style: their true glyphs, uint8 (n, 1, size, size).
        conditions: the generator's further inputs, as `Model.conditions` names them, (n, …) each.
    """

    codes: list[int]
    content: Tensor
    style: Tensor
    conditions: tuple[Tensor, ...] = ()

    @classmethod
    def of(cls, view: View, wanted: Sequence[Condition] = (), examples: Tensor | None = None) -> HeldOut:
        """All characters of a paired view.

        Args:
            view: the characters.
            wanted: the conditions.
            examples: glyphs of each style that are not held out, uint8 (styles, count, 1, size, size).
        """
        content, style = view.content().cpu(), view.targets().cpu()
        known = {"styles": view.styles}
        if examples is not None:
            known["references"] = examples.cpu()[view.styles]
        return cls(view.codes_b.tolist(), content, style, tuple(known[name] for name in wanted))

    def __len__(self) -> int:
        return len(self.codes)

    def spread(self, count: int) -> HeldOut:
        """Up to `count` of them, spread evenly, so that all styles are among them."""
        rows = torch.linspace(0, len(self) - 1, min(count, len(self))).long()
        content, style, *conditions = (part[rows] for part in (self.content, self.style, *self.conditions))
        return HeldOut([self.codes[row] for row in rows.tolist()], content, style, tuple(conditions))

    def drawn_by(self, generator: nn.Module, device: torch.device) -> Tensor:
        """What a generator on a device makes of them: uint8 (n, 1, size, size), as it would be saved."""
        return as_bytes(draw_arrays(generator, self.content, self.conditions, device))


def measure_generator(generator: nn.Module, pairs: HeldOut, device: torch.device) -> Measured:
    """How near a generator's images are to the true glyphs."""
    return measure(as_floats(pairs.drawn_by(generator, device)), as_floats(pairs.style))


def compare(generator: nn.Module, pairs: HeldOut, device: torch.device) -> dict[str, dict[str, float]]:
    """The generator's mean measures beside those of a copy of the content and of the style itself."""
    content, style = first_with_ink(as_floats(pairs.content)), as_floats(pairs.style)
    return {
        "generated": measure_generator(generator, pairs, device).means(),
        "copy of the content": measure(content, style).means(),
        "the style itself": measure(style, style).means(),
    }


def draw_samples(path: Path, title: str, generator: nn.Module, pairs: HeldOut, device: torch.device) -> None:
    """A sheet of a few of the pairs: content, generated, true."""
    some = pairs.spread(COLUMNS)
    rows = [
        *content_rows(some.content.numpy()),
        Row("generated", list(some.drawn_by(generator, device).squeeze(1).numpy())),
        Row("true", list(some.style.squeeze(1).numpy())),
    ]
    save_sheet(path, title, [code_point_name(code) for code in some.codes], rows, some.content.shape[-1])

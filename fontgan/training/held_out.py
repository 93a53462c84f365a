"""What a generator makes of characters that it never saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from fontgan.data.images import as_floats
from fontgan.data.views import Condition, View
from fontgan.drawing.translation import as_inputs, translate
from fontgan.fonts.charset import code_point_name
from fontgan.measures.glyphs import Measures, measure
from fontgan.report.sheet import COLUMNS, Row, save_sheet


@dataclass(frozen=True)
class HeldOut:
    """Characters that are not learnt from.

    Attributes:
        codes: their code points.
        content, style: their glyph images, uint8 (n, 1, size, size), on one device.
        conditions: what a generator is told beside the content, as `Model.conditions` names it, (n, …) each.
    """

    codes: list[int]
    content: Tensor
    style: Tensor
    conditions: tuple[Tensor, ...] = ()

    @classmethod
    def of(
        cls,
        view: View,
        device: torch.device,
        wanted: Sequence[Condition] = (),
        examples: Tensor | None = None,
    ) -> HeldOut:
        """All characters of a paired view.

        Args:
            view: the characters.
            device: where they go.
            wanted: the conditions.
            examples: glyphs of each style that are no held-out ones, uint8 (styles, count, 1, size, size).
        """
        content, style = view.content().to(device), view.targets().to(device)
        known = {"styles": view.styles}
        if examples is not None:
            known["references"] = examples[view.styles]
        return cls(view.codes_b.tolist(), content, style, tuple(known[name].to(device) for name in wanted))

    def __len__(self) -> int:
        return len(self.codes)

    def spread(self, count: int) -> HeldOut:
        """So many of them, evenly over all, so that all styles are among them."""
        rows = torch.linspace(0, len(self) - 1, min(count, len(self))).long()
        content, style, *conditions = (part[rows] for part in (self.content, self.style, *self.conditions))
        return HeldOut([self.codes[row] for row in rows.tolist()], content, style, tuple(conditions))

    def first_inputs(self) -> list[Tensor]:
        """What a generator is given to draw the first of them."""
        return [as_inputs(part[:1]) for part in (self.content, *self.conditions)]


def measure_generator(generator: nn.Module, pairs: HeldOut) -> Measures:
    """How near its pictures are to the true glyphs."""
    made = translate(generator, pairs.content, pairs.conditions)
    return measure(as_floats(made), as_floats(pairs.style))


def compare(generator: nn.Module, pairs: HeldOut) -> dict[str, Measures]:
    """The generator's measures beside those of a copy of the content and of the style itself."""
    content, style = as_floats(pairs.content), as_floats(pairs.style)
    return {
        "generated": measure_generator(generator, pairs),
        "copy of the content": measure(content, style),
        "the style itself": measure(style, style),
    }


def draw_samples(path: Path, title: str, generator: nn.Module, pairs: HeldOut) -> None:
    """A sheet of a few of the pairs: content, generated, true."""
    some = pairs.spread(COLUMNS)
    rows = [
        Row(label, list(pictures.squeeze(1).cpu().numpy()))
        for label, pictures in (
            ("content", some.content),
            ("generated", translate(generator, some.content, some.conditions)),
            ("true", some.style),
        )
    ]
    save_sheet(path, title, [code_point_name(code) for code in some.codes], rows, some.content.shape[-1])

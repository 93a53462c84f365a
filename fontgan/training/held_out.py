"""What a generator makes of characters that it never saw."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from fontgan.data.images import as_floats
from fontgan.data.views import View
from fontgan.evaluation.metrics import Measures, measure
from fontgan.fonts.charset import code_point_name
from fontgan.generation import translate
from fontgan.report.sheet import COLUMNS, Row, save_sheet


@dataclass(frozen=True)
class HeldOut:
    """Characters that are not learnt from.

    Attributes:
        codes: their code points.
        content, style: their glyph images, uint8 (n, 1, size, size), on one device.
    """

    codes: list[int]
    content: Tensor
    style: Tensor

    @classmethod
    def of(cls, view: View, device: torch.device) -> HeldOut:
        """All characters of a paired view."""
        content, style = (view.images.take(rows).to(device) for rows in (view.rows_a, view.rows_b))
        return cls(view.codes_b.tolist(), content, style)

    def __len__(self) -> int:
        return len(self.codes)


def measure_generator(generator: nn.Module, pairs: HeldOut) -> Measures:
    """How near its pictures are to the true glyphs."""
    made = translate(generator, pairs.content)
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
    """A sheet of the first few of the pairs: content, generated, true."""
    count = min(COLUMNS, len(pairs))
    content, style = pairs.content[:count], pairs.style[:count]
    rows = [
        Row(label, list(pictures.squeeze(1).cpu().numpy()))
        for label, pictures in (
            ("content", content),
            ("generated", translate(generator, content)),
            ("true", style),
        )
    ]
    labels = [code_point_name(code) for code in pairs.codes[:count]]
    save_sheet(path, title, labels, rows, content.shape[-1])

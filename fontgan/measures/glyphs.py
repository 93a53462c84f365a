"""Measures of glyph images against the true glyphs, character by character.

Images are (n, 1, size, size) in [0, 1], 1 = paper. `measures/table.py` has the names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from fontgan.losses.reconstruction import fixed_l1, l1, ssim

_BATCH = 64  # characters at a time: 6,763 of 128 px need gigabytes at once
_LEAST_INK = 1e-6  # least ink of a true glyph, as a share of the image: a blank one must not divide by 0


@dataclass(frozen=True)
class Measured:
    """Measures of n characters.

    Attributes:
        values: float32 (n,) for each name of the table, on the CPU.
        ink: the share of each true glyph's image that is ink, float32 (n,).
    """

    values: Mapping[str, Tensor]
    ink: Tensor

    def means(self) -> dict[str, float]:
        """The mean of each measure over the characters.

        Each character counts alike, except in `ink`: there it counts by its ink, so that the mean is the
        ink of all images as a multiple of the ink of all true glyphs.
        """
        found = {name: float(values.double().mean()) for name, values in self.values.items()}
        weights = self.ink.double()
        found["ink"] = float((self.values["ink"].double() * weights).sum() / weights.sum())
        return found


def measure(images: Tensor, targets: Tensor) -> Measured:
    """All measures of images against the true glyphs, in batches that fit any memory."""
    parts = [
        {name: of(*pair).float().cpu() for name, of in FUNCTIONS.items()} | {"of page": _ink(pair[1]).cpu()}
        for pair in zip(images.split(_BATCH), targets.split(_BATCH), strict=True)
    ]
    whole = {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
    return Measured({name: whole[name] for name in FUNCTIONS}, whole["of page"])


def ink_iou(images: Tensor, targets: Tensor) -> Tensor:
    """Intersection over union of the ink, cut at one half: (n,), from 0 to 1 (the same).

    Of two blank images it is 1.
    """
    ink, wanted = images < 0.5, targets < 0.5
    shared = (ink & wanted).sum(dim=(1, 2, 3))
    either = (ink | wanted).sum(dim=(1, 2, 3))
    return (shared + (either == 0)) / either.clamp(min=1)


def ink_ratio(images: Tensor, targets: Tensor) -> Tensor:
    """The ink as a multiple of the true glyph's: (n,); 0 is a blank image."""
    return (1 - images).mean(dim=(1, 2, 3)) / _ink(targets)


def grey_share(images: Tensor, _: Tensor | None = None) -> Tensor:
    """The share of pixels above 0.1 and below 0.9: (n,), in [0, 1].

    A font has some of its own, along the strokes.
    """
    return ((images > 0.1) & (images < 0.9)).float().mean(dim=(1, 2, 3))


def _ink(targets: Tensor) -> Tensor:
    return (1 - targets).mean(dim=(1, 2, 3)).clamp(min=_LEAST_INK)


# Each takes images and targets and gives one value per character.
FUNCTIONS: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "iou": ink_iou,
    "fixed_l1": fixed_l1,
    "l1": l1,
    "ssim": ssim,
    "ink": ink_ratio,
    "grey": grey_share,
}

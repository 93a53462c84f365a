"""pix2pix: a U-Net that translates, a PatchGAN that judges what it draws.

Isola et al. 2017, «Image-to-Image Translation with Conditional Adversarial Networks».
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fontgan.config.settings import Schedule, setting
from fontgan.models.base import FAST_OPTIMISATION
from fontgan.models.parts.generator import FAST_UNET
from fontgan.models.parts.objective import FAST_OBJECTIVE
from fontgan.models.parts.translation import Translation, TranslationSettings


@dataclass(frozen=True)
class Pix2PixSettings(TranslationSettings):
    """The settings of pix2pix; their defaults are the published ones."""

    schedule: Schedule = setting("linear", "the step size: constant, linear (from half way) or cosine, to 0")


class Pix2Pix(Translation[Pix2PixSettings]):
    """A paired translation from content to style with an adversarial loss."""

    summary = "a U-Net, judged by a PatchGAN"
    source = "Isola et al. 2017"
    purpose = "the usual choice: one style, some hundred of its glyphs"
    presets: ClassVar = {
        # The best pictures for minutes on a CPU; docs/benchmarks.md has what was tried.
        "default": Pix2PixSettings(**FAST_OPTIMISATION, **FAST_UNET, **FAST_OBJECTIVE),
        "paper": Pix2PixSettings(),
    }


MODEL = Pix2Pix

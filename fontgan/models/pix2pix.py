"""pix2pix: a U-Net that translates, and a PatchGAN that it learns against.

Isola et al. 2017, «Image-to-Image Translation with Conditional Adversarial Networks».
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from fontgan.config.settings import OptimisationSettings
from fontgan.models.base import FAST_AUGMENTATION, FAST_OPTIMISATION
from fontgan.models.parts.discriminator_settings import ConditionalDiscriminatorSettings
from fontgan.models.parts.generator import FAST_UNET, GeneratorSettings
from fontgan.models.parts.objective import FAST_OBJECTIVE, ObjectiveSettings
from fontgan.models.parts.translation import Translation, TranslationSettings


@dataclass(frozen=True)
class Pix2PixSettings(TranslationSettings):
    """The settings of pix2pix."""


PAPER = Pix2PixSettings(
    optimisation=OptimisationSettings(batch_size=1, schedule="linear"),
    generator=GeneratorSettings(),
    objective=ObjectiveSettings(reconstruction="l1", reconstruction_weight=100.0),
    discriminator=ConditionalDiscriminatorSettings(),
)


class Pix2Pix(Translation[Pix2PixSettings]):
    """A paired translation from content to style with an adversarial loss."""

    summary = "a U-Net, judged by a PatchGAN"
    source = "Isola et al. 2017"
    purpose = "the usual choice: one style, some hundred of its glyphs"
    presets: ClassVar = {
        # The best images for minutes on a CPU; docs/benchmarks.md has what was tried.
        "default": replace(
            PAPER,
            optimisation=FAST_OPTIMISATION,
            augmentation=FAST_AUGMENTATION,
            generator=GeneratorSettings(**FAST_UNET),
            objective=FAST_OBJECTIVE,
            discriminator=None,
        ),
        "paper": PAPER,
    }


MODEL = Pix2Pix

"""gan: AutoEncoderGen, and a discriminator of whole images that it learns against.

The project's source notes on font transfer: the same generator as `autoencoder`, so that what the
discriminator adds can be seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from fontgan.config.settings import OptimisationSettings
from fontgan.models.autoencoder import (
    FAST_GENERATOR,
    NOTES_GENERATOR,
    AutoEncoderSettings,
    ThroughOneVector,
)
from fontgan.models.base import FAST_AUGMENTATION, FAST_OPTIMISATION
from fontgan.models.parts.discriminator_settings import ConditionalDiscriminatorSettings
from fontgan.models.parts.objective import ObjectiveSettings


@dataclass(frozen=True)
class GanSettings(AutoEncoderSettings):
    """The settings of the GAN."""

    usual_discriminator: ClassVar = ConditionalDiscriminatorSettings(
        kind="image", layers=4, conditional=False
    )


# The notes give no settings, so these are DCGAN's with pix2pix' weight of L1.
PAPER = GanSettings(
    optimisation=OptimisationSettings(batch_size=8, learning_rate=2e-4),
    generator=NOTES_GENERATOR,
    objective=ObjectiveSettings(reconstruction="l1", reconstruction_weight=100.0),
    discriminator=GanSettings.usual_discriminator,
)


class Gan(ThroughOneVector[GanSettings]):
    """A paired translation through one vector, with an adversarial loss."""

    summary = "AutoEncoderGen, judged by a discriminator of whole images"
    source = "the project's source notes; Radford et al. 2016, DCGAN"
    purpose = "to see what a discriminator adds to the autoencoder"
    presets: ClassVar = {
        "default": replace(
            PAPER,
            optimisation=FAST_OPTIMISATION,
            augmentation=FAST_AUGMENTATION,
            generator=FAST_GENERATOR,
            objective=ObjectiveSettings(reconstruction="fixed-l1", reconstruction_weight=1.0),
            discriminator=replace(
                GanSettings.usual_discriminator,
                loss="hinge",
                weight=0.01,
                width=16,
                spectral_norm=True,
                norm="none",
            ),
        ),
        "paper": PAPER,
    }


MODEL = Gan

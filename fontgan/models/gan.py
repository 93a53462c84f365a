"""gan: AutoEncoderGen, and a discriminator that judges what it draws.

The project's source notes on font transfer: the same generator as `autoencoder`, so that what the
discriminator adds can be seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fontgan.config.settings import setting
from fontgan.models.autoencoder import AutoEncoderSettings, ThroughOneVector
from fontgan.models.base import FAST_OPTIMISATION
from fontgan.networks.discriminator import DiscriminatorKind


@dataclass(frozen=True)
class GanSettings(AutoEncoderSettings):
    """The settings of the GAN; the notes give none, so they are DCGAN's with pix2pix' weight of L1."""

    learning_rate: float = setting(2e-4, "Adam's step size at its highest", least=0)
    reconstruction_weight: float = setting(100.0, "of that distance in the generator's loss", least=0)
    adversarial_weight: float = setting(1.0, "of the discriminator's word; 0: no discriminator", least=0)
    discriminator: DiscriminatorKind = setting(
        "image", "what it judges by itself: patch, pixel or the image as one", needs="adversarial_weight"
    )
    discriminator_layers: int = setting(
        4,
        "its halvings; an image of 64×64 is 4×4 after 4 of them",
        least=1,
        most=6,
        needs="adversarial_weight,discriminator=patch|image",
    )
    conditional: bool = setting(
        False, "the discriminator sees the content beside each glyph", needs="adversarial_weight"
    )


class Gan(ThroughOneVector[GanSettings]):
    """A paired translation through one vector, judged by a discriminator."""

    summary = "AutoEncoderGen, judged by a discriminator of whole pictures"
    source = "the project's source notes; Radford et al. 2016, DCGAN"
    purpose = "to see what a discriminator adds to the autoencoder"
    presets: ClassVar = {
        "default": GanSettings(
            **FAST_OPTIMISATION,
            width=16,
            dropout=0.0,
            decoder_dropout=0.0,
            reconstruction="fixed-l1",
            reconstruction_weight=1.0,
            adversarial="hinge",
            adversarial_weight=0.01,
            discriminator_width=16,
            spectral_norm=True,
            discriminator_norm="none",
        ),
        "paper": GanSettings(),
    }


MODEL = Gan

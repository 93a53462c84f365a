"""autoencoder: AutoEncoderGen, trained on pairs with a reconstruction loss alone.

The baseline of the project's source notes on font transfer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fontgan.config.settings import setting
from fontgan.models.base import FAST_OPTIMISATION
from fontgan.models.parts.generator import Generator
from fontgan.models.parts.translation import Translation, TranslationSettings


@dataclass(frozen=True)
class AutoEncoderSettings(TranslationSettings):
    """The settings of AutoEncoderGen; their defaults are those of the notes."""

    batch_size: int = setting(8, "characters in one training step", least=1)
    learning_rate: float = setting(1e-4, "Adam's step size at its highest", least=0)
    generator: Generator = setting("autoencoder", "the network that draws: unet, resnet or autoencoder")
    decoder_dropout: float = setting(
        0.5, "in the AutoEncoderGen's decoder units", least=0, most=1, needs="generator=autoencoder"
    )
    reconstruction_weight: float = setting(1.0, "of that distance in the generator's loss", least=0)
    adversarial_weight: float = setting(0.0, "of the discriminator's word; 0: no discriminator", least=0)


class AutoEncoder(Translation[AutoEncoderSettings]):
    """A paired translation from content to style through one vector."""

    summary = "AutoEncoderGen: an encoder and a decoder without skip connections"
    source = "the project's source notes"
    purpose = "the baseline: what skip connections are needed for"
    presets: ClassVar = {
        # The best pictures for minutes on a CPU; docs/benchmarks.md has what was tried.
        "default": AutoEncoderSettings(
            **FAST_OPTIMISATION, width=16, dropout=0.0, decoder_dropout=0.0, reconstruction="fixed-l1"
        ),
        "paper": AutoEncoderSettings(),
    }


MODEL = AutoEncoder

"""autoencoder: AutoEncoderGen, trained on pairs with a reconstruction loss alone.

The baseline of the project's source notes on font transfer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn

from fontgan.compute.engine import Engine
from fontgan.compute.optimisers import Optimisers
from fontgan.config.settings import ModelSettings, setting
from fontgan.data.views import Batch
from fontgan.errors import FontganError
from fontgan.losses import Reconstruction, reconstruction
from fontgan.models.base import FAST_OPTIMISATION, Model, Phase
from fontgan.networks.autoencoder import ENCODERS, AutoEncoderGen
from fontgan.networks.blocks import initialise


@dataclass(frozen=True)
class AutoEncoderSettings(ModelSettings):
    """The settings of AutoEncoderGen; their defaults are those of the notes."""

    batch_size: int = setting(8, "characters in one training step", least=1)
    learning_rate: float = setting(1e-4, "Adam's step size at its highest", least=0)
    width: int = setting(
        64, "channels after the first encoder unit; after the last 32 times as many", least=1
    )
    dropout: float = setting(0.5, "in the last three encoder units", least=0, most=1)
    decoder_dropout: float = setting(0.5, "in the decoder units", least=0, most=1)
    reconstruction: Reconstruction = setting("l1", "distance to the true glyph: l1 or fixed-l1")


# The best pictures for minutes on a CPU; docs/benchmarks.md has what was tried.
_FAST = AutoEncoderSettings(
    **FAST_OPTIMISATION,
    width=16,
    dropout=0.0,
    decoder_dropout=0.0,
    reconstruction="fixed-l1",
)


class AutoEncoder(Model[AutoEncoderSettings]):
    """A paired translation from content to style through one vector."""

    summary = "paired: AutoEncoderGen, an encoder and a decoder without skip connections"
    presets: ClassVar = {"default": _FAST, "paper": AutoEncoderSettings()}

    def __init__(self, settings: AutoEncoderSettings, size: int, engine: Engine) -> None:
        super().__init__(settings, size, engine)
        optimisers = Optimisers(self.generator, settings, engine.precision)
        self.phases = (Phase("G", optimisers, self._loss),)

    @classmethod
    def build_generator(cls, settings: AutoEncoderSettings, size: int) -> nn.Module:
        """AutoEncoderGen; its six encoder units need pictures of a multiple of 64 pixels."""
        if size % 2**ENCODERS:
            raise FontganError(f"AutoEncoderGen cannot take pictures of {size} px: render at 64 or more")
        network = AutoEncoderGen(settings.width, settings.dropout, settings.decoder_dropout)
        initialise(network)
        return network

    def _loss(self, part: Batch, _progress: float) -> tuple[Tensor, dict[str, Tensor]]:
        with self.engine.autocast():
            fake_b = self.generator(part.real_a)
        loss = reconstruction(self.settings.reconstruction, fake_b, part.real_b)
        return loss, {self.settings.reconstruction: loss.detach()}


MODEL = AutoEncoder

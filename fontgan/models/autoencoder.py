"""autoencoder: AutoEncoderGen, trained on pairs with a reconstruction loss alone.

The baseline of the project's source notes on font transfer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeVar

from torch import Tensor

from fontgan.config.settings import setting
from fontgan.data.views import Batch
from fontgan.models.base import FAST_OPTIMISATION, Learnt
from fontgan.models.parts.generator import Generator
from fontgan.models.parts.translation import Translation, TranslationSettings
from fontgan.networks.autoencoder import DECODERS, coarsened

_COARSEST = 1.0  # growing begins with the pictures of the decoder's second unit: 4×4 at 64 px


@dataclass(frozen=True)
class AutoEncoderSettings(TranslationSettings):
    """The settings of AutoEncoderGen; their defaults are those of the notes."""

    batch_size: int = setting(8, "characters in one training step", least=1)
    learning_rate: float = setting(1e-4, "Adam's step size at its highest", least=0)
    generator: Generator = setting("autoencoder", "the network that draws: unet, resnet or autoencoder")
    decoder_dropout: float = setting(
        0.5, "in the AutoEncoderGen's decoder units", least=0, most=1, needs="generator=autoencoder"
    )
    growing: float = setting(
        0.0,
        "share of the training in which the AutoEncoderGen grows from coarse pictures to full ones; 0: none",
        least=0,
        most=1,
        needs="generator=autoencoder",
    )
    reconstruction_weight: float = setting(1.0, "of that distance in the generator's loss", least=0)
    adversarial_weight: float = setting(0.0, "of the discriminator's word; 0: no discriminator", least=0)

    def contradictions(self) -> list[str]:
        """What cannot be wanted together, a line each; none where all is well."""
        found = super().contradictions()
        if self.growing and self.global_skip:
            found.append("a picture that grows does not begin as the content: set growing or global_skip")
        return found

    def grows(self) -> bool:
        """Whether pictures are wanted from every size."""
        return self.growing > 0


S = TypeVar("S", bound=AutoEncoderSettings)


class ThroughOneVector(Translation[S]):
    """A translation by AutoEncoderGen, which may grow while it learns (Karras et al. 2018, «ProGAN»)."""

    def step(self, batch: Batch, number: int, progress: float) -> Learnt:
        """See `Model`; where the generator grows, it does so first."""
        if self.settings.growing:
            share = min(1.0, progress / self.settings.growing)
            self.generator.get_buffer("grown").fill_(_COARSEST + (DECODERS - _COARSEST) * share)
        return super().step(batch, number, progress)

    def truth(self, part: Batch) -> Tensor:
        """The true glyphs, as coarse as the generator is now."""
        if not self.settings.growing:
            return part.real_b
        return coarsened(part.real_b, float(self.generator.get_buffer("grown")))


class AutoEncoder(ThroughOneVector[AutoEncoderSettings]):
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

"""autoencoder: AutoEncoderGen, trained on pairs with a reconstruction loss alone.

The baseline of the project's source notes on font transfer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, TypeVar

from torch import Tensor, nn

from fontgan.config.settings import OptimisationSettings, setting
from fontgan.data.views import Batch
from fontgan.models.base import FAST_AUGMENTATION, FAST_OPTIMISATION, GeneratorSpec, Learnt
from fontgan.models.parts.generator import GeneratorSettings
from fontgan.models.parts.objective import ObjectiveSettings
from fontgan.models.parts.translation import Translation, TranslationSettings
from fontgan.networks.autoencoder import DECODERS, coarsened

_COARSEST = 1.0  # growing begins with the images of the decoder's second unit: 4×4 at 64 px


@dataclass(frozen=True)
class AutoEncoderSettings(TranslationSettings):
    """The settings of AutoEncoderGen."""

    growing: float = setting(
        0.0,
        "share of the run over which the network grows from coarse to full images; 0: off",
        least=0,
        most=1,
        needs="generator.kind=autoencoder",
    )

    def contradictions(self) -> list[str]:
        """Contradictory settings, one line each; empty if there are none."""
        found = super().contradictions()
        if self.growing and self.generator.global_skip:
            found.append("growing and global_skip contradict each other: set one of them")
        return found


S = TypeVar("S", bound=AutoEncoderSettings)


class ThroughOneVector(Translation[S]):
    """A translation by AutoEncoderGen, which may grow while it learns (Karras et al. 2018, «ProGAN»)."""

    @classmethod
    def build_generator(cls, settings: S, spec: GeneratorSpec) -> nn.Module:
        """The network that the settings name, with images from every size if it is to grow."""
        return settings.generator.build(spec.size, spec.contents, spec.contents, grows=settings.growing > 0)

    def step(self, batch: Batch, number: int, progress: float) -> Learnt:
        """See `Model`; where the generator grows, it does so first."""
        if self.settings.growing:
            grown = min(1.0, progress / self.settings.growing)
            self.generator.get_buffer("grown").fill_(_COARSEST + (DECODERS - _COARSEST) * grown)
        return super().step(batch, number, progress)

    def target(self, batch: Batch) -> Tensor:
        """The true glyphs, as coarse as the generator is now."""
        if not self.settings.growing:
            return batch.real_b
        return coarsened(batch.real_b, float(self.generator.get_buffer("grown")))


# The notes' network; what they do not say is pix2pix'.
NOTES_GENERATOR = GeneratorSettings(kind="autoencoder", dropout=0.5, decoder_dropout=0.5)
FAST_GENERATOR = replace(NOTES_GENERATOR, width=16, dropout=0.0, decoder_dropout=0.0)

PAPER = AutoEncoderSettings(
    optimisation=OptimisationSettings(batch_size=8, learning_rate=1e-4),
    generator=NOTES_GENERATOR,
    objective=ObjectiveSettings(reconstruction="l1", reconstruction_weight=1.0),
)


class AutoEncoder(ThroughOneVector[AutoEncoderSettings]):
    """A paired translation from content to style through one vector."""

    summary = "AutoEncoderGen: an encoder and a decoder without skip connections"
    source = "the project's source notes"
    purpose = "the baseline: what skip connections are needed for"
    presets: ClassVar = {
        # The best images for minutes on a CPU; docs/benchmarks.md has what was tried.
        "default": replace(
            PAPER,
            optimisation=FAST_OPTIMISATION,
            augmentation=FAST_AUGMENTATION,
            generator=FAST_GENERATOR,
            objective=replace(PAPER.objective, reconstruction="fixed-l1"),
        ),
        "paper": PAPER,
    }


MODEL = AutoEncoder

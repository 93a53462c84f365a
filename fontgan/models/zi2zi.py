"""zi2zi: a U-Net that learns many styles at once and is given the number of the one to draw.

Tian 2017, «zi2zi: Master Chinese Calligraphy with Conditional Adversarial Networks», and its code.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fontgan.compute.engine import Engine
from fontgan.config.settings import MOST_WEIGHT, MOST_WIDTH, OptimisationSettings, group, setting, weighted
from fontgan.data.views import Batch
from fontgan.models.base import FAST_AUGMENTATION, FAST_OPTIMISATION, GeneratorSpec
from fontgan.models.parts.discriminator_settings import DiscriminatorSettings
from fontgan.models.parts.generator import FAST_UNET, UNetSettings
from fontgan.models.parts.loss import Loss
from fontgan.models.parts.objective import FAST_OBJECTIVE, ObjectiveSettings
from fontgan.models.parts.paired import GeneratorOutput, Paired, PairedSettings
from fontgan.networks.initialisation import initialise
from fontgan.networks.zi2zi import StyleInput, Zi2ZiNet


@dataclass(frozen=True)
class Zi2ZiSettings(PairedSettings):
    """The settings of zi2zi."""

    generator: UNetSettings = group(UNetSettings(), "network that draws")
    embedding: int = setting(128, "length of a style's embedding vector", least=1, most=MOST_WIDTH)
    style_into: StyleInput = setting(
        "bottleneck",
        "places that receive the style's vector: beside the innermost maps, the decoder's norms, or both",
    )
    shuffling: bool = setting(
        True, "also draw each character in a random style, used by every loss except the reconstruction"
    )
    constancy_weight: float = setting(
        15.0,
        "weight of the constancy loss: the distance between the innermost maps of content and fake",
        least=0,
        most=MOST_WEIGHT,
    )
    category_weight: float = setting(
        1.0,
        "weight of the discriminator's style classification",
        least=0,
        most=MOST_WEIGHT,
        needs="discriminator",
    )
    generator_steps: int = setting(
        2, "steps of the generator per step of the discriminator", least=1, most=1000, needs="discriminator"
    )

    usual_discriminator: ClassVar = DiscriminatorSettings(kind="image", norm="batch")

    def contradictions(self) -> list[str]:
        """Contradictory settings, one line each; empty if there are none."""
        found = super().contradictions()
        if self.shuffling and self.discriminator is None and not self.constancy_weight:
            found.append("shuffling has no loss to learn from: set discriminator.weight=1 or shuffling=false")
        return found

    def terms(self) -> list[str]:
        """The loss of the generator, in words."""
        category = 0.0 if self.discriminator is None else self.category_weight
        return super().terms() + weighted((self.constancy_weight, "constancy"), (category, "category"))


# As in its code, apart from kernels of 4×4 for its 5×5, a discriminator without its last layer of stride 1,
# with its loss halved as pix2pix has it, a category by softmax for its sigmoids, and a learning rate that
# falls linearly for its halvings.
PAPER = Zi2ZiSettings(
    optimisation=OptimisationSettings(batch_size=16, learning_rate=1e-3, schedule="linear"),
    generator=UNetSettings(norm="batch"),
    objective=ObjectiveSettings(reconstruction="l1", reconstruction_weight=100.0),
    discriminator=Zi2ZiSettings.usual_discriminator,
)


class Zi2Zi(Paired[Zi2ZiSettings]):
    """A paired translation from content to many styles."""

    summary = "a U-Net for many styles, given the number of the one to draw"
    source = "Tian 2017"
    purpose = "several fonts in one network; what font makers know"
    many_styles = True
    conditions = ("styles",)
    presets: ClassVar = {
        "default": replace(
            PAPER,
            optimisation=FAST_OPTIMISATION,
            augmentation=FAST_AUGMENTATION,
            generator=UNetSettings(**FAST_UNET),
            objective=FAST_OBJECTIVE,
            discriminator=None,
            embedding=32,
            style_into="both",
            shuffling=False,
            constancy_weight=0.0,
            generator_steps=1,
        ),
        "paper": PAPER,
    }

    def __init__(self, settings: Zi2ZiSettings, spec: GeneratorSpec, engine: Engine) -> None:
        super().__init__(
            settings,
            spec,
            engine,
            channels=spec.contents,
            classes=spec.styles,
            category_weight=settings.category_weight,
            repeats=1 if settings.discriminator is None else settings.generator_steps,
        )

    @classmethod
    def build_generator(cls, settings: Zi2ZiSettings, spec: GeneratorSpec) -> nn.Module:
        """The U-Net with a vector for each style."""
        network = Zi2ZiNet(
            settings.generator.shape(spec.size),
            settings.generator.layers(),
            settings.generator.tail,
            spec.styles,
            settings.embedding,
            settings.style_into,
            spec.contents,
        )
        initialise(network, settings.generator.initialisation)
        return network

    def compiled_modules(self) -> list[nn.Module]:
        """See `Model`."""
        return [self._network.encoder, self._network.decoder]

    def draw(self, batch: Batch) -> GeneratorOutput:
        """Each character in its style and, with shuffling, also in a random one."""
        maps = self._network.encoder(batch.real_a)
        styles, images = batch.styles, self._network.decode(maps, batch.styles)
        if self.settings.shuffling and self.spec.styles > 1:
            shuffled = self._shuffled(batch)
            images = torch.cat((images, self._network.decode(maps, shuffled)))
            styles = torch.cat((styles, shuffled))
        return GeneratorOutput(images, styles, (maps[-1],))

    def extra_loss(self, batch: Batch, fake: GeneratorOutput) -> Loss:
        """Constancy loss: the fake's code equals the content's (Taigman et al. 2017, «DTN», equation 3)."""
        if not self.settings.constancy_weight:
            return Loss()
        with self.engine.autocast():
            again = self._network.encoder(fake.images.expand(-1, self.spec.contents, -1, -1))[-1]
        code = fake.codes[0].float().repeat(len(again) // len(batch), 1, 1, 1)
        return self.settings.constancy_weight * Loss.of("constancy", F.mse_loss(again.float(), code))

    @property
    def _network(self) -> Zi2ZiNet:
        assert isinstance(self.generator, Zi2ZiNet)
        return self.generator

    def _shuffled(self, batch: Batch) -> Tensor:
        """Random styles, drawn for the whole batch; this process' share of them."""
        ranks, device = self.engine.ranks, batch.styles.device
        return ranks.share(torch.randint(self.spec.styles, (len(batch) * ranks.count,), device=device))


MODEL = Zi2Zi

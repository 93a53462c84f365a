"""A paired translation from content to one style, by a generator that sees nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeVar

from torch import Tensor, nn

from fontgan.compute.engine import Engine
from fontgan.config.settings import group
from fontgan.data.views import Batch
from fontgan.models.base import GeneratorSpec
from fontgan.models.parts.discriminator_settings import ConditionalDiscriminatorSettings
from fontgan.models.parts.generator import GeneratorSettings
from fontgan.models.parts.paired import GeneratorOutput, Paired, PairedSettings


@dataclass(frozen=True)
class TranslationSettings(PairedSettings):
    """The settings of a paired translation by one of the networks that there are."""

    generator: GeneratorSettings = group(GeneratorSettings(), "network that draws")
    discriminator: ConditionalDiscriminatorSettings | None = group(
        None, "discriminator that the generator learns against, or none", switch="weight"
    )

    usual_discriminator: ClassVar[ConditionalDiscriminatorSettings] = ConditionalDiscriminatorSettings()


T = TypeVar("T", bound=TranslationSettings)


class Translation(Paired[T]):
    """A translation by the network that the settings name."""

    def __init__(self, settings: T, spec: GeneratorSpec, engine: Engine) -> None:
        discriminator = settings.discriminator
        conditional = discriminator is not None and discriminator.conditional
        super().__init__(settings, spec, engine, channels=spec.contents if conditional else 0)
        self._conditional = conditional

    @classmethod
    def build_generator(cls, settings: T, spec: GeneratorSpec) -> nn.Module:
        """The network that the settings name."""
        return settings.generator.build(spec.size, spec.contents, spec.contents)

    def draw(self, batch: Batch) -> GeneratorOutput:
        """The content in the style."""
        return GeneratorOutput(self.generator(batch.real_a))

    def condition_images(self, batch: Batch) -> tuple[Tensor, ...]:
        """The content, if the discriminator sees it."""
        return (batch.real_a,) if self._conditional else ()

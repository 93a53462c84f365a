"""A paired translation from content to one style, by a generator that sees nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from torch import Tensor, nn

from fontgan.config.settings import setting
from fontgan.data.views import Batch
from fontgan.models.base import Task
from fontgan.models.parts.generator import GeneratorSettings
from fontgan.models.parts.paired import Drawn, Paired, PairedSettings


@dataclass(frozen=True)
class TranslationSettings(PairedSettings, GeneratorSettings):
    """The settings of a paired translation; the defaults are pix2pix' (Isola et al. 2017, section 6)."""

    batch_size: int = setting(1, "characters in one training step", least=1)
    conditional: bool = setting(
        True, "the discriminator sees the content beside each glyph", needs="adversarial_weight"
    )


T = TypeVar("T", bound=TranslationSettings)


class Translation(Paired[T]):
    """A translation by the network that the settings name."""

    @classmethod
    def build_generator(cls, settings: T, task: Task) -> nn.Module:
        """The network that the settings name."""
        return settings.build(task.size)

    @property
    def seen(self) -> int:
        """A glyph, and the content if it is to be seen."""
        return 2 if self.settings.conditional else 1

    def draw(self, part: Batch) -> Drawn:
        """The content in the style."""
        return Drawn(self.generator(part.real_a))

    def beside(self, part: Batch) -> tuple[Tensor, ...]:
        """The content, if it is to be seen."""
        return (part.real_a,) if self.settings.conditional else ()

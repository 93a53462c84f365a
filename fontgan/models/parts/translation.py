"""A paired translation from content to style: a generator, an objective, perhaps a discriminator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from torch import Tensor, nn

from fontgan.compute.engine import Engine
from fontgan.compute.optimisers import Optimisers
from fontgan.config.settings import setting
from fontgan.data.views import Batch
from fontgan.models.base import Loss, Model, Phase, Task
from fontgan.models.parts.generator import GeneratorSettings
from fontgan.models.parts.judge import Judge, JudgeSettings, Shown
from fontgan.models.parts.objective import Objective, ObjectiveSettings
from fontgan.models.parts.once import Once

T = TypeVar("T", bound="TranslationSettings")


@dataclass(frozen=True)
class TranslationSettings(JudgeSettings, ObjectiveSettings, GeneratorSettings):
    """The settings of a paired translation; the defaults are pix2pix' (Isola et al. 2017, section 6)."""

    batch_size: int = setting(1, "characters in one training step", least=1)
    conditional: bool = setting(
        True, "the discriminator sees the content beside each glyph", needs="adversarial_weight"
    )

    def contradictions(self) -> list[str]:
        """What cannot be wanted together, a line each; none where all is well."""
        found = super().contradictions()
        if not self.adversarial_weight and not self.compares:
            found.append("there is nothing to learn by: all weights of losses are 0")
        return found


class Translation(Model[T]):
    """A generator that learns from pairs."""

    def __init__(self, settings: T, task: Task, engine: Engine) -> None:
        super().__init__(settings, task, engine)
        self._draw = Once(self._draw_part)
        self._objective = Objective(settings, engine)
        optimisers = Optimisers(self.generator, settings, engine.precision)
        self.phases = (
            Phase(
                "G",
                optimisers,
                self._translate,
                interval=settings.discriminator_steps,
                first_step=1 + settings.discriminator_first,
            ),
        )
        self.judge: Judge | None = None
        if settings.adversarial_weight:
            inputs = 2 if settings.conditional else 1
            self.judge = Judge(settings, task.size, engine, inputs, self._show)
            self.networks["discriminator"] = self.judge.network
            self.phases = (*self.judge.phases(), *self.phases)

    @classmethod
    def build_generator(cls, settings: T, task: Task) -> nn.Module:
        """The network that the settings name."""
        return settings.build(task.size)

    def draw(self, part: Batch) -> Tensor:
        """What the generator makes of a part, under autocast."""
        return self.generator(part.real_a)  # type: ignore[no-any-return]

    def _draw_part(self, part: Batch) -> Tensor:
        with self.engine.autocast():
            return self.draw(part)

    def truth(self, part: Batch) -> Tensor:
        """What the generator is to draw of a part."""
        return part.real_b

    def _show(self, part: Batch) -> Shown:
        beside = (part.real_a,) if self.settings.conditional else ()
        return Shown(beside, self.truth(part), self._draw(part))

    def _translate(self, part: Batch, progress: float) -> Loss:
        shown = self._show(part)
        self._draw.forget()
        total, losses = self._objective(shown.fake, shown.real)
        if self.judge is not None and progress >= self.settings.adversarial_from:
            belief, more = self.judge.convince(shown)
            total, losses = total + belief, losses | more
        return total, losses

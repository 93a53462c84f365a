"""Learning from pairs: an objective, and a discriminator if there is one."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TypeVar

from torch import Tensor

from fontgan.compute.engine import Engine
from fontgan.compute.optimisers import Optimisers
from fontgan.data.views import Batch
from fontgan.models.base import Loss, Model, Phase, Task
from fontgan.models.parts.judge import Judge, Shown
from fontgan.models.parts.judge_settings import JudgeSettings
from fontgan.models.parts.objective import Objective, ObjectiveSettings
from fontgan.models.parts.once import Once


@dataclass(frozen=True)
class PairedSettings(JudgeSettings, ObjectiveSettings):
    """The settings of what a generator learns by."""

    def contradictions(self) -> list[str]:
        """What cannot be wanted together, a line each; none where all is well."""
        found = super().contradictions()
        if not self.adversarial_weight and not self.compares:
            found.append("there is nothing to learn by: all weights of losses are 0")
        return found


S = TypeVar("S", bound=PairedSettings)


@dataclass(frozen=True)
class Drawn:
    """What a generator made of a part of a batch.

    Attributes:
        pictures: (n, 1, size, size) in [0, 1]; of the true styles first, then of others if wanted.
        styles: which style each is in, for an auxiliary classifier.
        codes: what else the model's own losses look at.
    """

    pictures: Tensor
    styles: Tensor | None = None
    codes: tuple[Tensor, ...] = ()


class Paired(Model[S]):
    """A generator that learns from pairs.

    A subclass says what the generator makes of a part (`draw`), and may say what its discriminator sees
    beside each glyph (`beside`), what is to be drawn (`truth`) and what else makes up the generator's loss
    (`further`).

    Attributes:
        classes: styles that the discriminator guesses; 0: none.
        category_weight: of that guess.
        repeats: steps of the generator for one of the discriminator.
    """

    classes: int = 0
    category_weight: float = 0.0
    repeats: int = 1

    def __init__(self, settings: S, task: Task, engine: Engine) -> None:
        super().__init__(settings, task, engine)
        self._drawn = Once(self._draw)
        self._objective = Objective(settings, engine)
        optimisers = Optimisers(self.generator, settings, engine.precision)
        every, first = settings.discriminator_steps, 1 + settings.discriminator_first
        self.phases = (Phase("G", optimisers, self._generate, every, first),) * self.repeats
        self.judge: Judge | None = None
        if settings.adversarial_weight:
            self.judge = Judge(
                settings, task.size, engine, self.seen, self._show, self.classes, self.category_weight
            )
            self.networks["discriminator"] = self.judge.network
            self.phases = (*self.judge.phases(), *self.phases)

    @property
    def seen(self) -> int:
        """How many pictures the discriminator sees together."""
        return 2

    @abstractmethod
    def draw(self, part: Batch) -> Drawn:
        """What the generator makes of a part, under autocast."""

    def beside(self, part: Batch) -> tuple[Tensor, ...]:
        """What the discriminator sees beside each glyph, one fewer than `seen`: the content."""
        return (part.real_a,)

    def truth(self, part: Batch) -> Tensor:
        """What the generator is to draw of a part."""
        return part.real_b

    def further(self, part: Batch, drawn: Drawn) -> Loss:  # noqa: ARG002
        """What else makes up the generator's loss: nothing."""
        return drawn.pictures.new_zeros(()), {}

    def _draw(self, part: Batch) -> Drawn:
        with self.engine.autocast():
            return self.draw(part)

    def _show(self, part: Batch) -> Shown:
        drawn = self._drawn(part)
        return Shown(self.beside(part), self.truth(part), drawn.pictures, drawn.styles)

    def _generate(self, part: Batch, progress: float) -> Loss:
        drawn, shown = self._drawn(part), self._show(part)
        self._drawn.forget()  # its graph is used up
        total, losses = self._objective(drawn.pictures[: len(part)], shown.real)
        more, others = self.further(part, drawn)
        total, losses = total + more, losses | others
        if self.judge is not None and progress >= self.settings.adversarial_from:
            belief, others = self.judge.convince(shown)
            total, losses = total + belief, losses | others
        return total, losses

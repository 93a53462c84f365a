"""Learning from pairs: an objective, and a discriminator if there is one."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, TypeVar

import torch
from torch import Tensor

from fontgan.compute.engine import Engine
from fontgan.compute.optimisers import Optimisers
from fontgan.config.settings import ModelSettings, group
from fontgan.data.views import Batch
from fontgan.models.base import GeneratorSpec, Model, Phase
from fontgan.models.parts.adversary import Adversary, DiscriminatorInput
from fontgan.models.parts.discriminator_settings import DiscriminatorSettings
from fontgan.models.parts.loss import Loss
from fontgan.models.parts.objective import Objective, ObjectiveSettings
from fontgan.models.parts.part import Part


@dataclass(frozen=True)
class PairedSettings(ModelSettings):
    """The losses of a generator that learns from pairs."""

    objective: ObjectiveSettings = group(
        ObjectiveSettings(), "losses that compare a fake glyph with its target"
    )
    discriminator: DiscriminatorSettings | None = group(
        None, "discriminator that the generator learns against, or none", switch="weight"
    )

    usual_discriminator: ClassVar[DiscriminatorSettings] = DiscriminatorSettings()

    def contradictions(self) -> list[str]:
        """Contradictory settings, one line each; empty if there are none."""
        found = super().contradictions()
        if self.discriminator is None and not self.objective.terms():
            found.append("there is nothing to learn from: all weights of losses are 0")
        return found

    def terms(self) -> list[str]:
        """The loss of the generator, in words."""
        adversarial = self.discriminator.terms() if self.discriminator is not None else []
        return self.objective.terms() + adversarial


S = TypeVar("S", bound=PairedSettings)


@dataclass(frozen=True)
class GeneratorOutput:
    """The generator's output for a part of a batch.

    Attributes:
        images: (n, 1, size, size) in [0, 1]; in the styles of the targets first, then in others if wanted.
        styles: which style each is in, for an auxiliary classifier.
        codes: what else the model's own losses look at.
    """

    images: Tensor
    styles: Tensor | None = None
    codes: tuple[Tensor, ...] = ()


class Paired(Model[S]):
    """A generator that learns from pairs.

    A subclass says what the generator makes of a part (`draw`), and may say what its discriminator sees
    beside each glyph (`condition_images`), what is to be drawn (`target`) and what else makes up the
    generator's loss (`extra_loss`).

    In a step with one part, the generator draws once for all phases. With several parts it draws each part
    once for the discriminator, without a graph, and once more for its own loss: the graphs of all parts
    together would take the memory that accumulation is to save. It also draws again after it has moved,
    where it takes several steps per step of the discriminator.

    Args:
        settings: of the model.
        spec: what the generator is made for.
        engine: the device and precision to compute with.
        channels: of what the discriminator sees beside each glyph.
        classes: styles that the discriminator guesses; 0: none.
        category_weight: weight of that guess.
        repeats: steps of the generator per step.
    """

    def __init__(
        self,
        settings: S,
        spec: GeneratorSpec,
        engine: Engine,
        *,
        channels: int,
        classes: int = 0,
        category_weight: float = 0.0,
        repeats: int = 1,
    ) -> None:
        super().__init__(settings, spec, engine)
        self._objective = Objective(settings.objective, engine)
        self._repeats = repeats
        self._optimiser = Optimisers(
            self.generator,
            settings.optimisation,
            engine.precision,
            groups=self.parameter_groups(self.generator),
        )
        self.adversary: Adversary | None = None
        if settings.discriminator is not None:
            self.adversary = Adversary(
                settings.discriminator,
                settings.optimisation,
                spec.size,
                engine,
                1 + channels,
                classes,
                category_weight,
            )
            self.networks["discriminator"] = self.adversary.network

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The discriminator's, if there is one, then the generator's."""
        if self.adversary is None:
            return (Phase("G", self._optimiser, self.generator_loss, averages=True),) * self._repeats
        every, first = self.adversary.settings.steps, 1 + self.adversary.settings.first
        generator = Phase("G", self._optimiser, self.generator_loss, every, first, averages=True)
        discriminator = self.adversary.phases(self.discriminator_loss, self.discriminator_penalty)
        return (*discriminator, *(generator,) * self._repeats)

    @abstractmethod
    def draw(self, batch: Batch) -> GeneratorOutput:
        """What the generator makes of a part, under autocast."""

    def condition_images(self, batch: Batch) -> tuple[Tensor, ...]:
        """What the discriminator sees beside each glyph: the content."""
        return (batch.real_a,)

    def target(self, batch: Batch) -> Tensor:
        """What the generator is to draw of a part, (n, 1, size, size)."""
        return batch.real_b

    def extra_loss(self, batch: Batch, fake: GeneratorOutput) -> Loss:  # noqa: ARG002
        """What else makes up the generator's loss: nothing."""
        return Loss()

    def fake(self, part: Part) -> GeneratorOutput:
        """What the generator makes of a part, for those that it does not learn from: drawn once in a step."""

        def draw() -> GeneratorOutput:
            with self.engine.autocast(), torch.set_grad_enabled(part.shares_graphs):
                return self.draw(part.batch)

        return part.once("fake", draw)

    def discriminator_loss(self, part: Part) -> Loss:
        """What the discriminator learns from."""
        assert self.adversary is not None
        return self.adversary.discriminator_loss(*self._pair(part.batch, self.fake(part)))

    def discriminator_penalty(self, part: Part) -> Loss:
        """The penalty on its gradient, where that is rarer than each step."""
        assert self.adversary is not None
        return self.adversary.penalty(*self._pair(part.batch, self.fake(part)))

    def generator_loss(self, part: Part) -> Loss:
        """What the generator learns from: the objective, the model's own losses, and the discriminator."""
        batch, fake = part.batch, self._fake_with_graph(part)
        loss = self._objective(fake.images[: len(batch)], self.target(batch)) + self.extra_loss(batch, fake)
        if self.adversary is not None and part.progress >= self.adversary.settings.start:
            loss += self.adversary.generator_loss(*self._pair(batch, fake))
        return loss

    def _fake_with_graph(self, part: Part) -> GeneratorOutput:
        """What the generator makes of a part, for its own loss: the earlier drawing, if it has a graph."""

        def draw() -> GeneratorOutput:
            with self.engine.autocast():
                return self.draw(part.batch)

        return part.last("fake", draw) if part.shares_graphs else draw()

    def _pair(self, batch: Batch, fake: GeneratorOutput) -> tuple[DiscriminatorInput, DiscriminatorInput]:
        """The targets and the drawn glyphs as the discriminator sees them."""
        target, conditions = self.target(batch), self.condition_images(batch)
        times = len(fake.images) // len(target)
        repeated = tuple(images.repeat(times, 1, 1, 1) for images in conditions)
        styles = None if fake.styles is None else fake.styles[: len(target)]
        return (
            DiscriminatorInput(target, conditions, styles),
            DiscriminatorInput(fake.images, repeated, fake.styles),
        )

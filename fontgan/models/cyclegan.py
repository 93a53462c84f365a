"""cyclegan: two generators, there and back, that never see which glyphs belong together.

Zhu et al. 2017, «Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks».
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from fontgan.compute.engine import Engine
from fontgan.compute.optimisers import Optimisers
from fontgan.config.settings import MOST_WEIGHT, ModelSettings, OptimisationSettings, group, setting, weighted
from fontgan.errors import FontganError
from fontgan.losses.reconstruction import Reconstruction, reconstruction
from fontgan.models.base import FAST_AUGMENTATION, FAST_OPTIMISATION, GeneratorSpec, Model, Phase
from fontgan.models.parts.adversary import Adversary, DiscriminatorInput
from fontgan.models.parts.discriminator_settings import DiscriminatorSettings
from fontgan.models.parts.generator import FAST_UNET, GeneratorSettings
from fontgan.models.parts.loss import Loss
from fontgan.models.parts.part import Part
from fontgan.models.parts.pool import Pool
from fontgan.networks.composites import BothWays

Side = Literal["A", "B"]

_SIDES: tuple[Side, ...] = ("A", "B")


@dataclass(frozen=True)
class CycleGanSettings(ModelSettings):
    """The settings of CycleGAN."""

    generator: GeneratorSettings = group(GeneratorSettings(), "generator, one in each direction")
    discriminator: DiscriminatorSettings = group(
        DiscriminatorSettings(), "both discriminators", switch="weight"
    )
    cycle: Reconstruction = setting(
        "l1", "cycle-consistency loss: distance between a glyph and itself, translated there and back"
    )
    cycle_weight: float = setting(10.0, "weight of the cycle-consistency loss", least=0, most=MOST_WEIGHT)
    identity_weight: float = setting(
        0.0,
        "weight of the identity loss, as a share of cycle_weight: a glyph in the style should not change",
        least=0,
        most=MOST_WEIGHT,
    )
    pool: int = setting(
        50, "number of past fakes to keep, which the discriminators see among new ones", least=0, most=65536
    )

    def contradictions(self) -> list[str]:
        """Contradictory settings, one line each; empty if there are none."""
        found = super().contradictions()
        if self.discriminator.matching_weight:
            found.append(
                "discriminator.matching_weight compares fake glyphs with real ones, and cyclegan has no "
                "pairs: set it to 0"
            )
        return found

    def terms(self) -> list[str]:
        """The loss of the generators, in words."""
        identity = self.identity_weight * self.cycle_weight
        terms = weighted((self.cycle_weight, f"cycle {self.cycle}"), (identity, "identity"))
        return terms + self.discriminator.terms()


# Section 4 and appendix 7.
PAPER = CycleGanSettings(
    optimisation=OptimisationSettings(batch_size=1, schedule="linear"),
    # The paper has 9 blocks above 128 px.
    generator=GeneratorSettings(kind="resnet", residual=6, padding="reflect", dropout=0.0),
    discriminator=DiscriminatorSettings(loss="least-squares"),
)


class CycleGan(Model[CycleGanSettings]):
    """Translations from content to style and back, learnt from glyphs of both that are not pairs."""

    summary = "two generators, there and back, each judged by a PatchGAN"
    source = "Zhu et al. 2017"
    purpose = "two fonts without pairs of characters; both directions in one model"
    paired = False
    presets: ClassVar = {
        # What counts in minutes on a CPU is to begin with the content as it is, and many small steps.
        "default": replace(
            PAPER,
            optimisation=replace(FAST_OPTIMISATION, batch_size=4),
            augmentation=FAST_AUGMENTATION,
            generator=GeneratorSettings(
                **{**FAST_UNET, "widths": (32, 64), "residual": 1}, global_skip=True, padding="zeros"
            ),
            discriminator=DiscriminatorSettings(loss="hinge", width=32),
            cycle="fixed-l1",
            cycle_weight=5.0,
        ),
        "paper": PAPER,
    }

    def __init__(self, settings: CycleGanSettings, spec: GeneratorSpec, engine: Engine) -> None:
        super().__init__(settings, spec, engine)
        self._adversaries = {
            side: Adversary(
                settings.discriminator, settings.optimisation, spec.size, engine, 1, name=f"D_{side}"
            )
            for side in _SIDES
        }
        self._pools = {side: Pool(settings.pool, spec.size, engine) for side in _SIDES}
        for side in _SIDES:
            self.networks[f"discriminator_{side}"] = self._adversaries[side].network
            self.networks[f"pool_{side}"] = self._pools[side]
        self._optimiser = Optimisers(
            self.generator,
            settings.optimisation,
            engine.precision,
            groups=self.parameter_groups(self.generator),
        )

    @classmethod
    def build_generator(cls, settings: CycleGanSettings, spec: GeneratorSpec) -> nn.Module:
        """Two generators of the same kind."""
        if spec.contents > 1:
            raise FontganError(
                f"cyclegan also draws backward, to one content font, not to {spec.contents}",
                "use it without {stacked}",
            )
        return BothWays(settings.generator.build(spec.size), settings.generator.build(spec.size))

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The generators first, then the discriminators, by what was drawn before (the authors' code)."""
        settings = self.settings.discriminator
        first = 1 + settings.first
        phases = [
            Phase("G", self._optimiser, self.generator_loss, settings.steps, first, averages=True),
        ]
        for side in _SIDES:
            loss, penalty = partial(self.discriminator_loss, side), partial(self.discriminator_penalty, side)
            phases += self._adversaries[side].phases(loss, penalty)
        return tuple(phases)

    def compiled_modules(self) -> list[nn.Module]:
        """See `Model`."""
        return list(self._ways)

    def generator_loss(self, part: Part) -> Loss:
        """Both generators: what comes back, both discriminators, and what should not change."""
        settings, (forth, back) = self.settings, self._ways
        real_a, real_b = part.batch.real_a, part.batch.real_b
        with self.engine.autocast():
            fake_b, fake_a = forth(real_a), back(real_b)
            rec_a, rec_b = back(fake_b), forth(fake_a)
        part.once("fakes", lambda: {"A": fake_a.detach(), "B": fake_b.detach()})
        loss = settings.cycle_weight * Loss.of("cycle", self._distance(rec_a, real_a, rec_b, real_b))
        if part.progress >= settings.discriminator.start:
            for side, real, fake in zip(_SIDES, (real_a, real_b), (fake_a, fake_b), strict=True):
                pair = DiscriminatorInput(real), DiscriminatorInput(fake)
                loss += self._adversaries[side].generator_loss(*pair)
        if settings.identity_weight:
            with self.engine.autocast():
                same_a, same_b = back(real_a), forth(real_b)
            identity = Loss.of("identity", self._distance(same_a, real_a, same_b, real_b))
            loss += settings.identity_weight * settings.cycle_weight * identity
        return loss

    def discriminator_loss(self, side: Side, part: Part) -> Loss:
        """What the discriminator of one side learns from."""
        return self._adversaries[side].discriminator_loss(*self._pair(side, part))

    def discriminator_penalty(self, side: Side, part: Part) -> Loss:
        """The penalty on its gradient, where that is rarer than each step."""
        return self._adversaries[side].penalty(*self._pair(side, part))

    @property
    def _ways(self) -> tuple[nn.Module, nn.Module]:
        """The generators to the style and back."""
        assert isinstance(self.generator, BothWays)
        return self.generator.forth, self.generator.back

    def _pair(self, side: Side, part: Part) -> tuple[DiscriminatorInput, DiscriminatorInput]:
        """Real glyphs of one side, and fakes of now and of before."""
        real = part.batch.real_a if side == "A" else part.batch.real_b
        fakes = part.once("fakes", lambda: self._fakes(part))
        fake = part.once(f"pooled {side}", lambda: self._pools[side](fakes[side]))
        return DiscriminatorInput(real), DiscriminatorInput(fake)

    def _fakes(self, part: Part) -> dict[str, Tensor]:
        """What the generators draw in a step that they do not learn in."""
        forth, back = self._ways
        with torch.no_grad(), self.engine.autocast():
            return {"A": back(part.batch.real_b), "B": forth(part.batch.real_a)}

    def _distance(self, one_a: Tensor, real_a: Tensor, one_b: Tensor, real_b: Tensor) -> Tensor:
        """How far glyphs of both sides are from the real ones."""
        cycle = self.settings.cycle
        return (reconstruction(cycle, one_a, real_a) + reconstruction(cycle, one_b, real_b)).mean()


MODEL = CycleGan

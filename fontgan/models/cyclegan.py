"""cyclegan: two generators, there and back, that never see which glyphs belong together.

Zhu et al. 2017, «Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks».
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from fontgan.compute.engine import Engine
from fontgan.compute.optimisers import Optimisers
from fontgan.config.settings import Schedule, setting, weighed
from fontgan.data.views import Batch
from fontgan.losses.adversarial import Adversarial
from fontgan.losses.reconstruction import Reconstruction, reconstruction
from fontgan.models.base import FAST_OPTIMISATION, Learnt, Loss, Model, Phase, Task
from fontgan.models.parts.generator import FAST_UNET, Generator, GeneratorSettings
from fontgan.models.parts.judge import Judge, Shown
from fontgan.models.parts.judge_settings import JudgeSettings
from fontgan.models.parts.pool import Pool
from fontgan.networks.composites import BothWays
from fontgan.networks.layers import Padding


@dataclass(frozen=True)
class CycleGanSettings(JudgeSettings, GeneratorSettings):
    """The settings of CycleGAN; their defaults are the published ones (section 4 and appendix 7)."""

    batch_size: int = setting(1, "glyphs of each font in one training step", least=1)
    schedule: Schedule = setting("linear", "the step size: constant, linear (from half way) or cosine, to 0")
    generator: Generator = setting("resnet", "the network that draws: unet, resnet or autoencoder")
    residual: int = setting(
        6,
        "residual blocks: in the ResNet in all (the paper has 9 above 128 px), in the U-Net at each size",
        least=0,
        needs="generator=unet|resnet",
    )
    padding: Padding = setting(
        "reflect", "what lies outside of the maps: zeros (paper) or reflect", needs="generator=resnet"
    )
    dropout: float = setting(
        0.0,
        "in the U-Net's three inner decoder sizes, the ResNet's blocks, the AutoEncoderGen's last encoders",
        least=0,
        most=1,
    )
    adversarial: Adversarial = setting(
        "least-squares",
        "what the two play for: vanilla, least-squares, hinge or wasserstein",
        needs="adversarial_weight",
    )
    adversarial_weight: float = setting(1.0, "of the discriminators' word", least=0.001)
    cycle: Reconstruction = setting("l1", "distance between a glyph and what comes back of it")
    cycle_weight: float = setting(10.0, "of that distance", least=0)
    identity_weight: float = setting(
        0.0, "of the change that a glyph suffers which is in the wanted style already", least=0
    )
    pool: int = setting(50, "past drawings that the discriminators are shown among the new ones", least=0)

    def contradictions(self) -> list[str]:
        """What cannot be wanted together, a line each; none where all is well."""
        found = super().contradictions()
        if self.matching_weight:
            found.append(
                "matching_weight compares drawn glyphs with true ones, and cyclegan has no pairs: set it to 0"
            )
        return found

    def terms(self) -> list[str]:
        """The loss of the generators, in words."""
        identity = self.identity_weight * self.cycle_weight
        return weighed((self.cycle_weight, f"cycle {self.cycle}"), (identity, "identity")) + super().terms()


class CycleGan(Model[CycleGanSettings]):
    """Translations from content to style and back, learnt from glyphs of both that are no pairs."""

    summary = "two generators, there and back, each judged by a PatchGAN"
    source = "Zhu et al. 2017"
    purpose = "two fonts whose characters do not pair up; both ways in one network"
    paired = False
    presets: ClassVar = {
        # What counts in minutes on a CPU is to begin with the content as it is, and many small steps.
        "default": CycleGanSettings(
            **{**FAST_OPTIMISATION, "batch_size": 4},
            **{**FAST_UNET, "widths": (32, 64), "residual": 1},
            generator="unet",
            global_skip=True,
            padding="zeros",
            cycle="fixed-l1",
            cycle_weight=5.0,
            adversarial="hinge",
            discriminator_width=32,
        ),
        "paper": CycleGanSettings(),
    }

    def __init__(self, settings: CycleGanSettings, task: Task, engine: Engine) -> None:
        super().__init__(settings, task, engine)
        judges = {
            name: Judge(settings, task.size, engine, 1, show, name=f"D_{name}")
            for name, show in (("A", self._show_a), ("B", self._show_b))
        }
        self._judges = judges
        self._pools = {name: Pool(settings.pool, task.size, engine) for name in judges}
        for name, judge in judges.items():
            self.networks[f"discriminator_{name}"] = judge.network
            self.networks[f"pool_{name}"] = self._pools[name]
        self._fakes: dict[int, tuple[Tensor, Tensor]] = {}
        self._pooled: dict[tuple[str, int], Tensor] = {}
        optimisers = Optimisers(self.generator, settings, engine.precision)
        # The generators first, then the discriminators, by what was drawn before (the authors' code).
        every, first = settings.discriminator_steps, 1 + settings.discriminator_first
        self.phases = (
            Phase("G", optimisers, self._translate, every, first),
            *judges["A"].phases(),
            *judges["B"].phases(),
        )

    @classmethod
    def build_generator(cls, settings: CycleGanSettings, task: Task) -> nn.Module:
        """Two generators of the same kind."""
        return BothWays(settings.build(task.size), settings.build(task.size))

    def step(self, batch: Batch, number: int, progress: float) -> Learnt:
        """See `Model`."""
        learnt = super().step(batch, number, progress)
        self._fakes.clear()
        self._pooled.clear()
        return learnt

    def _translate(self, part: Batch, progress: float) -> Loss:
        settings = self.settings
        forth, back = self._ways()
        with self.engine.autocast():
            fake_b, fake_a = forth(part.real_a), back(part.real_b)
            rec_a, rec_b = back(fake_b), forth(fake_a)
        self._fakes[id(part)] = (fake_a.detach(), fake_b.detach())
        returned = reconstruction(settings.cycle, rec_a, part.real_a).mean()
        returned = returned + reconstruction(settings.cycle, rec_b, part.real_b).mean()
        total, losses = settings.cycle_weight * returned, {"cycle": returned.detach()}
        if progress >= settings.adversarial_from:
            for name, real, fake in (("A", part.real_a, fake_a), ("B", part.real_b, fake_b)):
                belief, more = self._judges[name].convince(Shown((), real, fake))
                total, losses = total + belief, losses | more
        if settings.identity_weight:
            with self.engine.autocast():
                idt_a, idt_b = back(part.real_a), forth(part.real_b)
            identity = reconstruction(settings.cycle, idt_a, part.real_a).mean()
            identity = identity + reconstruction(settings.cycle, idt_b, part.real_b).mean()
            losses["identity"] = identity.detach()
            total = total + settings.identity_weight * settings.cycle_weight * identity
        return total, losses

    def running(self) -> list[nn.Module]:
        """See `Model`."""
        return list(self._ways())

    def _ways(self) -> tuple[nn.Module, nn.Module]:
        """The generators to the style and back."""
        assert isinstance(self.generator, BothWays)
        return self.generator.forth, self.generator.back

    def _show_a(self, part: Batch) -> Shown:
        return Shown((), part.real_a, self._from_pool("A", part))

    def _show_b(self, part: Batch) -> Shown:
        return Shown((), part.real_b, self._from_pool("B", part))

    def _from_pool(self, name: str, part: Batch) -> Tensor:
        """Drawings of now and of before; asked once for all phases of a step."""
        key = (name, id(part))
        if key not in self._pooled:
            if id(part) not in self._fakes:
                forth, back = self._ways()
                with torch.no_grad(), self.engine.autocast():
                    self._fakes[id(part)] = (back(part.real_b), forth(part.real_a))
            fake_a, fake_b = self._fakes[id(part)]
            self._pooled[key] = self._pools[name](fake_a if name == "A" else fake_b)
        return self._pooled[key]


MODEL = CycleGan

"""pix2pix: a U-Net that translates, a PatchGAN that judges what it draws.

Isola et al. 2017, «Image-to-Image Translation with Conditional Adversarial Networks».
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn

from fontgan.compute.engine import Engine
from fontgan.compute.optimisers import Optimisers
from fontgan.config.settings import ModelSettings, Schedule, setting
from fontgan.data.views import Batch
from fontgan.errors import FontganError
from fontgan.losses import Reconstruction, adversarial, r1_penalty, reconstruction, soft_dice
from fontgan.models.base import FAST_OPTIMISATION, Model, Phase
from fontgan.networks.blocks import Initialisation, Norm, Upsampling, initialise
from fontgan.networks.patchgan import PatchGan
from fontgan.networks.unet import Skip, Stem, UNet, reduction


@dataclass(frozen=True)
class Pix2PixSettings(ModelSettings):
    """The settings of pix2pix; their defaults are the published ones (the paper's section 6)."""

    batch_size: int = setting(1, "characters in one training step", least=1)
    schedule: Schedule = setting("linear", "the step size: constant, linear (from half way) or cosine, to 0")
    widths: tuple[int, ...] = setting(
        (64, 128, 256, 512, 512, 512, 512, 512),
        "channels at each size, from the largest; sizes below one pixel are left out",
        least=1,
    )
    stem: Stem = setting("stride", "how the picture comes to the first size: stride or unshuffle")
    down_kernel: int = setting(4, "kernel of the convolutions that halve the size: 4 or 2", least=2)
    skip: Skip = setting("concat", "skip connections: concat or add")
    residual: int = setting(0, "residual blocks after each change of size", least=0)
    norm: Norm = setting("instance", "batch, instance or none; the paper's batch norm of 1 is instance")
    upsampling: Upsampling = setting("transposed", "how maps are doubled: transposed or nearest")
    dropout: float = setting(0.5, "in the decoder's three innermost sizes", least=0, most=1)
    initialisation: Initialisation = setting("normal", "of the weights: normal (0.02) or uniform (He)")
    reconstruction: Reconstruction = setting("l1", "distance to the true glyph: l1 or fixed-l1")
    reconstruction_weight: float = setting(100.0, "of that distance in the generator's loss", least=0)
    dice_weight: float = setting(0.0, "of the soft Dice loss of the ink, which draws strokes sharp", least=0)
    adversarial_weight: float = setting(1.0, "of the discriminator's word; 0: no discriminator", least=0)
    adversarial_from: float = setting(
        0.0, "share of the training after which the discriminator joins", least=0, most=1
    )
    discriminator_first: int = setting(0, "first steps, in which the discriminator learns alone", least=0)
    discriminator_steps: int = setting(1, "steps of the discriminator for one of the generator", least=1)
    discriminator_rate: float = setting(
        1.0, "its step size, as a multiple of the generator's (two time scales)", least=0
    )
    penalty_weight: float = setting(
        0.0, "of the R1 penalty of the discriminator's gradient; 0: none", least=0
    )
    penalty_interval: int = setting(16, "it is paid in every so-manieth step, so much stronger", least=1)
    discriminator_width: int = setting(64, "channels after the discriminator's first layer", least=1)
    discriminator_layers: int = setting(
        3, "its patches: 3 for 70×70 pixels, 2 for 34×34, 1 for 16×16", least=1, most=4
    )

    def contradictions(self) -> list[str]:
        """What cannot be wanted together, a line each; none where all is well."""
        found = super().contradictions()
        if not self.adversarial_weight:
            changed = [
                name
                for name in (
                    "adversarial_from",
                    "discriminator_first",
                    "discriminator_steps",
                    "penalty_weight",
                )
                if getattr(self, name) != getattr(Pix2PixSettings, name)
            ]
            if changed:
                found.append(
                    f"there is no discriminator for {' and '.join(changed)}: set adversarial_weight=1 too"
                )
            if not self.reconstruction_weight and not self.dice_weight:
                found.append("there is nothing to learn by: all weights of losses are 0")
        if self.down_kernel == 3:
            found.append("down_kernel=3 does not halve a picture: set 2 or 4")
        if self.adversarial_from and self.discriminator_first:
            found.append("adversarial_from and discriminator_first contradict each other: set one of them")
        if self.penalty_weight and self.norm == "batch":
            found.append("a penalised discriminator cannot have batch norm: set norm=instance or norm=none")
        return found


# The best pictures for minutes on a CPU; docs/benchmarks.md has what was tried.
_FAST = Pix2PixSettings(
    **FAST_OPTIMISATION,
    widths=(64, 128, 192),
    stem="unshuffle",
    down_kernel=2,
    skip="add",
    residual=2,
    norm="batch",
    upsampling="nearest",
    dropout=0.0,
    initialisation="uniform",
    reconstruction="fixed-l1",
    reconstruction_weight=1.0,
    dice_weight=0.5,
    adversarial_weight=0.0,
)


class Pix2Pix(Model[Pix2PixSettings]):
    """A paired translation from content to style with an adversarial loss."""

    summary = "paired: a U-Net, judged by a PatchGAN (Isola et al. 2017)"
    presets: ClassVar = {"default": _FAST, "paper": Pix2PixSettings()}

    def __init__(self, settings: Pix2PixSettings, size: int, engine: Engine) -> None:
        super().__init__(settings, size, engine)
        self._drawn: tuple[Batch, Tensor] | None = None
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
        if settings.adversarial_weight:
            self.phases = (*self._discriminator_phases(), *self.phases)

    @classmethod
    def build_generator(cls, settings: Pix2PixSettings, size: int) -> nn.Module:
        """The U-Net, with as many of its sizes as a picture of `size` pixels allows."""
        widths = settings.widths
        while len(widths) > 1 and reduction(widths, settings.stem) > size:
            widths = widths[:-1]
        if not widths or size % reduction(widths, settings.stem):
            raise FontganError(f"the U-Net cannot take pictures of {size} px: render at 64, 128 or 256")
        network = UNet(
            widths,
            settings.stem,
            settings.down_kernel,
            settings.skip,
            settings.residual,
            settings.norm,
            settings.upsampling,
            settings.dropout,
        )
        initialise(network, settings.initialisation)
        return network

    def _discriminator_phases(self) -> list[Phase]:
        """Make the discriminator, and say when it learns."""
        settings, engine = self.settings, self.engine
        judge = PatchGan(settings.discriminator_width, settings.discriminator_layers, settings.norm)
        initialise(judge, settings.initialisation)
        self.discriminator = self.networks["discriminator"] = engine.place(judge)
        rate = settings.discriminator_rate
        optimisers = Optimisers(self.discriminator, settings, engine.precision, rate)
        phases = [Phase("D", optimisers, self._judge, from_share=settings.adversarial_from)]
        if settings.penalty_weight:
            every = settings.penalty_interval
            phases.append(
                Phase("D_penalty", optimisers, self._penalise, every, from_share=settings.adversarial_from)
            )
        else:
            engine.compile(self.discriminator)
        return phases

    def _draw(self, part: Batch) -> Tensor:
        """What the generator makes of a part; drawn once, for all phases that look at it in turn."""
        if self._drawn is None or self._drawn[0] is not part:
            with self.engine.autocast():
                self._drawn = (part, self.generator(part.real_a))
        return self._drawn[1]

    def _judge(self, part: Batch, _progress: float) -> tuple[Tensor, dict[str, Tensor]]:
        fake_b = self._draw(part).detach()
        with self.engine.autocast():
            on_real = adversarial(self.discriminator(part.real_a, part.real_b), real=True)
            on_fake = adversarial(self.discriminator(part.real_a, fake_b), real=False)
        # Halved, which slows it down relative to the generator (section 3.3).
        return (on_real + on_fake) / 2, {"D_real": on_real.detach(), "D_fake": on_fake.detach()}

    def _penalise(self, part: Batch, _progress: float) -> tuple[Tensor, dict[str, Tensor]]:
        """R1, as often stronger as it is rarer (Karras et al. 2020, StyleGAN2, appendix B)."""
        real_b = part.real_b.detach().requires_grad_()
        penalty = r1_penalty(self.discriminator(part.real_a, real_b), real_b)
        weight = self.settings.penalty_weight * self.settings.penalty_interval
        return weight * penalty, {"D_penalty": penalty.detach()}

    def _translate(self, part: Batch, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
        settings, fake_b = self.settings, self._draw(part)
        self._drawn = None  # its graph is used up
        distance = reconstruction(settings.reconstruction, fake_b, part.real_b)
        losses: dict[str, Tensor] = {settings.reconstruction: distance.detach()}
        total = settings.reconstruction_weight * distance
        if settings.dice_weight:
            dice = soft_dice(fake_b, part.real_b)
            losses["dice"] = dice.detach()
            total = total + settings.dice_weight * dice
        if settings.adversarial_weight and progress >= settings.adversarial_from:
            with self.engine.autocast():
                belief = adversarial(self.discriminator(part.real_a, fake_b), real=True)
            losses["G_adversarial"] = belief.detach()
            total = total + settings.adversarial_weight * belief
        return total, losses


MODEL = Pix2Pix

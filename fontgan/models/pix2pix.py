"""pix2pix: a U-Net that translates, a PatchGAN that judges what it draws.

Isola et al. 2017, «Image-to-Image Translation with Conditional Adversarial Networks».
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn

from fontgan.compute.engine import Engine
from fontgan.compute.optimisers import Optimisers
from fontgan.config import ModelSettings, Schedule, setting
from fontgan.data.views import Batch
from fontgan.errors import FontganError
from fontgan.losses import Reconstruction, adversarial, reconstruction, soft_dice
from fontgan.models.base import FAST_OPTIMISATION, Model
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
    discriminator_width: int = setting(64, "channels after the discriminator's first layer", least=1)
    discriminator_layers: int = setting(
        3, "its patches: 3 for 70×70 pixels, 2 for 34×34, 1 for 16×16", least=1, most=4
    )


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
        self._optimisers = Optimisers(self.generator, settings, engine.precision)
        if settings.adversarial_weight:
            judge = PatchGan(settings.discriminator_width, settings.discriminator_layers, settings.norm)
            initialise(judge, settings.initialisation)
            self.discriminator = engine.place(judge)
            self._judge_optimisers = Optimisers(self.discriminator, settings, engine.precision)

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

    def step(self, batch: Batch, progress: float) -> dict[str, Tensor]:
        """The discriminator learns first, from this step's pictures; then the generator."""
        with self.engine.autocast():
            fake_b = self.generator(batch.real_a)
        judged = self.settings.adversarial_weight > 0 and progress >= self.settings.adversarial_from
        losses = self._teach_discriminator(batch, fake_b.detach(), progress) if judged else {}
        losses |= self._teach_generator(batch, fake_b, judged, progress)
        self.average.update()
        return losses

    def _teach_discriminator(self, batch: Batch, fake_b: Tensor, progress: float) -> dict[str, Tensor]:
        self.discriminator.requires_grad_(True)
        with self.engine.autocast():
            on_real = adversarial(self.discriminator(batch.real_a, batch.real_b), real=True)
            on_fake = adversarial(self.discriminator(batch.real_a, fake_b), real=False)
        # Halved, which slows it down relative to the generator (section 3.3).
        ((on_real + on_fake) / 2).backward()
        self._judge_optimisers.step(progress)
        return {"D_real": on_real.detach(), "D_fake": on_fake.detach()}

    def _teach_generator(
        self, batch: Batch, fake_b: Tensor, judged: bool, progress: float
    ) -> dict[str, Tensor]:
        settings = self.settings
        distance = reconstruction(settings.reconstruction, fake_b, batch.real_b)
        losses: dict[str, Tensor] = {settings.reconstruction: distance.detach()}
        total = settings.reconstruction_weight * distance
        if settings.dice_weight:
            dice = soft_dice(fake_b, batch.real_b)
            losses["dice"] = dice.detach()
            total = total + settings.dice_weight * dice
        if judged:
            self.discriminator.requires_grad_(False)
            with self.engine.autocast():
                belief = adversarial(self.discriminator(batch.real_a, fake_b), real=True)
            losses["G_adversarial"] = belief.detach()
            total = total + settings.adversarial_weight * belief
        total.backward()
        self._optimisers.step(progress)
        return losses


MODEL = Pix2Pix

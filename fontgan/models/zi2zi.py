"""zi2zi: a U-Net that learns many styles at once, told which one to draw.

Tian 2017, «zi2zi: Master Chinese Calligraphy with Conditional Adversarial Networks», and its code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fontgan.compute.engine import Engine
from fontgan.config.settings import Schedule, setting, weighed
from fontgan.data.views import Batch
from fontgan.models.base import FAST_OPTIMISATION, Loss, Task
from fontgan.models.parts.generator import FAST_UNET, UNetSettings
from fontgan.models.parts.objective import FAST_OBJECTIVE
from fontgan.models.parts.paired import Drawn, Paired, PairedSettings
from fontgan.networks.discriminator import DiscriminatorKind
from fontgan.networks.initialisation import initialise
from fontgan.networks.norms import Norm
from fontgan.networks.zi2zi import StyleInput, Zi2ZiNet


@dataclass(frozen=True)
class Zi2ZiSettings(PairedSettings, UNetSettings):
    """The settings of zi2zi; their defaults are those of its code.

    Apart from kernels of 4×4 for its 5×5, a discriminator without its last layer of stride 1, with its loss
    halved as pix2pix has it, a category by softmax for its sigmoids, and a step size that falls linearly for
    its halvings.
    """

    batch_size: int = setting(16, "characters in one training step", least=1)
    learning_rate: float = setting(1e-3, "Adam's step size at its highest", least=0)
    schedule: Schedule = setting("linear", "the step size: constant, linear (from half way) or cosine, to 0")
    norm: Norm = setting("batch", "batch, layer, instance, group, pixel or none")
    embedding: int = setting(128, "the length of the vector that stands for a style", least=1)
    style_into: StyleInput = setting(
        "bottleneck", "where it goes in: bottleneck, norms (of the decoder: conditional norms) or both"
    )
    shuffling: bool = setting(
        True, "each character is drawn in a random style too, for all losses but the distance"
    )
    constancy_weight: float = setting(
        15.0, "of the distance between the innermost maps of the content and of what is drawn", least=0
    )
    category_weight: float = setting(
        1.0, "of the discriminator's guess which style it is", least=0, needs="adversarial_weight"
    )
    generator_steps: int = setting(
        2, "steps of the generator for one of the discriminator", least=1, needs="adversarial_weight"
    )
    discriminator: DiscriminatorKind = setting(
        "image", "what it judges by itself: patch, pixel or the image as one", needs="adversarial_weight"
    )
    discriminator_norm: Norm = setting("batch", "its normalisation, as norm", needs="adversarial_weight")

    def contradictions(self) -> list[str]:
        """What cannot be wanted together, a line each; none where all is well."""
        found = super().contradictions()
        if self.shuffling and not self.adversarial_weight and not self.constancy_weight:
            found.append("shuffling has no loss to learn by: set adversarial_weight=1 or shuffling=false")
        return found

    def terms(self) -> list[str]:
        """The loss of the generator, in words."""
        category = self.category_weight if self.adversarial_weight else 0
        return super().terms() + weighed((self.constancy_weight, "constancy"), (category, "category"))


class Zi2Zi(Paired[Zi2ZiSettings]):
    """A paired translation from content to many styles."""

    summary = "a U-Net for many styles at once, told which one to draw"
    source = "Tian 2017"
    purpose = "several fonts in one network; what font makers know"
    many_styles = True
    conditions = ("styles",)
    presets: ClassVar = {
        "default": Zi2ZiSettings(
            **FAST_OPTIMISATION,
            **FAST_UNET,
            **FAST_OBJECTIVE,
            embedding=32,
            style_into="both",
            shuffling=False,
            constancy_weight=0.0,
            generator_steps=1,
        ),
        "paper": Zi2ZiSettings(),
    }

    def __init__(self, settings: Zi2ZiSettings, task: Task, engine: Engine) -> None:
        self.classes = task.styles
        self.category_weight = settings.category_weight
        self.repeats = settings.generator_steps if settings.adversarial_weight else 1
        super().__init__(settings, task, engine)

    @classmethod
    def build_generator(cls, settings: Zi2ZiSettings, task: Task) -> nn.Module:
        """The U-Net with a vector for each style."""
        network = Zi2ZiNet(
            settings.shape(task.size),
            settings.layers(),
            settings.tail,
            task.styles,
            settings.embedding,
            settings.style_into,
        )
        initialise(network, settings.initialisation)
        return network

    def running(self) -> list[nn.Module]:
        """See `Model`."""
        assert isinstance(self.generator, Zi2ZiNet)
        return [self.generator.encoder, self.generator.decoder]

    def draw(self, part: Batch) -> Drawn:
        """Each character in its style and, if that is wanted, in a random one."""
        network = self.generator
        assert isinstance(network, Zi2ZiNet)
        maps = network.encoder(part.real_a)
        styles, pictures = part.styles, network.decode(maps, part.styles)
        if self.settings.shuffling and self.classes > 1:
            shuffled = self._shuffled(part)
            pictures = torch.cat((pictures, network.decode(maps, shuffled)))
            styles = torch.cat((styles, shuffled))
        return Drawn(pictures, styles, (maps[-1],))

    def further(self, part: Batch, drawn: Drawn) -> Loss:
        """The code of what is drawn is to be that of the content (Taigman et al. 2017, «DTN», equation 3)."""
        weight, (code,) = self.settings.constancy_weight, drawn.codes
        if not weight:
            return super().further(part, drawn)
        with self.engine.autocast():
            again = self.generator.encoder(drawn.pictures)[-1]  # type: ignore[operator]
        constancy = F.mse_loss(again.float(), code.float().repeat(len(again) // len(part), 1, 1, 1))
        return weight * constancy, {"constancy": constancy.detach()}

    def _shuffled(self, part: Batch) -> Tensor:
        """Random styles, drawn for the whole batch; this process' share of them."""
        ranks, device = self.engine.ranks, part.styles.device
        return ranks.share(torch.randint(self.classes, (len(part) * ranks.count,), device=device))


MODEL = Zi2Zi

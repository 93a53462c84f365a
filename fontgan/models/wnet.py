"""wnet: what to draw from one glyph, how to draw it from a few others.

Jiang et al. 2018, «W-Net: One-Shot Arbitrary-Style Chinese Character Generation with Deep Neural Networks».
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from fontgan.compute.engine import Engine
from fontgan.compute.optimisers import Optimisers
from fontgan.config.settings import setting, weighed
from fontgan.data.views import Batch
from fontgan.losses.adversarial import Adversarial
from fontgan.models.base import FAST_OPTIMISATION, Loss, Phase, Task
from fontgan.models.parts.generator import FAST_UNET, UNetSettings
from fontgan.models.parts.judge_settings import Penalty
from fontgan.models.parts.objective import FAST_OBJECTIVE
from fontgan.models.parts.paired import Drawn, Paired, PairedSettings
from fontgan.networks.discriminator import DiscriminatorKind
from fontgan.networks.initialisation import initialise
from fontgan.networks.norms import Norm
from fontgan.networks.wnet import WNetwork


@dataclass(frozen=True)
class WNetSettings(PairedSettings, UNetSettings):
    """The settings of W-Net; their defaults are the published ones (section 4.1).

    The paper's weight of 75 on VGG's features needs VGG's weights: set feature_weights to yours.
    """

    batch_size: int = setting(16, "characters in one training step", least=1)
    learning_rate: float = setting(5e-4, "Adam's step size at its highest", least=0)
    widths: tuple[int, ...] = setting(
        (64, 128, 256, 512, 512, 512),
        "channels at each size, from the largest; sizes below one pixel are left out",
        least=1,
    )
    down_kernel: int = setting(
        5, "kernel of the convolutions that halve the size", least=2, most=7, needs="downsampling=stride"
    )
    norm: Norm = setting("batch", "batch, layer, instance, group, pixel or none")
    dropout: float = setting(0.0, "in the three inner decoder sizes", least=0, most=1)
    references: int = setting(1, "glyphs in the style that each character is drawn from", least=1)
    mixing: int = setting(
        5, "residual blocks in the content's skip at the third size; two fewer at each larger one", least=0
    )
    styled: int = setting(3, "how many inner sizes get the style's maps", least=0)
    style_norms: bool = setting(False, "the decoder's norms follow the style's code too")
    reconstruction_weight: float = setting(50.0, "of that distance in the generator's loss", least=0)
    content_constancy: float = setting(
        3.0, "of the distance between the content's code and that of what is drawn", least=0
    )
    style_constancy: float = setting(
        5.0, "of the distance between the style's code and that of what is drawn", least=0
    )
    content_category: float = setting(
        0.2, "of guessing from the content's code which character it is", least=0
    )
    style_category: float = setting(0.2, "of guessing from the style's code which style it is", least=0)
    category_weight: float = setting(
        1.0, "of the discriminator's guess which style it is", least=0, needs="adversarial_weight"
    )
    adversarial: Adversarial = setting(
        "wasserstein",
        "what the two play for: vanilla, least-squares, hinge or wasserstein",
        needs="adversarial_weight",
    )
    adversarial_weight: float = setting(3.0, "of the discriminator's word; 0: no discriminator", least=0)
    discriminator: DiscriminatorKind = setting(
        "image", "what it judges by itself: patch, pixel or the image as one", needs="adversarial_weight"
    )
    discriminator_width: int = setting(
        32, "channels after the discriminator's first layer", least=1, needs="adversarial_weight"
    )
    discriminator_layers: int = setting(
        6,
        "its halvings; an image of 64×64 is one pixel after 6 of them",
        least=1,
        most=6,
        needs="adversarial_weight,discriminator=patch|image",
    )
    discriminator_norm: Norm = setting("layer", "its normalisation, as norm", needs="adversarial_weight")
    penalty: Penalty = setting(
        "gradient",
        "on its gradient: none, r1 (at true glyphs) or gradient (WGAN-GP, between true and drawn)",
        needs="adversarial_weight",
    )

    def terms(self) -> list[str]:
        """The loss of the generator, in words."""
        category = self.category_weight if self.adversarial_weight else 0
        return super().terms() + weighed(
            (self.content_constancy, "content constancy"),
            (self.style_constancy, "style constancy"),
            (category, "category"),
            (self.content_category, "content category"),
            (self.style_category, "style category"),
        )


class WNet(Paired[WNetSettings]):
    """A paired translation from content to any style that a few glyphs show."""

    summary = "two encoders, of the content and of a few references in the style, and one decoder"
    source = "Jiang et al. 2018"
    purpose = "many styles in one network, and new ones from a few glyphs"
    many_styles = True
    conditions = ("references",)
    presets: ClassVar = {
        "default": WNetSettings(
            **FAST_OPTIMISATION,
            **{**FAST_UNET, "widths": (48, 96, 128)},
            **FAST_OBJECTIVE,
            references=2,
            mixing=0,
            styled=1,
            style_norms=True,
            content_constancy=0.0,
            style_constancy=0.0,
            content_category=0.0,
            style_category=0.1,
        ),
        "paper": WNetSettings(),
    }

    def __init__(self, settings: WNetSettings, task: Task, engine: Engine) -> None:
        self.classes = task.styles
        self.category_weight = settings.category_weight
        super().__init__(settings, task, engine)
        self.references = settings.references
        if settings.content_category or settings.style_category:
            self._guess = self._add_classifiers(settings, task, engine)

    @property
    def seen(self) -> int:
        """A glyph, the content, and the first of the references."""
        return 3

    @classmethod
    def build_generator(cls, settings: WNetSettings, task: Task) -> nn.Module:
        """The two encoders and the decoder."""
        network = WNetwork(
            settings.shape(task.size),
            settings.layers(),
            settings.tail,
            settings.mixing,
            settings.styled,
            settings.style_norms,
        )
        initialise(network, settings.initialisation)
        return network

    def _add_classifiers(self, settings: WNetSettings, task: Task, engine: Engine) -> nn.ModuleList:
        """One that guesses the character from the content's code, one the style; they learn in phase C."""
        width = settings.shape(task.size).widths[-1]
        guess = nn.ModuleList([nn.Linear(width, task.characters), nn.Linear(width, task.styles)])
        self.networks["classifiers"] = engine.place(guess)
        optimisers = Optimisers(guess, settings, engine.precision)
        self.phases = (Phase("C", optimisers, self._classify), *self.phases)
        return guess

    def running(self) -> list[nn.Module]:
        """See `Model`."""
        assert isinstance(self.generator, WNetwork)
        return [self.generator.content, self.generator.style, self.generator.decoder]

    def draw(self, part: Batch) -> Drawn:
        """Each character in the style of its references."""
        network = self.generator
        assert isinstance(network, WNetwork)
        content, style = network.content(part.real_a), network.styles_of(part.references)
        codes = content[-1].float().mean((2, 3)), style[-1].float().mean((2, 3))
        return Drawn(network.decode(content, style), part.styles, codes)

    def beside(self, part: Batch) -> tuple[Tensor, ...]:
        """The content, and the first of the references."""
        return part.real_a, part.references[:, 0]

    def further(self, part: Batch, drawn: Drawn) -> Loss:
        """The categories by the codes, and the codes of what is drawn against them."""
        settings = self.settings
        total, losses = super().further(part, drawn)
        if settings.content_category or settings.style_category:
            total = total + self._categories(drawn.codes[0], drawn.codes[1], part)[0]
        for name, weight, encode, code in (
            ("content_constancy", settings.content_constancy, self.generator.content, drawn.codes[0]),
            ("style_constancy", settings.style_constancy, self.generator.style, drawn.codes[1]),
        ):
            if weight:
                with self.engine.autocast():
                    again = encode(drawn.pictures)[-1]  # type: ignore[operator]
                constancy = F.mse_loss(again.float().mean((2, 3)), code)
                losses[name] = constancy.detach()
                total = total + weight * constancy
        return total, losses

    def _categories(self, content: Tensor, style: Tensor, part: Batch) -> Loss:
        settings = self.settings
        total, losses = content.new_zeros(()), {}
        for name, weight, guess, code, label in (
            ("content_category", settings.content_category, self._guess[0], content, part.characters),
            ("style_category", settings.style_category, self._guess[1], style, part.styles),
        ):
            if weight:
                category = F.cross_entropy(guess(code), label)
                losses[name] = category.detach()
                total = total + weight * category
        return total, losses

    def _classify(self, part: Batch, _progress: float) -> Loss:
        content, style = self._drawn(part).codes
        return self._categories(content.detach(), style.detach(), part)


MODEL = WNet

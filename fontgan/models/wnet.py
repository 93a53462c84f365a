"""wnet: takes the content from one glyph and the style from a few others.

Jiang et al. 2018, «W-Net: One-Shot Arbitrary-Style Chinese Character Generation with Deep Neural Networks».
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from fontgan.compute.engine import Engine
from fontgan.compute.optimisers import Optimisers
from fontgan.config.settings import MOST_BLOCKS, MOST_WEIGHT, OptimisationSettings, group, setting, weighted
from fontgan.data.views import Batch
from fontgan.models.base import FAST_AUGMENTATION, FAST_OPTIMISATION, GeneratorSpec, Phase
from fontgan.models.parts.discriminator_settings import DiscriminatorSettings
from fontgan.models.parts.generator import FAST_UNET, UNetSettings
from fontgan.models.parts.loss import Loss
from fontgan.models.parts.objective import FAST_OBJECTIVE, ObjectiveSettings
from fontgan.models.parts.paired import GeneratorOutput, Paired, PairedSettings
from fontgan.models.parts.part import Part
from fontgan.networks.initialisation import initialise
from fontgan.networks.wnet import WNetwork


@dataclass(frozen=True)
class WNetSettings(PairedSettings):
    """The settings of W-Net."""

    generator: UNetSettings = group(UNetSettings(), "network: both encoders and the decoder")
    references: int = setting(1, "number of references in the style for each character", least=1, most=64)
    mixing: int = setting(
        5,
        "residual blocks in the content's skip at the third size; two fewer at each larger one",
        least=0,
        most=MOST_BLOCKS,
    )
    styled: int = setting(3, "number of inner sizes that get the style's maps", least=0, most=16)
    style_norms: bool = setting(False, "let the decoder's norms follow the style's code too")
    content_constancy: float = setting(
        3.0,
        "weight of the distance between the content's code and that of the fake",
        least=0,
        most=MOST_WEIGHT,
    )
    style_constancy: float = setting(
        5.0, "weight of the distance between the style's code and that of the fake", least=0, most=MOST_WEIGHT
    )
    content_category: float = setting(
        0.2, "weight of classifying the character by the content's code", least=0, most=MOST_WEIGHT
    )
    style_category: float = setting(
        0.2, "weight of classifying the style by the style's code", least=0, most=MOST_WEIGHT
    )
    category_weight: float = setting(
        1.0,
        "weight of the discriminator's style classification",
        least=0,
        most=MOST_WEIGHT,
        needs="discriminator",
    )

    usual_discriminator: ClassVar = DiscriminatorSettings(
        loss="wasserstein", weight=3.0, kind="image", width=32, layers=6, norm="layer", penalty="gradient"
    )

    def terms(self) -> list[str]:
        """The loss of the generator, in words."""
        category = 0.0 if self.discriminator is None else self.category_weight
        return super().terms() + weighted(
            (self.content_constancy, "content constancy"),
            (self.style_constancy, "style constancy"),
            (category, "category"),
            (self.content_category, "content category"),
            (self.style_category, "style category"),
        )


# Section 4.1. The paper's weight of 75 on VGG's features needs VGG's weights: set feature_weights to yours.
PAPER = WNetSettings(
    optimisation=OptimisationSettings(batch_size=16, learning_rate=5e-4),
    generator=UNetSettings(widths=(64, 128, 256, 512, 512, 512), down_kernel=5, norm="batch", dropout=0.0),
    objective=ObjectiveSettings(reconstruction="l1", reconstruction_weight=50.0),
    discriminator=WNetSettings.usual_discriminator,
)


class WNet(Paired[WNetSettings]):
    """A paired translation from content to any style that a few glyphs show."""

    summary = "two encoders, of the content and of a few references in the style, and one decoder"
    source = "Jiang et al. 2018"
    purpose = "many styles in one network, and new ones from a few glyphs"
    many_styles = True
    conditions = ("references",)
    presets: ClassVar = {
        "default": replace(
            PAPER,
            optimisation=FAST_OPTIMISATION,
            augmentation=FAST_AUGMENTATION,
            generator=UNetSettings(**{**FAST_UNET, "widths": (48, 96, 128)}),
            objective=FAST_OBJECTIVE,
            discriminator=None,
            references=2,
            mixing=0,
            styled=1,
            style_norms=True,
            content_constancy=0.0,
            style_constancy=0.0,
            content_category=0.0,
            style_category=0.1,
        ),
        "paper": PAPER,
    }

    def __init__(self, settings: WNetSettings, spec: GeneratorSpec, engine: Engine) -> None:
        super().__init__(
            settings,
            spec,
            engine,
            channels=spec.contents + 1,
            classes=spec.styles,
            category_weight=settings.category_weight,
        )
        self.references = settings.references
        self._guesses: tuple[nn.Module, nn.Module] | None = None
        if settings.content_category or settings.style_category:
            self._guesses = self._add_classifiers()

    @classmethod
    def build_generator(cls, settings: WNetSettings, spec: GeneratorSpec) -> nn.Module:
        """The two encoders and the decoder."""
        network = WNetwork(
            settings.generator.shape(spec.size),
            settings.generator.layers(),
            settings.generator.tail,
            settings.mixing,
            settings.styled,
            settings.style_norms,
            spec.contents,
        )
        initialise(network, settings.generator.initialisation)
        return network

    @property
    def phases(self) -> tuple[Phase, ...]:
        """Those of a paired model, after the classifiers' if there are any."""
        if self._guesses is None:
            return super().phases
        return (Phase("C", self._of_classifiers, self._classifier_loss), *super().phases)

    def compiled_modules(self) -> list[nn.Module]:
        """See `Model`."""
        return [self._network.content, self._network.style, self._network.decoder]

    def draw(self, batch: Batch) -> GeneratorOutput:
        """Each character in the style of its references."""
        content, style = self._network.content(batch.real_a), self._network.styles_of(batch.references)
        return GeneratorOutput(
            self._network.decode(content, style), batch.styles, (_code(content), _code(style))
        )

    def condition_images(self, batch: Batch) -> tuple[Tensor, ...]:
        """The content, and the first reference."""
        return batch.real_a, batch.references[:, 0]

    def extra_loss(self, batch: Batch, fake: GeneratorOutput) -> Loss:
        """The categories by the codes, and the codes of what is drawn against them."""
        settings, network = self.settings, self._network
        content, style = fake.codes
        # The categories have a phase of their own, whose terms are the ones in the log.
        loss = Loss(self._categories(content, style, batch).total)
        if settings.content_constancy:
            images = fake.images.expand(-1, self.spec.contents, -1, -1)
            distance = self._distance(network.content, images, content)
            loss += settings.content_constancy * Loss.of("content_constancy", distance)
        if settings.style_constancy:
            distance = self._distance(network.style, fake.images, style)
            loss += settings.style_constancy * Loss.of("style_constancy", distance)
        return loss

    @property
    def _network(self) -> WNetwork:
        assert isinstance(self.generator, WNetwork)
        return self.generator

    def _distance(self, encoder: nn.Module, images: Tensor, code: Tensor) -> Tensor:
        """How far the code of what is drawn is from the one that it was drawn from."""
        with self.engine.autocast():
            maps = encoder(images)
        return F.mse_loss(_code(maps), code)

    def _add_classifiers(self) -> tuple[nn.Module, nn.Module]:
        """One that guesses the character from the content's code, one the style; they learn in phase C."""
        width = self.settings.generator.shape(self.spec.size).widths[-1]
        guesses = nn.Linear(width, self.spec.characters), nn.Linear(width, self.spec.styles)
        network = self.networks["classifiers"] = self.engine.place(nn.ModuleList(guesses))
        self._of_classifiers = Optimisers(network, self.settings.optimisation, self.engine.precision)
        return guesses

    def _categories(self, content: Tensor, style: Tensor, batch: Batch) -> Loss:
        """How well the classifiers guess from the codes."""
        settings, loss = self.settings, Loss()
        if self._guesses is None:
            return loss
        if settings.content_category:
            category = F.cross_entropy(self._guesses[0](content), batch.characters)
            loss += settings.content_category * Loss.of("content_category", category)
        if settings.style_category:
            category = F.cross_entropy(self._guesses[1](style), batch.styles)
            loss += settings.style_category * Loss.of("style_category", category)
        return loss

    def _classifier_loss(self, part: Part) -> Loss:
        content, style = self.fake(part).codes
        return self._categories(content.detach(), style.detach(), part.batch)


def _code(maps: list[Tensor]) -> Tensor:
    """The means of an encoder's innermost maps, (n, channels)."""
    return maps[-1].float().mean((2, 3))


MODEL = WNet

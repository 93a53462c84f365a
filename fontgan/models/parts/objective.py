"""The distance of a fake glyph from its target: the weighted losses that need no discriminator."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from fontgan.compute.engine import Engine
from fontgan.config.settings import MOST_WEIGHT, Settings, setting, weighted
from fontgan.losses.features import ClassifierFeatures
from fontgan.losses.reconstruction import Reconstruction, edge, reconstruction, soft_dice, ssim
from fontgan.models.parts.loss import Loss


@dataclass(frozen=True)
class ObjectiveSettings(Settings):
    """The losses that compare a fake glyph with its target, and their weights."""

    reconstruction: Reconstruction = setting(
        "l1",
        "reconstruction loss; fixed-l1 is L1 relative to the target's ink, bce takes pixels as probabilities",
        needs="reconstruction_weight",
    )
    reconstruction_weight: float = setting(
        100.0, "weight of the reconstruction loss", least=0, most=MOST_WEIGHT
    )
    dice_weight: float = setting(
        0.0, "weight of the soft Dice loss of the ink, which sharpens strokes", least=0, most=MOST_WEIGHT
    )
    ssim_weight: float = setting(
        0.0, "weight of 1 - SSIM, the structural similarity in 11×11 windows", least=0, most=MOST_WEIGHT
    )
    edge_weight: float = setting(
        0.0, "weight of the edge loss: the distance between both images' edges", least=0, most=MOST_WEIGHT
    )
    feature_weight: float = setting(
        0.0,
        "weight of the perceptual loss: the distance between a classifier's features",
        least=0,
        most=MOST_WEIGHT,
    )
    feature_network: str = setting(
        "vgg16",
        "classifier of the perceptual loss, by its name in torchvision",
        needs="feature_weight,feature_weights",
    )
    feature_weights: Path | None = setting(
        None, "file with the classifier's weights; nothing is downloaded", needs="feature_weight"
    )
    feature_layers: tuple[str, ...] = setting(
        ("features.3", "features.8", "features.15", "features.22"),
        "layers whose features are compared, by torchvision's names",
        needs="feature_weight,feature_weights",
    )

    def contradictions(self) -> list[str]:
        """Contradictory settings, one line each; empty if there are none."""
        found = super().contradictions()
        if self.feature_weight and self.feature_weights is None:
            found.append("feature_weight needs a classifier: set feature_weights=FILE too")
        return found

    def terms(self) -> list[str]:
        """Its part in the loss of the generator, in words."""
        return weighted(
            (self.reconstruction_weight, self.reconstruction),
            (self.dice_weight, "dice"),
            (self.ssim_weight, "ssim"),
            (self.edge_weight, "edge"),
            (self.feature_weight, f"features of {self.feature_network}"),
        )


# Sharp strokes soonest, without a discriminator; docs/benchmarks.md has what was tried.
FAST_OBJECTIVE = ObjectiveSettings(reconstruction="fixed-l1", reconstruction_weight=1.0, dice_weight=0.5)


class Objective:
    """The weighted sum of the losses that have a weight.

    Raises:
        FontganError: the classifier's weights cannot be used.
    """

    def __init__(self, settings: ObjectiveSettings, engine: Engine) -> None:
        self.settings = settings
        self._features: ClassifierFeatures | None = None
        if settings.feature_weight and settings.feature_weights is not None:
            classifier = ClassifierFeatures(
                settings.feature_network, settings.feature_weights, settings.feature_layers
            )
            self._features = engine.place(classifier)  # type: ignore[assignment]

    def __call__(self, fake: Tensor, target: Tensor) -> Loss:
        """The loss of images (n, 1, size, size) in [0, 1], each term under its name."""
        settings = self.settings
        loss = Loss()
        if settings.reconstruction_weight:
            distance = reconstruction(settings.reconstruction, fake, target).mean()
            loss += settings.reconstruction_weight * Loss.of(settings.reconstruction, distance)
        if settings.dice_weight:
            loss += settings.dice_weight * Loss.of("dice", soft_dice(fake, target).mean())
        if settings.ssim_weight:
            loss += settings.ssim_weight * Loss.of("ssim", 1 - ssim(fake, target).mean())
        if settings.edge_weight:
            loss += settings.edge_weight * Loss.of("edge", edge(fake, target).mean())
        if self._features is not None:
            loss += settings.feature_weight * Loss.of("feature", self._features.loss(fake, target))
        return loss

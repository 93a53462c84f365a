"""How far a drawn glyph is from the true one: the losses that need no discriminator, weighed together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from fontgan.compute.engine import Engine
from fontgan.config.settings import ModelSettings, setting, weighed
from fontgan.losses.features import ClassifierFeatures
from fontgan.losses.reconstruction import Reconstruction, edge, reconstruction, soft_dice, ssim

# Sharp strokes soonest, without a discriminator; docs/benchmarks.md has what was tried.
FAST_OBJECTIVE: Mapping[str, Any] = {
    "reconstruction": "fixed-l1",
    "reconstruction_weight": 1.0,
    "dice_weight": 0.5,
    "adversarial_weight": 0.0,
}


@dataclass(frozen=True)
class ObjectiveSettings(ModelSettings):
    """Which losses tell the generator how far it is from the true glyph, and how much each counts."""

    reconstruction: Reconstruction = setting(
        "l1", "distance to the true glyph: l1, fixed-l1 or bce", needs="reconstruction_weight"
    )
    reconstruction_weight: float = setting(100.0, "of that distance in the generator's loss", least=0)
    dice_weight: float = setting(0.0, "of the soft Dice loss of the ink, which draws strokes sharp", least=0)
    ssim_weight: float = setting(0.0, "of 1 - SSIM, the likeness of structure in windows of 11×11", least=0)
    edge_weight: float = setting(0.0, "of the distance between the pictures' edges", least=0)
    feature_weight: float = setting(
        0.0, "of the distance between features of a classifier (feature_weights)", least=0
    )
    feature_network: str = setting(
        "vgg16", "which of torchvision's classifiers", needs="feature_weight,feature_weights"
    )
    feature_weights: Path | None = setting(
        None, "the file of that classifier's weights, which you have", needs="feature_weight"
    )
    feature_layers: tuple[str, ...] = setting(
        ("features.3", "features.8", "features.15", "features.22"),
        "its layers whose features are compared, by torchvision's names",
        needs="feature_weight,feature_weights",
    )

    def contradictions(self) -> list[str]:
        """What cannot be wanted together, a line each; none where all is well."""
        found = super().contradictions()
        if self.feature_weight and self.feature_weights is None:
            found.append("feature_weight needs a classifier: set feature_weights=FILE too")
        return found

    def terms(self) -> list[str]:
        """The loss of the generator, in words."""
        return super().terms() + weighed(
            (self.reconstruction_weight, self.reconstruction),
            (self.dice_weight, "dice"),
            (self.ssim_weight, "ssim"),
            (self.edge_weight, "edge"),
            (self.feature_weight, f"features of {self.feature_network}"),
        )

    @property
    def compares(self) -> bool:
        """Whether any loss compares with the true glyph."""
        weights = (self.reconstruction_weight, self.dice_weight, self.ssim_weight, self.edge_weight)
        return any(weights) or self.feature_weight > 0


class Objective:
    """The weighed sum of the losses that have a weight.

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

    def __call__(self, fake: Tensor, real: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Of pictures (n, 1, size, size): the sum, and each loss by its name, detached."""
        settings = self.settings
        weighed = {
            settings.reconstruction: (settings.reconstruction_weight, self._reconstruct),
            "dice": (settings.dice_weight, lambda a, b: soft_dice(a, b).mean()),
            "ssim": (settings.ssim_weight, lambda a, b: 1 - ssim(a, b).mean()),
            "edge": (settings.edge_weight, lambda a, b: edge(a, b).mean()),
            "feature": (settings.feature_weight, self._compare_features),
        }
        total, losses = fake.new_zeros(()), {}
        for name, (weight, loss) in weighed.items():
            if weight:
                found = loss(fake, real)
                losses[name] = found.detach()
                total = total + weight * found
        return total, losses

    def _reconstruct(self, fake: Tensor, real: Tensor) -> Tensor:
        return reconstruction(self.settings.reconstruction, fake, real).mean()

    def _compare_features(self, fake: Tensor, real: Tensor) -> Tensor:
        assert self._features is not None
        return self._features.loss(fake, real)

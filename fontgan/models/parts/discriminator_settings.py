"""The settings of discriminators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fontgan.config.settings import MOST_STEPS, MOST_WEIGHT, MOST_WIDTH, Settings, setting, weighted
from fontgan.losses.adversarial import Adversarial
from fontgan.networks.discriminator import DiscriminatorKind
from fontgan.networks.initialisation import Initialisation
from fontgan.networks.norms import Norm

Penalty = Literal["none", "r1", "gradient"]


@dataclass(frozen=True)
class DiscriminatorSettings(Settings):
    """A discriminator, how it learns, and what the generator learns from it."""

    kind: DiscriminatorKind = setting(
        "patch", "unit that gets a verdict of its own: each patch, each pixel, or the whole image"
    )
    loss: Adversarial = setting("vanilla", "adversarial loss")
    weight: float = setting(1.0, "weight of the adversarial loss, more than 0", least=0, most=MOST_WEIGHT)
    start: float = setting(0.0, "share of the run after which the discriminator joins", least=0, most=1)
    width: int = setting(64, "channels after the discriminator's first layer", least=1, most=MOST_WIDTH)
    layers: int = setting(
        3,
        "number of halvings: patches of 70×70 pixels with 3, 34×34 with 2, 16×16 with 1; an image of 64×64 "
        "is 4×4 after 4",
        least=1,
        most=6,
        needs="kind=patch|image",
    )
    norm: Norm = setting("instance", "normalisation of its layers")
    initialisation: Initialisation = setting("normal", "distribution of its initial weights")
    spectral_norm: bool = setting(False, "spectral normalisation of its weights")
    minibatch_deviation: bool = setting(
        False, "also show it how much the images of a batch differ, as ProGAN does"
    )
    first: int = setting(
        0, "number of first steps in which only the discriminator learns", least=0, most=MOST_STEPS
    )
    steps: int = setting(1, "steps of the discriminator per step of the generator", least=1, most=1000)
    rate: float = setting(
        1.0, "its learning rate as a multiple of the generator's (two time scales)", least=0, most=1000
    )
    penalty: Penalty = setting(
        "none", "penalty on its gradient: r1 at real glyphs, gradient (WGAN-GP) between real and fake ones"
    )
    penalty_weight: float = setting(
        10.0, "weight of the gradient penalty", least=0, most=MOST_WEIGHT, needs="penalty"
    )
    penalty_interval: int = setting(
        1,
        "apply the penalty every N steps, scaled by N; 16 is usual with r1",
        least=1,
        most=MOST_STEPS,
        needs="penalty",
    )
    label_smoothing: float = setting(
        0.0,
        "one-sided label smoothing: the target for real glyphs is 1 minus this",
        least=0,
        most=0.5,
        needs="loss=vanilla|least-squares",
    )
    label_noise: float = setting(
        0.0, "share of the discriminator's labels that are flipped", least=0, most=0.5
    )
    matching_weight: float = setting(
        0.0,
        "weight of feature matching: the distance between its features of fake and of real glyphs",
        least=0,
        most=MOST_WEIGHT,
    )

    def contradictions(self) -> list[str]:
        """Contradictory settings, one line each; empty if there are none."""
        found = super().contradictions()
        if not self.weight:
            found.append("a discriminator of weight 0 has no effect: set discriminator=none instead")
        if self.start and self.first:
            found.append("discriminator.start and discriminator.first contradict each other: set one of them")
        if self.penalty != "none" and self.norm == "batch":
            found.append(
                "a penalised discriminator cannot have batch norm, which mixes the glyphs of a batch: "
                "set discriminator.norm=layer, instance or none"
            )
        if self.loss == "wasserstein" and self.penalty == "none" and not self.spectral_norm:
            found.append(
                "a Wasserstein critic must be constrained: set discriminator.penalty=gradient or "
                "discriminator.spectral_norm=true"
            )
        return found

    def terms(self) -> list[str]:
        """Its part in the loss of the generator, in words."""
        penalty = {"none": "", "r1": ", r1", "gradient": ", gradient penalty"}[self.penalty]
        name = f"{self.loss} ({self.kind}{penalty})"
        return weighted((self.weight, name), (self.matching_weight, "feature matching"))


@dataclass(frozen=True)
class ConditionalDiscriminatorSettings(DiscriminatorSettings):
    """A discriminator that may see the content beside each glyph."""

    conditional: bool = setting(True, "show the discriminator the content beside each glyph")

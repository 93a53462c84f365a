"""The settings of discriminators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fontgan.config.settings import ModelSettings, setting, weighed
from fontgan.losses.adversarial import Adversarial
from fontgan.networks.discriminator import DiscriminatorKind
from fontgan.networks.initialisation import Initialisation
from fontgan.networks.norms import Norm

Penalty = Literal["none", "r1", "gradient"]


@dataclass(frozen=True)
class JudgeSettings(ModelSettings):
    """What the discriminator can be told; the defaults are pix2pix' (Isola et al. 2017, section 6.1.2)."""

    adversarial: Adversarial = setting(
        "vanilla",
        "what the two play for: vanilla, least-squares, hinge or wasserstein",
        needs="adversarial_weight",
    )
    adversarial_weight: float = setting(1.0, "of the discriminator's word; 0: no discriminator", least=0)
    adversarial_from: float = setting(
        0.0,
        "share of the training after which the discriminator joins",
        least=0,
        most=1,
        needs="adversarial_weight",
    )
    discriminator: DiscriminatorKind = setting(
        "patch", "what it judges by itself: patch, pixel or the image as one", needs="adversarial_weight"
    )
    discriminator_width: int = setting(
        64, "channels after the discriminator's first layer", least=1, needs="adversarial_weight"
    )
    discriminator_layers: int = setting(
        3,
        "its halvings: patches of 70×70 pixels with 3, 34×34 with 2, 16×16 with 1; an image is what is left",
        least=1,
        most=6,
        needs="adversarial_weight,discriminator=patch|image",
    )
    discriminator_norm: Norm = setting("instance", "its normalisation, as norm", needs="adversarial_weight")
    discriminator_initialisation: Initialisation = setting(
        "normal", "of its weights, as initialisation", needs="adversarial_weight"
    )
    spectral_norm: bool = setting(
        False, "its weights are divided by their largest singular values", needs="adversarial_weight"
    )
    minibatch_deviation: bool = setting(
        False, "it is told how much the pictures of a batch differ (ProGAN)", needs="adversarial_weight"
    )
    discriminator_first: int = setting(
        0, "first steps, in which the discriminator learns alone", least=0, needs="adversarial_weight"
    )
    discriminator_steps: int = setting(
        1, "steps of the discriminator for one of the generator", least=1, needs="adversarial_weight"
    )
    discriminator_rate: float = setting(
        1.0,
        "its step size, as a multiple of the generator's (two time scales)",
        least=0,
        needs="adversarial_weight",
    )
    penalty: Penalty = setting(
        "none",
        "on its gradient: none, r1 (at true glyphs) or gradient (WGAN-GP, between true and drawn)",
        needs="adversarial_weight",
    )
    penalty_weight: float = setting(10.0, "of that penalty", least=0, needs="penalty")
    penalty_interval: int = setting(
        1,
        "it is paid once in so many steps, so much stronger; 16 is usual with r1",
        least=1,
        needs="penalty",
    )
    label_smoothing: float = setting(
        0.0,
        "true glyphs are called true to so much less than 1",
        least=0,
        most=0.5,
        needs="adversarial=vanilla|least-squares,adversarial_weight",
    )
    label_noise: float = setting(
        0.0,
        "share of the glyphs that the discriminator is told the contrary of",
        least=0,
        most=0.5,
        needs="adversarial_weight",
    )
    matching_weight: float = setting(
        0.0,
        "of the distance between the discriminator's own features of drawn and true glyphs",
        least=0,
        needs="adversarial_weight",
    )

    def contradictions(self) -> list[str]:
        """What cannot be wanted together, a line each; none where all is well."""
        found = super().contradictions()
        if not self.adversarial_weight:
            return found
        if self.adversarial_from and self.discriminator_first:
            found.append("adversarial_from and discriminator_first contradict each other: set one of them")
        if self.penalty != "none" and self.discriminator_norm == "batch":
            found.append(
                "a penalised discriminator cannot have batch norm, which mixes the glyphs of a batch: "
                "set discriminator_norm=layer, instance or none"
            )
        held = self.penalty != "none" or self.spectral_norm
        if self.adversarial == "wasserstein" and not held:
            found.append("a Wasserstein critic must be held: set penalty=gradient or spectral_norm=true")
        return found

    def terms(self) -> list[str]:
        """The loss of the generator, in words."""
        word = f"{self.adversarial} ({self.discriminator}{', r1' if self.penalty == 'r1' else ''}"
        word += ", gradient penalty)" if self.penalty == "gradient" else ")"
        matching = self.matching_weight if self.adversarial_weight else 0
        return super().terms() + weighed((self.adversarial_weight, word), (matching, "feature matching"))

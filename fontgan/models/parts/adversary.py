"""The adversarial part of a model: images in, losses out."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from fontgan.compute.engine import Engine
from fontgan.compute.optimisers import Optimisers
from fontgan.config.settings import OptimisationSettings
from fontgan.errors import FontganError
from fontgan.losses.adversarial import discriminator_loss, generator_loss, gradient_penalty, r1_penalty
from fontgan.losses.features import feature_matching
from fontgan.models.base import Phase
from fontgan.models.parts.discriminator_settings import DiscriminatorSettings
from fontgan.models.parts.loss import Loss
from fontgan.models.parts.part import Part
from fontgan.networks.discriminator import Discriminator, DiscriminatorOutput
from fontgan.networks.initialisation import initialise, normalise_spectrum


class DiscriminatorInput(NamedTuple):
    """Real or fake glyphs as a discriminator sees them.

    Attributes:
        images: the glyphs, (n, 1, size, size) in [0, 1]. Fake ones may be several per real one: first all in
            the styles of the real ones, then all again in others.
        conditions: images that it sees beside each, (n, channels, size, size); none or several.
        styles: which style each glyph is in, or is to be in, int64 (n,); None without a classifier.
    """

    images: Tensor
    conditions: tuple[Tensor, ...] = ()
    styles: Tensor | None = None

    def detached(self) -> DiscriminatorInput:
        """The same without the graph of the generator."""
        return self._replace(images=self.images.detach())


class Adversary:
    """A discriminator, its optimisers, and the losses of both sides.

    Args:
        settings: of the discriminator.
        optimisation: of the model.
        size: of the images, in pixels.
        engine: the device and precision to compute with.
        channels: of a glyph and all that is seen beside it.
        styles: classes of the auxiliary classifier; 0: none.
        classifier_weight: weight of its loss.
        name: what its losses and its phases are called in the log.

    Raises:
        FontganError: it halves the images more often than their size allows.
    """

    def __init__(
        self,
        settings: DiscriminatorSettings,
        optimisation: OptimisationSettings,
        size: int,
        engine: Engine,
        channels: int,
        styles: int = 0,
        classifier_weight: float = 0.0,
        name: str = "D",
    ) -> None:
        _check_size(settings, size)
        self.settings, self.engine, self.name = settings, engine, name
        self._classifier_weight = classifier_weight
        network = Discriminator(
            settings.kind,
            channels,
            settings.width,
            settings.layers,
            settings.norm,
            size,
            settings.minibatch_deviation,
            styles if classifier_weight else 0,
        )
        initialise(network, settings.initialisation)
        if settings.spectral_norm:
            normalise_spectrum(network)
        self.network = engine.place(network)
        if settings.penalty == "none":
            engine.compile(self.network)
        self.optimisers = Optimisers(self.network, optimisation, engine.precision, settings.rate)

    def phases(self, loss: Callable[[Part], Loss], penalty: Callable[[Part], Loss]) -> tuple[Phase, ...]:
        """When the discriminator learns: from real and fake glyphs, and from a rare penalty apart from them.

        Args:
            loss: `discriminator_loss` of what is seen of a part.
            penalty: `penalty` of the same.
        """
        settings = self.settings
        learn = Phase(self.name, self.optimisers, loss, from_share=settings.start)
        if settings.penalty == "none" or settings.penalty_interval == 1:
            return (learn,)
        rare = Phase(
            f"{self.name}_penalty",
            self.optimisers,
            penalty,
            settings.penalty_interval,
            from_share=settings.start,
        )
        return learn, rare

    def discriminator_loss(self, real: DiscriminatorInput, fake: DiscriminatorInput) -> Loss:
        """The loss of the discriminator; no gradient reaches the generator.

        Halved, which slows it down relative to the generator (Isola et al. 2017, section 3.3).
        """
        settings, fake = self.settings, fake.detached()
        of_real, of_fake = self._see(real), self._see(fake)
        labels = self._labels(real, fake, True), self._labels(real, fake, False)
        on_real, on_fake = (
            discriminator_loss(settings.loss, output.logits.float(), given, settings.label_smoothing)
            for output, given in zip((of_real, of_fake), labels, strict=True)
        )
        loss = 0.5 * (Loss.of(f"{self.name}_real", on_real) + Loss.of(f"{self.name}_fake", on_fake))
        if of_real.styles is not None and of_fake.styles is not None:
            assert real.styles is not None and fake.styles is not None
            guessed, wanted = (
                torch.cat((of_real.styles, of_fake.styles)),
                torch.cat((real.styles, fake.styles)),
            )
            category = F.cross_entropy(guessed.float(), wanted)
            loss += self._classifier_weight * Loss.of(f"{self.name}_category", category)
        if settings.penalty != "none" and settings.penalty_interval == 1:
            loss += self.penalty(real, fake)
        return loss

    def generator_loss(self, real: DiscriminatorInput, fake: DiscriminatorInput) -> Loss:
        """The adversarial part of the generator's loss, with its guess of the style and feature matching."""
        settings, count = self.settings, len(real.images)
        output = self._see(fake)
        adversarial = generator_loss(settings.loss, output.logits.float())
        loss = settings.weight * Loss.of(self._named("adversarial"), adversarial)
        if output.styles is not None and fake.styles is not None:
            category = F.cross_entropy(output.styles.float(), fake.styles)
            loss += self._classifier_weight * Loss.of(self._named("category"), category)
        if settings.matching_weight:
            with torch.no_grad():
                wanted = [maps.float() for maps in self._see(real).features]
            found = [maps[:count].float() for maps in output.features]
            loss += settings.matching_weight * Loss.of(
                self._named("matching"), feature_matching(wanted, found)
            )
        return loss

    def penalty(self, real: DiscriminatorInput, fake: DiscriminatorInput) -> Loss:
        """The penalty on the discriminator's gradient, in float32 whatever the precision.

        As many times stronger as it is rarer (Karras et al. 2020, StyleGAN2, appendix B).
        """
        settings = self.settings
        if settings.penalty == "r1":
            images = real.images.detach().requires_grad_()
            penalty = r1_penalty(self.network(*real.conditions, images).logits, images)
        else:
            count = len(real.images)
            penalty = gradient_penalty(
                lambda images: self.network(*real.conditions, images).logits,
                real.images,
                fake.images[:count].detach(),
                self._random(count, 1, real.images.device),
            )
        weight = settings.penalty_weight * settings.penalty_interval
        return weight * Loss.of(f"{self.name}_penalty", penalty)

    def _see(self, seen: DiscriminatorInput) -> DiscriminatorOutput:
        with self.engine.autocast():
            return self.network(*seen.conditions, seen.images)  # type: ignore[no-any-return]

    def _labels(self, real: DiscriminatorInput, fake: DiscriminatorInput, truth: bool) -> Tensor:
        """The label of each glyph, bool (n,): the truth, flipped for the share that is label noise."""
        count, device = len(real.images), real.images.device
        times = 1 if truth else len(fake.images) // count
        labels = torch.full((count * times,), truth, device=device)
        noise = self.settings.label_noise
        return labels ^ (self._random(count, times, device) < noise) if noise else labels

    def _random(self, count: int, times: int, device: torch.device) -> Tensor:
        """Random numbers in [0, 1), drawn for the whole batch; this process' share of them."""
        ranks = self.engine.ranks
        return ranks.share(torch.rand(count * ranks.count, times, device=device)).T.flatten()

    def _named(self, loss: str) -> str:
        """G_adversarial for the only discriminator D, G_adversarial_A for D_A."""
        return f"G_{loss}{self.name[1:]}"


def _check_size(settings: DiscriminatorSettings, size: int) -> None:
    """Refuse more halvings than there are pixels: patches lose two more of each side."""
    least = {"patch": 3, "image": 1, "pixel": 0}[settings.kind]
    if size >> settings.layers < least:
        most = next(layers for layers in range(size.bit_length(), 0, -1) if size >> layers >= least)
        raise FontganError(
            f"a discriminator cannot halve images of {size} px {settings.layers} times",
            f"set discriminator.layers to at most {most}",
        )

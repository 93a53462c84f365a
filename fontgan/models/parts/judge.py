"""The discriminator of a model: when it learns, and what it tells the generator."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from fontgan.compute.engine import Engine
from fontgan.compute.optimisers import Optimisers
from fontgan.data.views import Batch
from fontgan.errors import FontganError
from fontgan.losses.adversarial import discriminator_loss, generator_loss, gradient_penalty, r1_penalty
from fontgan.losses.features import feature_matching
from fontgan.models.base import Loss, Phase
from fontgan.models.parts.judge_settings import JudgeSettings
from fontgan.networks.discriminator import Discriminator, DiscriminatorOutput
from fontgan.networks.initialisation import initialise, normalise_spectrum


class Shown(NamedTuple):
    """What a discriminator is shown of a part of a batch.

    Attributes:
        beside: pictures that it sees together with each, (n, 1, size, size); none or several.
        real: true glyphs, (n, 1, size, size).
        fake: drawn ones, as many, or so many times as many, the first of them in the styles of the true ones.
        styles: which style each drawn one is to be in, for the auxiliary classifier; None without one.
    """

    beside: tuple[Tensor, ...]
    real: Tensor
    fake: Tensor
    styles: Tensor | None = None

    @property
    def times(self) -> int:
        """So many drawn glyphs for each true one."""
        return len(self.fake) // len(self.real)

    @property
    def beside_fake(self) -> list[Tensor]:
        """What is seen together with the drawn ones."""
        return [pictures.repeat(self.times, 1, 1, 1) for pictures in self.beside]


class Judge:
    """A discriminator, its optimisers, and the losses that it gives rise to.

    Args:
        settings: which must have an `adversarial_weight`.
        size: of the pictures.
        engine: what computes.
        inputs: how many pictures it sees together.
        show: what it is shown of a part.
        styles: classes of the auxiliary classifier; 0: none.
        classifier_weight: of its loss.
        name: what its losses and its phase are called in the log.

    Raises:
        FontganError: it halves the pictures more often than their size allows.
    """

    def __init__(
        self,
        settings: JudgeSettings,
        size: int,
        engine: Engine,
        inputs: int,
        show: Callable[[Batch], Shown],
        styles: int = 0,
        classifier_weight: float = 0.0,
        name: str = "D",
    ) -> None:
        _check_size(settings, size)
        self.settings, self.engine, self.name = settings, engine, name
        self._show, self._classifier_weight = show, classifier_weight
        network = Discriminator(
            settings.discriminator,
            inputs,
            settings.discriminator_width,
            settings.discriminator_layers,
            settings.discriminator_norm,
            size,
            settings.minibatch_deviation,
            styles if classifier_weight else 0,
        )
        initialise(network, settings.discriminator_initialisation)
        if settings.spectral_norm:
            normalise_spectrum(network)
        self.network = engine.place(network)
        if settings.penalty == "none":
            engine.compile(self.network)
        self.optimisers = Optimisers(self.network, settings, engine.precision, settings.discriminator_rate)

    def phases(self) -> list[Phase]:
        """When it learns: by its opinions, and by its penalty."""
        settings = self.settings
        start, every = settings.adversarial_from, settings.penalty_interval
        phases = [Phase(self.name, self.optimisers, self._judge, from_share=start)]
        if settings.penalty != "none" and every > 1:
            name = f"{self.name}_penalty"
            phases.append(Phase(name, self.optimisers, self._penalise, every, from_share=start))
        return phases

    def convince(self, shown: Shown) -> Loss:
        """The generator's loss by the discriminator's word on its pictures."""
        settings, count = self.settings, len(shown.real)
        with self.engine.autocast():
            opinion: DiscriminatorOutput = self.network(*shown.beside_fake, shown.fake)
        belief = generator_loss(settings.adversarial, opinion.logits.float())
        total, losses = settings.adversarial_weight * belief, {self._named("adversarial"): belief.detach()}
        if opinion.styles is not None and shown.styles is not None:
            category = F.cross_entropy(opinion.styles.float(), shown.styles)
            losses[self._named("category")] = category.detach()
            total = total + self._classifier_weight * category
        if settings.matching_weight:
            with self.engine.autocast(), torch.no_grad():
                real: DiscriminatorOutput = self.network(*shown.beside, shown.real)
            pairs = zip(real.features, opinion.features, strict=True)
            matching = feature_matching(
                *zip(*((a.float(), b[:count].float()) for a, b in pairs), strict=True)
            )
            losses[self._named("matching")] = matching.detach()
            total = total + settings.matching_weight * matching
        return total, losses

    def _judge(self, part: Batch, _progress: float) -> Loss:
        """Halved, which slows it down relative to the generator (Isola et al. 2017, section 3.3)."""
        settings, shown = self.settings, self._show(part)
        with self.engine.autocast():
            on_real: DiscriminatorOutput = self.network(*shown.beside, shown.real)
            on_fake: DiscriminatorOutput = self.network(*shown.beside_fake, shown.fake.detach())
        called = self._labels(shown, True), self._labels(shown, False)
        said = [
            discriminator_loss(settings.adversarial, opinion.logits.float(), labels, settings.label_smoothing)
            for opinion, labels in zip((on_real, on_fake), called, strict=True)
        ]
        losses = {f"{self.name}_real": said[0].detach(), f"{self.name}_fake": said[1].detach()}
        total = (said[0] + said[1]) / 2
        if on_real.styles is not None and on_fake.styles is not None and shown.styles is not None:
            guessed = torch.cat((on_real.styles, on_fake.styles)).float()
            category = F.cross_entropy(guessed, torch.cat((shown.styles[: len(shown.real)], shown.styles)))
            losses[f"{self.name}_category"] = category.detach()
            total = total + self._classifier_weight * category
        if settings.penalty != "none" and settings.penalty_interval == 1:
            penalty, more = self._penalty(shown)
            total, losses = total + penalty, losses | more
        return total, losses

    def _penalise(self, part: Batch, _progress: float) -> Loss:
        return self._penalty(self._show(part))

    def _penalty(self, shown: Shown) -> Loss:
        """As often stronger as it is rarer (Karras et al. 2020, StyleGAN2, appendix B); always in float32."""
        settings = self.settings
        if settings.penalty == "r1":
            real = shown.real.detach().requires_grad_()
            penalty = r1_penalty(self.network(*shown.beside, real).logits, real)
        else:
            count = len(shown.real)
            mix = self._drawn(count, 1, shown.real.device)
            penalty = gradient_penalty(
                lambda pictures: self.network(*shown.beside, pictures).logits,
                shown.real,
                shown.fake[:count].detach(),
                mix,
            )
        weight = settings.penalty_weight * settings.penalty_interval
        return weight * penalty, {f"{self.name}_penalty": penalty.detach()}

    def _labels(self, shown: Shown, truth: bool) -> Tensor:
        """What each glyph is to be called, bool (n,): the truth, and the contrary for a share of them."""
        count, times, device = len(shown.real), 1 if truth else shown.times, shown.real.device
        labels = torch.full((count * times,), truth, device=device)
        noise = self.settings.label_noise
        return labels ^ (self._drawn(count, times, device) < noise) if noise else labels

    def _drawn(self, count: int, times: int, device: torch.device) -> Tensor:
        """Random numbers in [0, 1), drawn for the whole batch so many times; this process' share of them."""
        ranks = self.engine.ranks
        return ranks.share(torch.rand(count * ranks.count, times, device=device)).T.flatten()

    def _named(self, loss: str) -> str:
        """G_adversarial for the only discriminator D, G_adversarial_A for D_A."""
        return f"G_{loss}{self.name[1:]}"


def _check_size(settings: JudgeSettings, size: int) -> None:
    """Refuse more halvings than there are pixels: patches lose two more of each side."""
    least = {"patch": 3, "image": 1, "pixel": 0}[settings.discriminator]
    if size >> settings.discriminator_layers < least:
        most = next(layers for layers in range(size.bit_length(), 0, -1) if size >> layers >= least)
        raise FontganError(
            f"a discriminator cannot halve pictures of {size} px {settings.discriminator_layers} times: "
            f"set discriminator_layers to at most {most}"
        )

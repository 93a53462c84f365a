"""denoiser: a second network that cleans what a trained one draws.

The project's source notes: «one model learns the change of shape, the other removes the noise». The
first one stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import nn

from fontgan.config.settings import OptimisationSettings, setting
from fontgan.data.views import Batch
from fontgan.errors import FontganError
from fontgan.models import find_model
from fontgan.models.base import FAST_AUGMENTATION, FAST_OPTIMISATION, GeneratorSpec
from fontgan.models.parts.generator import FAST_UNET, GeneratorSettings
from fontgan.models.parts.objective import FAST_OBJECTIVE, ObjectiveSettings
from fontgan.models.parts.paired import GeneratorOutput
from fontgan.models.parts.translation import Translation, TranslationSettings
from fontgan.networks.composites import TwoStages


@dataclass(frozen=True)
class DenoiserSettings(TranslationSettings):
    """The settings of the second stage."""

    sees_content: bool = setting(False, "show the denoiser the content beside the first stage's image")


# pix2pix' U-Net without its discriminator.
PAPER = DenoiserSettings(
    optimisation=OptimisationSettings(batch_size=1, schedule="linear"),
    generator=GeneratorSettings(),
    objective=ObjectiveSettings(reconstruction="l1", reconstruction_weight=100.0),
)


class Denoiser(Translation[DenoiserSettings]):
    """Two stages, of which the second learns."""

    summary = "a U-Net that cleans what a trained first stage draws"
    source = "the project's source notes"
    purpose = "a trained run whose strokes are blurred or broken"
    two_stages = True
    presets: ClassVar = {
        "default": replace(
            PAPER,
            optimisation=FAST_OPTIMISATION,
            augmentation=FAST_AUGMENTATION,
            generator=GeneratorSettings(**FAST_UNET),
            objective=FAST_OBJECTIVE,
            sees_content=True,
        ),
        "paper": PAPER,
    }

    @classmethod
    def build_generator(cls, settings: DenoiserSettings, spec: GeneratorSpec) -> nn.Module:
        """The network of the first stage, and a new second one."""
        if spec.first is None:
            raise FontganError("a denoiser needs a trained first stage", "pass a run with {stage1}")
        first = find_model(spec.first.model).build_generator(
            spec.first.settings, GeneratorSpec(spec.size, contents=spec.contents)
        )
        inputs = 1 + spec.contents if settings.sees_content else 1
        return TwoStages(first, settings.generator.build(spec.size, inputs), settings.sees_content)

    def start(self, generator: nn.Module) -> None:
        """See `Model`; the first stage is as it was trained."""
        assert isinstance(generator, TwoStages)
        if self.spec.first is not None and self.spec.first.weights is not None:
            generator.first.load_state_dict(self.spec.first.weights)
        super().start(generator)

    def compiled_modules(self) -> list[nn.Module]:
        """See `Model`."""
        stages = self.generator
        assert isinstance(stages, TwoStages)
        return [stages.first, stages.second]

    def draw(self, batch: Batch) -> GeneratorOutput:
        """The first stage in float32, as it draws when it is used; the second under autocast."""
        stages = self.generator
        assert isinstance(stages, TwoStages)
        with torch.no_grad(), torch.autocast(batch.real_a.device.type, enabled=False):
            drawn = stages.first(batch.real_a)
        return GeneratorOutput(stages.clean(batch.real_a, drawn))


MODEL = Denoiser

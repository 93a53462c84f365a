"""denoiser: a second network that cleans what a trained one draws.

The project's source notes: «one model learns the change of shape, the other removes the noise». The
first one stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import nn

from fontgan.config.settings import Schedule, setting
from fontgan.data.views import Batch
from fontgan.errors import FontganError
from fontgan.models import find_model
from fontgan.models.base import FAST_OPTIMISATION, Task
from fontgan.models.parts.generator import FAST_UNET
from fontgan.models.parts.objective import FAST_OBJECTIVE
from fontgan.models.parts.paired import Drawn
from fontgan.models.parts.translation import Translation, TranslationSettings
from fontgan.networks.composites import TwoStages


@dataclass(frozen=True)
class DenoiserSettings(TranslationSettings):
    """The settings of the second stage; their defaults are pix2pix' without its discriminator."""

    schedule: Schedule = setting("linear", "the step size: constant, linear (from half way) or cosine, to 0")
    adversarial_weight: float = setting(0.0, "of the discriminator's word; 0: no discriminator", least=0)
    sees_content: bool = setting(False, "it is shown the content beside the first stage's picture")


class Denoiser(Translation[DenoiserSettings]):
    """Two stages, of which the second learns."""

    summary = "a U-Net that cleans what a trained first stage draws"
    source = "the project's source notes"
    purpose = "a trained run whose strokes are blurred or broken"
    two_stages = True
    presets: ClassVar = {
        "default": DenoiserSettings(**FAST_OPTIMISATION, **FAST_UNET, **FAST_OBJECTIVE, sees_content=True),
        "paper": DenoiserSettings(),
    }

    @classmethod
    def build_generator(cls, settings: DenoiserSettings, task: Task) -> nn.Module:
        """The first stage as it was trained, and a new second one."""
        if task.first is None:
            raise FontganError("a denoiser needs a trained first stage: give --stage1 RUN")
        stage = task.first
        first = find_model(stage.model).build_generator(stage.settings, Task(task.size))
        if stage.weights is not None:
            first.load_state_dict(stage.weights)
        return TwoStages(
            first, settings.build(task.size, 2 if settings.sees_content else 1), settings.sees_content
        )

    def running(self) -> list[nn.Module]:
        """See `Model`."""
        stages = self.generator
        assert isinstance(stages, TwoStages)
        return [stages.first, stages.second]

    def draw(self, part: Batch) -> Drawn:
        """The first stage in float32, as it draws when it is used; the second under autocast."""
        stages = self.generator
        assert isinstance(stages, TwoStages)
        with torch.no_grad(), torch.autocast(part.real_a.device.type, enabled=False):
            drawn = stages.first(part.real_a)
        return Drawn(stages.clean(part.real_a, drawn))


MODEL = Denoiser

"""What every model is to the training loop and to the commands."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar

from torch import Tensor, nn

from fontgan.compute.average import Average
from fontgan.compute.engine import Engine
from fontgan.config import ModelSettings, nearest
from fontgan.data.views import Batch
from fontgan.errors import FontganError

S = TypeVar("S", bound=ModelSettings)

# What gets most out of minutes on a CPU, whichever the model; docs/benchmarks.md has what was tried.
FAST_OPTIMISATION: Mapping[str, Any] = {
    "batch_size": 32,
    "shift": 2,
    "optimiser": "muon",
    "learning_rate": 3e-3,
    "beta1": 0.9,
    "beta2": 0.99,
    "weight_decay": 0.01,
    "warm_up": 40,
    "schedule": "cosine",
}


class Model(ABC, Generic[S]):
    """A generator and what it takes to train it.

    A subclass names its presets, builds its generator, and does one training step; its module
    assigns it to `MODEL`, which is all that the commands need to know it.

    Attributes:
        summary: one line on what it is.
        presets: complete settings by name; `default` is the best for the time, `paper` as published.
        generator: content pictures to style pictures, (n, 1, size, size) in [0, 1] both.
        average: the running average of the generator: what is shown and kept.
    """

    summary: ClassVar[str]
    presets: ClassVar[Mapping[str, Any]]

    def __init__(self, settings: S, size: int, engine: Engine) -> None:
        self.settings = settings
        self.engine = engine
        self.generator = engine.place(self.build_generator(settings, size))
        self.average = Average(self.generator, settings.ema_decay)

    @classmethod
    @abstractmethod
    def build_generator(cls, settings: Any, size: int) -> nn.Module:
        """A new generator for pictures of `size` pixels.

        Raises:
            FontganError: the network cannot take that size.
        """

    @abstractmethod
    def step(self, batch: Batch, progress: float) -> dict[str, Tensor]:
        """Learn from one batch; `progress` is the share of the training that is done, in [0, 1).

        Returns each loss by its name, detached, on the device.
        """

    @classmethod
    def preset(cls, name: str) -> Any:
        """The settings of that preset.

        Raises:
            FontganError: there is none.
        """
        if name not in cls.presets:
            raise FontganError(f"there is no preset {name!r}{nearest(name, cls.presets)}")
        return cls.presets[name]

"""What every model is to the training loop and to the commands."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from torch import Tensor, nn

from fontgan.compute.average import Average
from fontgan.compute.engine import Engine
from fontgan.compute.optimisers import Optimisers
from fontgan.config.reading import nearest
from fontgan.config.settings import ModelSettings
from fontgan.data.views import Batch, Condition
from fontgan.errors import FontganError

S = TypeVar("S", bound=ModelSettings)
Loss = tuple[Tensor, dict[str, Tensor]]  # what is made smaller, and what it consists of, detached, by names

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


@dataclass(frozen=True)
class FirstStage:
    """A trained generator that another cleans: its model, its settings, and its weights while that trains."""

    model: str
    settings: ModelSettings
    weights: Mapping[str, Tensor] | None = None


@dataclass(frozen=True)
class Task:
    """What a generator is made for.

    Attributes:
        size: of the pictures.
        styles: how many it learns.
        characters: how many it learns from; for what is used in training alone.
        first: the stage before it, for a model that has one.
    """

    size: int
    styles: int = 1
    characters: int = 1
    first: FirstStage | None = None


@dataclass(frozen=True)
class Phase:
    """One part of a training step: some weights move to make one loss smaller.

    Attributes:
        name: what it is called in the log: G, D, D_penalty.
        optimisers: they move the weights; all other weights stay.
        loss: of a batch, at a share of the training.
        interval: it takes part in one of so many steps,
        first_step: from this one on, counted from 1,
        from_share: when this share of the training is done.
    """

    name: str
    optimisers: Optimisers
    loss: Callable[[Batch, float], Loss]
    interval: int = 1
    first_step: int = 1
    from_share: float = 0.0

    def due(self, number: int, progress: float) -> bool:
        """Whether it takes part in the step of that number."""
        begun = number >= self.first_step and progress >= self.from_share
        return begun and (number - self.first_step) % self.interval == 0


@dataclass(frozen=True)
class Learnt:
    """What a step made of its batch: losses and the lengths of gradients by names, on the device."""

    losses: dict[str, Tensor]
    gradients: dict[str, Tensor]


class Model(ABC, Generic[S]):
    """A generator and what it takes to train it.

    A subclass names its presets, builds its generator, and says in which phases a step is made; its
    module assigns it to `MODEL`, which is all that the commands need to know it.

    Attributes:
        summary: one line on what it is.
        source: who published it.
        purpose: what it is the right choice for.
        presets: complete settings by name; `default` is the best for the time, `paper` as published.
        paired: whether it learns from pairs, or must never know which characters belong together.
        many_styles: whether it learns all styles of a store, or one.
        two_stages: whether it goes on from what a trained generator draws.
        conditions: what its generator is told beside the content: of each picture the number of its style
            in the store, or references in the style.
        generator: content pictures, (n, 1, size, size) in [0, 1], and the conditions to style pictures.
        references: how many of them it learns with; 0 where it is told of none.
        average: the running average of the generator: what is shown and kept.
        networks: all that learn, by their names in checkpoints.
        phases: of a step, in their order; the one named G moves the generator.
    """

    summary: ClassVar[str]
    source: ClassVar[str]
    purpose: ClassVar[str]
    presets: ClassVar[Mapping[str, Any]]
    paired: ClassVar[bool] = True
    many_styles: ClassVar[bool] = False
    two_stages: ClassVar[bool] = False
    conditions: ClassVar[tuple[Condition, ...]] = ()
    references: int = 0

    def __init__(self, settings: S, task: Task, engine: Engine) -> None:
        self.settings = settings
        self.engine = engine
        self.generator = engine.place(self.build_generator(settings, task))
        self.average = Average(self.generator, settings.ema_decay)
        for network in self.running():
            engine.compile(network)
        self.networks: dict[str, nn.Module] = {"generator": self.generator}
        self.phases: tuple[Phase, ...] = ()

    @classmethod
    @abstractmethod
    def build_generator(cls, settings: Any, task: Task) -> nn.Module:
        """A new generator.

        Raises:
            FontganError: the network cannot take pictures of that size, or lacks its first stage.
        """

    def running(self) -> list[nn.Module]:
        """Those modules of the generator that a step calls: what is worth compiling."""
        return [self.generator]

    @classmethod
    def preset(cls, name: str) -> Any:
        """The settings of that preset.

        Raises:
            FontganError: there is none.
        """
        if name not in cls.presets:
            raise FontganError(f"there is no preset {name!r}{nearest(name, cls.presets)}")
        return cls.presets[name]

    def step(self, batch: Batch, number: int, progress: float) -> Learnt:
        """Learn from one batch, in all phases that are due.

        Args:
            batch: this process' share of it.
            number: of the step, from 1.
            progress: the share of the training that is done, in [0, 1).
        """
        losses: dict[str, Tensor] = {}
        gradients: dict[str, Tensor] = {}
        parts = batch.parts(self.settings.accumulation)
        for phase in self.phases:
            if phase.due(number, progress):
                losses |= self._descend(phase, parts, progress)
                gradients[phase.name] = phase.optimisers.step(number, progress)
                if phase.name == "G":
                    self.average.update()
        return Learnt(losses, gradients)

    def _descend(self, phase: Phase, parts: list[Batch], progress: float) -> dict[str, Tensor]:
        """Leave the gradients of the whole batch at the phase's weights; returns its losses."""
        means: dict[str, Tensor] = {}
        for part in parts:
            total, losses = phase.loss(part, progress)
            (total / len(parts)).backward(inputs=phase.optimisers.weights)
            for name, loss in losses.items():
                means[name] = means.get(name, 0) + loss / len(parts)
        self.engine.ranks.average([*phase.optimisers.gradients, *means.values()])
        return means

    def learning_rates(self) -> dict[str, float]:
        """Adam's step size in each phase, as it was last set."""
        return {phase.name: phase.optimisers.learning_rate for phase in self.phases}

    def state(self) -> dict[str, Any]:
        """All that the next step depends on, as plain data and tensors."""
        return {
            "networks": {name: network.state_dict() for name, network in self.networks.items()},
            "average": self.average.state(),
            "optimisers": [optimisers.state() for optimisers in self._optimisers()],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """What `state` gave.

        Raises:
            RuntimeError, KeyError, ValueError: it is of another model or of other settings.
        """
        for name, network in self.networks.items():
            network.load_state_dict(state["networks"][name])
        self.average.restore(state["average"])
        for optimisers, kept in zip(self._optimisers(), state["optimisers"], strict=True):
            optimisers.restore(kept)

    def _optimisers(self) -> list[Optimisers]:
        """Each once: several phases may move the same weights."""
        return list(dict.fromkeys(phase.optimisers for phase in self.phases))

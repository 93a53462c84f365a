"""The interface of all models to the training loop and to the commands."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from torch import Tensor, nn

from fontgan.compute.average import Average
from fontgan.compute.engine import Engine
from fontgan.compute.optimisers import Optimisers, ParameterGroup
from fontgan.config.reading import nearest
from fontgan.config.settings import AugmentationSettings, ModelSettings, OptimisationSettings
from fontgan.data.views import Batch, Condition
from fontgan.errors import FontganError
from fontgan.models.parts.freezing import freeze, hold_statistics
from fontgan.models.parts.loss import Loss
from fontgan.models.parts.part import Part

S = TypeVar("S", bound=ModelSettings)

# Best for minutes on a CPU, for every model; docs/benchmarks.md lists what was tried.
FAST_OPTIMISATION = OptimisationSettings(
    batch_size=32,
    optimiser="muon",
    learning_rate=3e-3,
    beta1=0.9,
    beta2=0.99,
    weight_decay=0.01,
    warm_up=40,
    schedule="cosine",
)
FAST_AUGMENTATION = AugmentationSettings(shift=2)


@dataclass(frozen=True)
class FirstStage:
    """A trained generator whose output another one cleans.

    Attributes:
        model: its name.
        settings: of that model.
        weights: its state, where training starts; None where all weights are loaded later.
    """

    model: str
    settings: ModelSettings
    weights: Mapping[str, Tensor] | None = None


@dataclass(frozen=True)
class Base:
    """Trained weights of a generator of the same kind, which training starts from.

    Attributes:
        name: of the run that they come from.
        sha256: of their file.
        weights: the state of the generator.
    """

    name: str
    sha256: str
    weights: Mapping[str, Tensor]


@dataclass(frozen=True)
class GeneratorSpec:
    """What a generator is made for.

    Attributes:
        size: of the images, in pixels.
        styles: number of styles that it learns.
        characters: number of characters that it learns from; used in training alone.
        contents: channels of the content: 1, or as many as there are content fonts stacked.
        first: the stage before it, for a model that has one.
        base: what its weights start from; None: random numbers.
    """

    size: int
    styles: int = 1
    characters: int = 1
    contents: int = 1
    first: FirstStage | None = None
    base: Base | None = None


@dataclass(frozen=True)
class Phase:
    """One part of a training step: some weights move to make one loss smaller.

    Attributes:
        name: its name in the log: G, D, D_penalty.
        optimisers: they move the weights; all other weights stay.
        loss: of a part of the batch.
        interval: it takes part in one of this many steps,
        first_step: from this one on, counted from 1,
        from_share: once this share of the run is done.
        averages: whether it moves the generator, so that the running average follows.
    """

    name: str
    optimisers: Optimisers
    loss: Callable[[Part], Loss]
    interval: int = 1
    first_step: int = 1
    from_share: float = 0.0
    averages: bool = False

    def due(self, number: int, progress: float) -> bool:
        """Whether it takes part in the step of that number."""
        begun = number >= self.first_step and progress >= self.from_share
        return begun and (number - self.first_step) % self.interval == 0


@dataclass(frozen=True)
class Learnt:
    """The results of a step: losses and gradient norms by name, on the device."""

    losses: dict[str, Tensor]
    gradients: dict[str, Tensor]


class Model(ABC, Generic[S]):
    """A generator, and everything needed to train it.

    A subclass names its presets, builds its generator, and says in which phases a step is made; its
    module assigns it to `MODEL`, which is all that the commands need to know it.

    Attributes:
        summary: one line on what it is.
        source: who published it.
        purpose: when to choose it.
        presets: complete settings by name; `default` is the best for the time, `paper` as published.
        paired: whether it learns from pairs, or must never know which characters belong together.
        many_styles: whether it learns all styles of a dataset, or one.
        two_stages: whether it continues from what a trained generator draws.
        conditions: what its generator is called with besides the content: for each image the number of its
            style in the dataset, or references in the style.
        generator: content images, (n, contents, size, size) in [0, 1], and the conditions to style images.
        references: how many of them it learns with; 0 where it takes none.
        average: the running average of the generator: the weights that are drawn with and kept.
        networks: all that are trained, by their names in checkpoints.
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

    def __init__(self, settings: S, spec: GeneratorSpec, engine: Engine) -> None:
        self.settings = settings
        self.spec = spec
        self.engine = engine
        generator = self.build_generator(settings, spec)
        self.start(generator)
        freeze(generator, settings.optimisation.frozen)
        self.generator = hold_statistics(engine.place(generator), settings.optimisation.frozen)
        self.average = Average(self.generator, settings.optimisation.ema_decay)
        for network in self.compiled_modules():
            engine.compile(network)
        self.networks: dict[str, nn.Module] = {"generator": self.generator}

    @classmethod
    @abstractmethod
    def build_generator(cls, settings: Any, spec: GeneratorSpec) -> nn.Module:
        """A new generator, its weights random.

        Raises:
            FontganError: the network cannot take images of that size, or lacks its first stage.
        """

    def start(self, generator: nn.Module) -> None:
        """Give a new generator the weights that training starts from: those of `spec.base`, if there are any.

        This comes before weights are frozen, placed on the device, averaged and given to optimisers.

        Raises:
            FontganError: the base has other weights than the generator.
        """
        if self.spec.base is None:
            return
        try:
            generator.load_state_dict(self.spec.base.weights)
        except RuntimeError as error:
            reason = " ".join(str(error).split("\n")[1:2]).strip().rstrip(".")
            raise FontganError(
                f"{self.spec.base.name} has other weights than this generator ({reason})",
                "choose another {base}",
            ) from error

    def parameter_groups(self, generator: nn.Module) -> Sequence[ParameterGroup]:
        """The weights of the generator that are trained, in groups, each with its learning rate."""
        trained = tuple(weight for weight in generator.parameters() if weight.requires_grad)
        return (ParameterGroup("generator", trained),)

    @property
    @abstractmethod
    def phases(self) -> tuple[Phase, ...]:
        """The phases of a step, in their order."""

    def compiled_modules(self) -> list[nn.Module]:
        """The submodules of the generator that a training step calls, and hence the ones to compile."""
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
        """Learn from one batch, in all phases that are due, one after another.

        Args:
            batch: this process' share of it.
            number: of the step, from 1.
            progress: the share of the run that is done, in [0, 1).
        """
        losses: dict[str, Tensor] = {}
        gradients: dict[str, Tensor] = {}
        due = [phase for phase in self.phases if phase.due(number, progress)]
        batches = batch.parts(self.settings.optimisation.accumulation)
        shares_graphs = len(batches) == 1 and any(phase.averages for phase in due)
        parts = [Part(each, progress, shares_graphs) for each in batches]
        for phase in due:
            losses |= self._descend(phase, parts)
            gradients[phase.name] = phase.optimisers.step(number, progress)
            if phase.averages:
                self.average.update()
        return Learnt(losses, gradients)

    def _descend(self, phase: Phase, parts: list[Part]) -> dict[str, Tensor]:
        """Accumulate the gradients of the whole batch on the phase's weights; returns the mean losses."""
        means: dict[str, Tensor] = {}
        for part in parts:
            loss = phase.loss(part)
            (loss.total / len(parts)).backward(inputs=phase.optimisers.weights)
            for name, value in loss.terms.items():
                means[name] = means.get(name, 0) + value / len(parts)
        self.engine.ranks.average([*phase.optimisers.gradients, *means.values()])
        return means

    def learning_rates(self) -> dict[str, float]:
        """Adam's learning rate in each phase, as it was last set."""
        return {phase.name: phase.optimisers.learning_rate for phase in self.phases}

    def state(self) -> dict[str, Any]:
        """All that the next step depends on, as plain data and tensors."""
        return {
            "networks": {name: network.state_dict() for name, network in self.networks.items()},
            "average": self.average.state(),
            "optimisers": [optimisers.state() for optimisers in self.optimisers()],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned.

        Raises:
            RuntimeError, KeyError, ValueError: it is of another model or of other settings.
        """
        for name, network in self.networks.items():
            network.load_state_dict(state["networks"][name])
        self.average.restore(state["average"])
        for optimisers, kept in zip(self.optimisers(), state["optimisers"], strict=True):
            optimisers.restore(kept)

    def optimisers(self) -> list[Optimisers]:
        """Each once: several phases may move the same weights."""
        return list(dict.fromkeys(phase.optimisers for phase in self.phases))

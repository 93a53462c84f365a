"""Settings: frozen dataclasses whose fields carry default, type, range and help, checked when made."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from fontgan.config.groups import flat
from fontgan.config.reading import changed
from fontgan.config.values import assigned, checked, choices, types_of
from fontgan.errors import FontganError

T = TypeVar("T")

# Beyond what a run of a year needs, and within what can be computed with.
MOST_WEIGHT = 1e6  # of a loss
MOST_STEPS = 1_000_000_000
MOST_MINUTES = 365 * 24 * 60
MOST_RATE = 10.0  # of learning
MOST_WIDTH = 4096  # channels
MOST_BLOCKS = 64

Schedule = Literal["constant", "linear", "cosine"]
Optimiser = Literal["adam", "adamw", "muon"]
DeviceChoice = Literal["auto", "cpu", "cuda", "mps"]
PrecisionChoice = Literal["auto", "float32", "bfloat16"]
Cleaning = Literal["none", "median", "opening", "levels"]
BestBy = Literal["iou", "fixed_l1", "l1", "ssim", "newest"]


def setting(
    default: T,
    text: str,
    least: float = -math.inf,
    most: float = math.inf,
    entries: int = 64,
    decides: bool = True,
    needs: str = "",
    older: Any = MISSING,
) -> T:
    """A dataclass field with its default, its help, and the range of its numbers.

    Args:
        default: its value where none is given.
        text: its help; the values that a `Literal` allows are listed by `explained`.
        least: the lower end of the range, included.
        most: the upper end, included. Every number has one that still ends in bounded time.
        entries: how many numbers or texts a list may have.
        decides: whether the resulting weights depend on it, so that a resumed run must keep it.
        needs: what must hold for it to have an effect, separated by commas: `kind=unet|resnet`, or
            `dice_weight` for any value but 0, none or "". A name with a dot is in that group.
        older: the value that files from before the setting existed stand for, if not the default.
    """
    metadata = {
        "help": text,
        "least": least,
        "most": most,
        "entries": entries,
        "decides": decides,
        "needs": needs,
    }
    if older is not MISSING:
        metadata["older"] = older
    return field(default=default, metadata=metadata)


def group(default: T, text: str, switch: str = "") -> T:
    """A dataclass field that holds settings of its own.

    Args:
        default: its value where none is given.
        text: what the group is about.
        switch: the setting in it that turns it on, where it may be None. What it then begins with stands in
            the class attribute `usual_NAME`.
    """
    return field(default=default, metadata={"help": text, "group": switch, "decides": True, "needs": ""})


@dataclass(frozen=True)
class Settings:
    """Settings that are checked when made: each value against its field, and all against each other.

    Raises:
        FontganError: a value is not allowed, or some contradict each other; the message lists all mistakes.
    """

    def __post_init__(self) -> None:
        mistakes = []
        for item in fields(self):
            value = getattr(self, item.name)
            if "group" in item.metadata:
                if not isinstance(value, types_of(type(self))[item.name]):
                    mistakes.append(f"{assigned(item.name, value)}: expected other settings")
                continue
            try:
                object.__setattr__(self, item.name, checked(type(self), item.name, value))
            except ValueError as error:
                mistakes.append(f"{assigned(item.name, value)}: {error}")
        mistakes = mistakes or self.contradictions()
        if mistakes:
            raise FontganError("; ".join(mistakes))

    def contradictions(self) -> list[str]:
        """Contradictory settings, one line each; empty if there are none."""
        return []

    def changed(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> Self:
        """These settings with other values: `changed(learning_rate=1e-3, discriminator__width=8)`.

        Args:
            values: by the names that `--set` takes, with a dot or without; as text or Python values.
            named: the same as keywords, `__` for the dot.

        Raises:
            FontganError: a name is unknown, a value cannot be, or some contradict each other.
        """
        dotted = {name.replace("__", "."): value for name, value in named.items()}
        return changed(self, {**(values or {}), **dotted})


@dataclass(frozen=True)
class OptimisationSettings(Settings):
    """How the weights of a model are optimised."""

    batch_size: int = setting(32, "characters per training step", least=1, most=65536)
    accumulation: int = setting(
        1, "compute each batch in this many parts, one after another, to save memory", least=1, most=65536
    )
    optimiser: Optimiser = setting(
        "adam", "optimiser; muon is Muon for the hidden layers and AdamW for the rest"
    )
    learning_rate: float = setting(2e-4, "peak learning rate of Adam or AdamW", least=0, most=MOST_RATE)
    muon_learning_rate: float = setting(
        0.02, "peak learning rate of Muon", least=0, most=MOST_RATE, needs="optimiser=muon"
    )
    beta1: float = setting(0.5, "Adam's beta1: decay of the average gradient", least=0, most=0.9999)
    beta2: float = setting(0.999, "Adam's beta2: decay of the average squared gradient", least=0, most=0.9999)
    weight_decay: float = setting(
        0.0,
        "weight decay: added to the gradient in adam, decoupled in adamw and muon",
        least=0,
        most=MOST_RATE,
    )
    warm_up: int = setting(
        0, "number of first steps over which the learning rate rises from 0", least=0, most=MOST_STEPS
    )
    schedule: Schedule = setting(
        "constant",
        "learning rate schedule; linear falls to 0 over the second half of the run, cosine over all of it",
    )
    clip_value: float = setting(0.0, "clip each gradient value to this; 0: off", least=0, most=MOST_WEIGHT)
    clip_norm: float = setting(
        0.0, "clip the total gradient norm of a network to this; 0: off", least=0, most=MOST_WEIGHT
    )
    ema_decay: float = setting(
        0.995, "decay of the averaged weights, which are what a run keeps; 0: no averaging", least=0, most=1
    )
    frozen: tuple[str, ...] = setting(
        (), "parts of the generator that are not trained, as prefixes of their weights' names"
    )

    def contradictions(self) -> list[str]:
        """Contradictory settings, one line each; empty if there are none."""
        if self.batch_size % self.accumulation:
            return [
                f"batch_size={self.batch_size} does not divide into {self.accumulation} equal parts "
                "(accumulation)"
            ]
        return []


@dataclass(frozen=True)
class AugmentationSettings(Settings):
    """How the pairs of a batch are changed at random."""

    shift: int = setting(
        0, "move each pair at random by up to this many pixels, both images alike", least=0, most=64
    )
    scale: float = setting(
        0.0, "enlarge or reduce each pair at random by up to this share, both images alike", least=0, most=0.5
    )


@dataclass(frozen=True)
class ModelSettings(Settings):
    """The settings of every model; each model's own extend them."""

    optimisation: OptimisationSettings = group(OptimisationSettings(), "optimisation of the weights")
    augmentation: AugmentationSettings = group(AugmentationSettings(), "random changes to each batch")

    def terms(self) -> list[str]:
        """The loss of the generator, in words: `100 × l1`, each term by itself."""
        return []


def weighted(*terms: tuple[float, str]) -> list[str]:
    """Those of the terms that have a weight, with it where it is not 1."""
    return [name if weight == 1 else f"{weight:g} × {name}" for weight, name in terms if weight]


@dataclass(frozen=True)
class TrainingPlan(Settings):
    """The user's choices for a run, apart from the model's own settings."""

    model: str = setting("pix2pix", "model to train")
    preset: str = setting(
        "default", "settings to start from: default (tuned for minutes on a CPU) or paper (as published)"
    )
    data: Path = setting(Path("data/glyphs.lmdb"), "dataset to learn from", decides=False)
    style: str | None = setting(
        None, "style to learn (default: the dataset's first, or all for a multi-style model)"
    )
    stage1: Path | None = setting(None, "trained run whose output the denoiser cleans")
    base: Path | None = setting(None, "run or checkpoint whose weights the generator starts from")
    run: Path | None = setting(
        None, "folder of the run (default: runs/MODEL-1, then -2 and so on)", decides=False
    )
    minutes: float = setting(
        4.0,
        "minutes to train, not counting start-up and sample sheets",
        least=0.01,
        most=MOST_MINUTES,
        decides=False,
    )
    steps: int | None = setting(
        None, "steps to train, instead of minutes", least=1, most=MOST_STEPS, decides=False
    )
    device: DeviceChoice = setting("auto", "device to compute on", decides=False)
    precision: PrecisionChoice = setting(
        "auto",
        "precision of the layers: bfloat16 where the hardware supports it, otherwise float32",
        decides=False,
    )
    threads: int = setting(0, "CPU threads; 0: a short trial chooses", least=0, most=1024, decides=False)
    compile: bool = setting(False, "compile the networks first, which takes a minute or more", decides=False)
    seed: int = setting(0, "random seed", least=0, most=2**63 - 1)
    save_minutes: float = setting(
        5.0,
        "minutes between checkpoints; one is also kept at every tenth of the run",
        least=0,
        most=MOST_MINUTES,
        decides=False,
    )
    keep: int = setting(
        1, "number of recent checkpoints to keep, besides the best one", least=1, most=10_000, decides=False
    )
    best_by: BestBy = setting(
        "fixed_l1", "measure on held-out characters that decides which checkpoint is best", decides=False
    )
    tensorboard: bool = setting(
        False,
        "also log losses, learning rates, gradients, samples and the network for TensorBoard",
        decides=False,
    )
    content: tuple[str, ...] = setting(
        (), "faces of the dataset to take the content from, in order (default: its content fonts)"
    )
    learn: int = setting(
        0,
        "number of characters to learn, the same ones in every run; 0: all that are not held out",
        least=0,
        most=0x110000,
    )
    stacked: bool = setting(
        False, "stack all content faces as input channels instead of using the first that has the character"
    )


def help_of(kind: type[Any], name: str) -> str:
    """The help of one setting of a settings dataclass."""
    text: str = kind.__dataclass_fields__[name].metadata["help"]
    return text


def explained(kind: type[Any], name: str) -> str:
    """The help of one setting, with the values that it can be chosen from."""
    options = choices(kind, name)
    return f"{help_of(kind, name)} ({', '.join(options)})" if options else help_of(kind, name)


def deciding(kind: type[Any]) -> list[str]:
    """The names of the settings on which the weights depend."""
    return [item.name for item in fields(kind) if item.metadata["decides"]]


def decisive(plan: TrainingPlan, settings: ModelSettings) -> dict[str, Any]:
    """All on which the weights depend, by name, those of the model's groups with a dot."""
    return {**{name: getattr(plan, name) for name in deciding(type(plan))}, **flat(settings)}

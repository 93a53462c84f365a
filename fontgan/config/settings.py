"""All settings that a training has: frozen dataclasses whose fields carry default, type, range and help."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar

T = TypeVar("T")

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
    decides: bool = True,
    needs: str = "",
) -> T:
    """A dataclass field with its default, its help, and the range that a number may be in, ends included.

    What `decides` is kept by a run that is resumed: the weights that come out depend on it. Where what it
    `needs` is not so, it has no effect: `generator=unet`, or `dice_weight` for any value but 0, none or "".
    Several things are parted by commas.
    """
    metadata = {"help": text, "least": least, "most": most, "decides": decides, "needs": needs}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class ModelSettings:
    """What every model can be told; each model's own settings extend it."""

    batch_size: int = setting(32, "characters in one training step", least=1)
    accumulation: int = setting(
        1, "parts that a batch is computed in, one after the other, which takes less memory", least=1
    )
    shift: int = setting(0, "each pair is moved by up to so many pixels at random, both sides alike", least=0)
    scale: float = setting(
        0.0,
        "each pair is enlarged or reduced by up to this share at random, both sides alike",
        least=0,
        most=0.5,
    )
    optimiser: Optimiser = setting("adam", "adam, adamw, or muon for hidden layers and AdamW for the others")
    learning_rate: float = setting(2e-4, "Adam's step size at its highest", least=0)
    muon_learning_rate: float = setting(
        0.02, "Muon's step size at its highest", least=0, needs="optimiser=muon"
    )
    beta1: float = setting(0.5, "decay of the gradient's mean in Adam", least=0, most=0.9999)
    beta2: float = setting(0.999, "decay of the gradient's square in Adam", least=0, most=0.9999)
    weight_decay: float = setting(
        0.0, "pulls weights to 0: by the gradient in adam, by the step size in adamw and muon", least=0
    )
    warm_up: int = setting(0, "first steps, in which the step size rises from 0", least=0)
    schedule: Schedule = setting(
        "constant", "the step size: constant, linear (from half way) or cosine, to 0"
    )
    clip_value: float = setting(0.0, "no single gradient is larger than this; 0: any may be", least=0)
    clip_norm: float = setting(0.0, "all gradients of a network together are no longer; 0: any", least=0)
    ema_decay: float = setting(
        0.995, "decay of the running average of the weights, which is what is kept", least=0, most=1
    )

    def contradictions(self) -> list[str]:
        """What cannot be wanted together, a line each; none where all is well."""
        if self.batch_size % self.accumulation:
            return [f"batch_size={self.batch_size} has no {self.accumulation} equal parts (accumulation)"]
        return []

    def terms(self) -> list[str]:
        """The loss of the generator, in words: `100 × l1`, each term by itself."""
        return []


def weighed(*terms: tuple[float, str]) -> list[str]:
    """Those of the terms that have a weight, with it where it is not 1."""
    return [name if weight == 1 else f"{weight:g} × {name}" for weight, name in terms if weight]


@dataclass(frozen=True)
class TrainingPlan:
    """What the user decides about a training, apart from the model's own settings."""

    model: str = setting("pix2pix", "which model")
    preset: str = setting("default", "where its settings start from: default (best for the time) or paper")
    data: Path = setting(Path("data/glyphs.lmdb"), "the glyph store", decides=False)
    style: str | None = setting(
        None, "the style to learn, if not the store's first, or all of them where a model learns many"
    )
    stage1: Path | None = setting(None, "the trained run that a denoiser cleans the drawings of")
    run: Path | None = setting(None, "the folder for the run, if not runs/MODEL-1, -2, …", decides=False)
    minutes: float = setting(
        4.0, "how long to train; start and samples are not counted", least=0.01, decides=False
    )
    steps: int | None = setting(None, "how many steps to train, instead of minutes", least=1, decides=False)
    device: DeviceChoice = setting("auto", "what computes", decides=False)
    precision: PrecisionChoice = setting(
        "auto", "of the layers: bfloat16 where the device multiplies it, else float32", decides=False
    )
    threads: int = setting(0, "of the processor; 0: as many as are faster now", least=0, decides=False)
    compile: bool = setting(False, "compile the networks first: a minute or more", decides=False)
    seed: int = setting(0, "of the random numbers", least=0, most=2**63 - 1)
    save_minutes: float = setting(
        5.0, "a checkpoint after so many minutes, and at each tenth of the training", least=0, decides=False
    )
    keep: int = setting(
        1, "how many of the newest checkpoints to keep, beside the best", least=1, decides=False
    )
    best_by: BestBy = setting(
        "fixed_l1", "the measure on held-out characters by which a checkpoint is the best", decides=False
    )
    tensorboard: bool = setting(
        False, "keep losses, rates, gradients, samples and the network for TensorBoard too", decides=False
    )
    content: tuple[str, ...] = setting(
        (), "faces of the dataset that give the content, in order; default: its content fonts"
    )
    stacked: bool = setting(
        False, "stack all content faces as input channels instead of taking the first that has the character"
    )


def unmet(settings: Any, name: str) -> str:
    """What a setting needs and these settings do not have, as `setting` is told it; "" where all is there."""
    for need in filter(None, settings.__dataclass_fields__[name].metadata["needs"].split(",")):
        other, _, wanted = need.partition("=")
        has = getattr(settings, other, None)
        if has is None and other not in settings.__dataclass_fields__:
            continue  # this model leaves no choice there
        if (str(has) not in wanted.split("|")) if wanted else has in (0, None, "", "none", False):
            return need  # type: ignore[no-any-return]
        if further := unmet(settings, other):
            return further
    return ""


def without_effect(settings: Any, usual: Any) -> list[str]:
    """Settings that were changed from the usual ones and have no effect among the others, a line a reason."""
    idle: dict[str, list[str]] = {}
    for item in fields(settings):
        need = unmet(settings, item.name)
        if need and getattr(settings, item.name) != getattr(usual, item.name):
            idle.setdefault(need, []).append(item.name)
    return [
        f"{' and '.join(names)} {'has' if len(names) == 1 else 'have'} no effect without {need}: "
        f"set {need.partition('=')[0]} too"
        for need, names in idle.items()
    ]


def help_of(kind: type[Any], name: str) -> str:
    """The help of one setting of a settings dataclass."""
    text: str = kind.__dataclass_fields__[name].metadata["help"]
    return text


def deciding(kind: type[Any]) -> list[str]:
    """The names of the settings on which the weights depend."""
    return [item.name for item in fields(kind) if item.metadata["decides"]]


def decisive(*parts: Any) -> dict[str, Any]:
    """All settings of several dataclasses on which the weights depend, by name."""
    return {name: getattr(part, name) for part in parts for name in deciding(type(part))}

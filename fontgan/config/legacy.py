"""What the settings were called before they stood in groups (config.toml of format 1, checkpoints up to 4).

Then all settings of a model were one flat table. Most kept their names and are found by them alone
(`learning_rate` for `optimisation.learning_rate`); the others are listed here. An `adversarial_weight` of 0
stood for «no discriminator».

Before there was a `grid`, the blocks that `unshuffle` turns into channels were of 4×4 pixels whatever the
size (checkpoints up to 5, states up to 2, each config.toml without a `grid`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BLOCK = 4

RENAMED: Mapping[str, str] = {
    "generator": "generator.kind",
    "discriminator": "discriminator.kind",
    "adversarial": "discriminator.loss",
    "adversarial_weight": "discriminator.weight",
    "adversarial_from": "discriminator.start",
    "discriminator_width": "discriminator.width",
    "discriminator_layers": "discriminator.layers",
    "discriminator_norm": "discriminator.norm",
    "discriminator_initialisation": "discriminator.initialisation",
    "discriminator_first": "discriminator.first",
    "discriminator_steps": "discriminator.steps",
    "discriminator_rate": "discriminator.rate",
    "spectral_norm": "discriminator.spectral_norm",
    "minibatch_deviation": "discriminator.minibatch_deviation",
    "penalty": "discriminator.penalty",
    "penalty_weight": "discriminator.penalty_weight",
    "penalty_interval": "discriminator.penalty_interval",
    "label_smoothing": "discriminator.label_smoothing",
    "label_noise": "discriminator.label_noise",
    "matching_weight": "discriminator.matching_weight",
    "conditional": "discriminator.conditional",
}


def lacks_grid(settings: Mapping[str, Any]) -> bool:
    """Whether settings are of a generator of blocks and do not say what grid these make.

    `settings` are those of a model, in groups or flat, their names with dots or without.
    """
    group = settings.get("generator")
    named = {name.rpartition(".")[2]: value for name, value in settings.items()}
    known = {**named, **group} if isinstance(group, Mapping) else named
    return known.get("stem") == "unshuffle" and "grid" not in known


def grid_before(settings: Mapping[str, Any], size: int) -> dict[str, int]:
    """The grid that settings without one stand for, by its name; empty where they lack none.

    Args:
        settings: as `lacks_grid` takes them.
        size: of the images, in pixels.
    """
    return {"generator.grid": size // _BLOCK} if lacks_grid(settings) else {}

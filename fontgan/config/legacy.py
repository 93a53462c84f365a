"""What the settings were called before they stood in groups (config.toml of format 1, checkpoints up to 4).

Then all settings of a model were one flat table. Most kept their names and are found by them alone
(`learning_rate` for `optimisation.learning_rate`); the others are listed here. An `adversarial_weight` of 0
stood for «no discriminator».
"""

from __future__ import annotations

from collections.abc import Mapping

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

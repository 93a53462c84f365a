"""Initial weights."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn
from torch.nn.init import calculate_gain
from torch.nn.utils import parametrizations, parametrize

from fontgan.networks.layers import ResidualBlock
from fontgan.networks.norms import ConditionalNorm

Initialisation = Literal["normal", "xavier", "he", "uniform", "equalised"]

_WEIGHTED = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)


def initialise(network: nn.Module, kind: Initialisation = "normal") -> None:
    """Draw new weights for every convolution; norms start as 1 and 0, biases at 0.

    - `normal`: N(0, 0.02) with norm scales from N(1, 0.02) (Isola et al. 2017, section 6.2);
    - `xavier`: Glorot and Bengio 2010, equation 16, uniform;
    - `he`: He et al. 2015, equation 10, normal, for LeakyReLU of 0.2;
    - `uniform`: the same, uniform, with torch's slope of √5: a third of the variance;
    - `equalised`: N(0, 1), divided by He's constant whenever it is used, so that all weights learn at one
      speed (Karras et al. 2018, «ProGAN», section 4.1).
    """
    for module in network.modules():
        if isinstance(module, _WEIGHTED):
            _draw(module, kind)
        elif isinstance(module, nn.BatchNorm2d | nn.InstanceNorm2d | nn.GroupNorm) and kind == "normal":
            nn.init.normal_(module.weight, 1.0, 0.02)
        if getattr(module, "bias", None) is not None:
            nn.init.zeros_(module.bias)  # type: ignore[arg-type]
    for module in network.modules():
        if isinstance(module, ResidualBlock) and module.last_scale is not None:
            nn.init.zeros_(module.last_scale)
        if isinstance(module, ConditionalNorm) and getattr(module.norm, "weight", None) is not None:
            nn.init.ones_(module.norm.weight)  # type: ignore[arg-type]


def normalise_spectrum(network: nn.Module) -> None:
    """Divide the weights of every convolution by their largest singular value whenever they are used.

    Miyato et al. 2018, «Spectral Normalization for Generative Adversarial Networks», by torch's own layer.
    """
    for module in network.modules():
        if isinstance(module, _WEIGHTED):
            parametrizations.spectral_norm(module)


class _Scaled(nn.Module):
    """A weight, multiplied by a constant."""

    def __init__(self, constant: float) -> None:
        super().__init__()
        self.constant = constant

    def forward(self, weight: Tensor) -> Tensor:
        return weight * self.constant


def _draw(layer: nn.Module, kind: Initialisation) -> None:
    weight: Tensor = layer.weight  # type: ignore[assignment]
    if kind == "normal":
        nn.init.normal_(weight, 0.0, 0.02)
    elif kind == "xavier":
        nn.init.xavier_uniform_(weight)
    elif kind == "he":
        nn.init.kaiming_normal_(weight, a=0.2)
    elif kind == "uniform":
        nn.init.kaiming_uniform_(weight, a=5**0.5)
    else:
        nn.init.normal_(weight)
        inputs = weight[0].numel() if not isinstance(layer, nn.ConvTranspose2d) else weight[:, 0].numel()
        constant = calculate_gain("leaky_relu", 0.2) / inputs**0.5
        parametrize.register_parametrization(layer, "weight", _Scaled(constant))

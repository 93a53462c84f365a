"""The units that the networks are made of."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

Norm = Literal["batch", "instance", "none"]
Upsampling = Literal["transposed", "nearest"]
Initialisation = Literal["normal", "uniform"]


def make_norm(kind: Norm, channels: int) -> nn.Module:
    """A normalisation layer for maps of so many channels."""
    if kind == "batch":
        return nn.BatchNorm2d(channels)
    if kind == "instance":
        return nn.InstanceNorm2d(channels, affine=True)
    return nn.Identity()


def convolution(inputs: int, outputs: int, kernel: int, stride: int, norm: Norm) -> nn.Conv2d:
    """A convolution that gives maps of 1/stride the size; its bias is left to a norm that follows."""
    padding = (kernel - stride + 1) // 2
    return nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=norm == "none")


def down_block(inputs: int, outputs: int, kernel: int, norm: Norm, dropout: float = 0.0) -> nn.Sequential:
    """Half the size: a convolution of stride 2, norm, LeakyReLU(0.2), dropout.

    (n, inputs, h, w) to (n, outputs, h/2, w/2).
    """
    return nn.Sequential(
        convolution(inputs, outputs, kernel, 2, norm),
        make_norm(norm, outputs),
        nn.LeakyReLU(0.2),
        *_dropout(dropout),
    )


def up_block(
    inputs: int, outputs: int, norm: Norm, upsampling: Upsampling, dropout: float = 0.0
) -> nn.Sequential:
    """Twice the size: (n, inputs, h, w) to (n, outputs, 2h, 2w), then norm, dropout, ReLU.

    `transposed` is the 4×4 transposed convolution of the papers; `nearest` is a 3×3 convolution whose
    maps are then doubled, which draws no checkerboards (Odena et al. 2016, «Deconvolution and
    Checkerboard Artifacts») and computes at the small size.
    """
    if upsampling == "transposed":
        return nn.Sequential(
            nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=norm == "none"),
            make_norm(norm, outputs),
            *_dropout(dropout),
            nn.ReLU(),
        )
    return nn.Sequential(
        convolution(inputs, outputs, 3, 1, norm),
        make_norm(norm, outputs),
        *_dropout(dropout),
        nn.ReLU(),
        nn.Upsample(scale_factor=2),
    )


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions whose result is added to what came in (He et al. 2015, figure 2).

    With a norm, its last scale begins at 0 and the block as the identity, which keeps the first steps of
    a deep network from blowing up (Goyal et al. 2017, section 5.1).
    """

    def __init__(self, width: int, norm: Norm) -> None:
        super().__init__()
        self.change = nn.Sequential(
            convolution(width, width, 3, 1, norm),
            make_norm(norm, width),
            nn.LeakyReLU(0.2),
            convolution(width, width, 3, 1, norm),
            make_norm(norm, width),
        )
        self.activation = nn.LeakyReLU(0.2)

    @property
    def last_scale(self) -> nn.Parameter | None:
        """The scale of the norm that ends the change, where there is one."""
        return getattr(self.change[-1], "weight", None)

    def forward(self, maps: Tensor) -> Tensor:
        """(n, width, h, w) to the same shape."""
        return self.activation(maps + self.change(maps))  # type: ignore[no-any-return]


class ToUnitRange(nn.Module):
    """tanh, moved from [-1, 1] to [0, 1]: the papers' tail in this project's range, 1 = paper."""

    def forward(self, maps: Tensor) -> Tensor:
        """Any shape to the same shape, in [0, 1]."""
        return (maps.float().tanh() + 1) / 2


def initialise(network: nn.Module, kind: Initialisation = "normal") -> None:
    """Draw the weights of every convolution anew; norms start as 1 and 0, biases at 0.

    `normal` is N(0, 0.02) with norm scales from N(1, 0.02) (Isola et al. 2017, section 6.2); `uniform`
    keeps the variance of what goes through (He et al. 2015, equation 10, with torch's slope of √5).
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            if kind == "normal":
                nn.init.normal_(module.weight, 0.0, 0.02)
            else:
                nn.init.kaiming_uniform_(module.weight, a=5**0.5)
        elif isinstance(module, nn.BatchNorm2d | nn.InstanceNorm2d) and kind == "normal":
            nn.init.normal_(module.weight, 1.0, 0.02)
        if getattr(module, "bias", None) is not None:
            nn.init.zeros_(module.bias)  # type: ignore[arg-type]
    for module in network.modules():
        if isinstance(module, ResidualBlock) and module.last_scale is not None:
            nn.init.zeros_(module.last_scale)


def _dropout(probability: float) -> list[nn.Module]:
    return [nn.Dropout(probability)] if probability else []

"""The settings of generators, and generators made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from torch import nn

from fontgan.config.settings import ModelSettings, setting
from fontgan.errors import FontganError
from fontgan.networks.autoencoder import ENCODERS, AutoEncoderGen
from fontgan.networks.initialisation import Initialisation, initialise
from fontgan.networks.layers import Convolution, Downsampling, LayerConfig, Padding, Upsampling
from fontgan.networks.norms import Norm
from fontgan.networks.resnet import ResNet
from fontgan.networks.tails import GlobalSkip, Tail
from fontgan.networks.unet import SkipMode, Stem, UNet, UNetConfig

Generator = Literal["unet", "resnet", "autoencoder"]

# The fastest U-Net for a CPU; docs/benchmarks.md has what was tried.
FAST_UNET: Mapping[str, Any] = {
    "widths": (64, 128, 192),
    "stem": "unshuffle",
    "down_kernel": 2,
    "skip": "add",
    "residual": 2,
    "norm": "batch",
    "upsampling": "nearest",
    "dropout": 0.0,
    "initialisation": "uniform",
}

_UNSHUFFLED = 4  # what a ResNet's pictures must be a multiple of


@dataclass(frozen=True)
class UNetSettings(ModelSettings):
    """What a U-Net can be told; the defaults are pix2pix' (Isola et al. 2017, section 6.1)."""

    widths: tuple[int, ...] = setting(
        (64, 128, 256, 512, 512, 512, 512, 512),
        "channels at each size, from the largest; sizes below one pixel are left out",
        least=1,
        needs="generator=unet",
    )
    stem: Stem = setting(
        "stride",
        "how the picture comes to the first size: stride or unshuffle",
        needs="generator=unet|resnet",
    )
    downsampling: Downsampling = setting(
        "stride", "how maps are halved: stride, or pool (a convolution, then the mean of each 2×2)"
    )
    down_kernel: int = setting(
        4,
        "kernel of the convolutions that halve the size",
        least=2,
        most=7,
        needs="downsampling=stride,generator=unet|autoencoder",
    )
    upsampling: Upsampling = setting(
        "transposed", "how maps are doubled: transposed, or nearest, which draws no checkerboards"
    )
    skip: SkipMode = setting("concat", "skip connections: concat or add", needs="generator=unet")
    residual: int = setting(
        0,
        "residual blocks: in the U-Net after each change of size, in the ResNet in all",
        least=0,
        needs="generator=unet|resnet",
    )
    attention: int = setting(
        0,
        "in how many of the innermost sizes every pixel looks at all others",
        least=0,
        needs="generator=unet|resnet",
    )
    convolution: Convolution = setting("plain", "plain, or gated: each map times one between 0 and 1")
    dilation: int = setting(1, "of the convolutions in residual blocks", least=1, most=8, needs="residual")
    norm: Norm = setting(
        "instance", "batch, layer, instance, group, pixel or none; the paper's batch norm of 1 is instance"
    )
    dropout: float = setting(
        0.5,
        "in the U-Net's three inner decoder sizes, the ResNet's blocks, the AutoEncoderGen's last encoders",
        least=0,
        most=1,
    )
    tail: Tail = setting("tanh", "how the picture ends: tanh, sigmoid, or softmax over ink and paper")
    initialisation: Initialisation = setting(
        "normal", "of the weights: normal (0.02), xavier, he, uniform (a third of He), equalised (ProGAN)"
    )

    def layers(self) -> LayerConfig:
        """How the layers of the generator are made."""
        return LayerConfig(
            self.norm, self.downsampling, self.down_kernel, self.upsampling, self.convolution, self.dilation
        )

    def shape(self, size: int) -> UNetConfig:
        """The U-Net, with as many of its sizes as a picture of `size` pixels allows.

        Raises:
            FontganError: it allows none.
        """
        widths = self.widths
        while len(widths) > 1 and self._shape(widths).reduction > size:
            widths = widths[:-1]
        shape = self._shape(widths)
        if not widths or size % shape.reduction:
            raise FontganError(f"the U-Net cannot take pictures of {size} px: render at 64, 128 or 256")
        return shape

    def _shape(self, widths: tuple[int, ...]) -> UNetConfig:
        return UNetConfig(widths, self.stem, self.skip, self.residual, self.attention, self.dropout)


@dataclass(frozen=True)
class GeneratorSettings(UNetSettings):
    """What a generator can be told that may be a U-Net, a ResNet or an AutoEncoderGen."""

    generator: Generator = setting("unet", "the network that draws: unet, resnet or autoencoder")
    width: int = setting(
        64,
        "channels of the ResNet at the full size, of the AutoEncoderGen after its first unit",
        least=1,
        needs="generator=resnet|autoencoder",
    )
    padding: Padding = setting(
        "zeros", "what lies outside of the maps: zeros (paper) or reflect", needs="generator=resnet"
    )
    decoder_dropout: float = setting(
        0.0, "in the AutoEncoderGen's decoder units", least=0, most=1, needs="generator=autoencoder"
    )
    global_skip: bool = setting(
        False,
        "the network draws what changes in its picture, and begins by leaving it as it is",
    )

    def layers(self) -> LayerConfig:
        """How the layers of the generator are made."""
        return replace(super().layers(), padding=self.padding)

    def grows(self) -> bool:
        """Whether pictures are wanted from every size of an AutoEncoderGen."""
        return False

    def build(self, size: int, inputs: int = 1) -> nn.Module:
        """A new generator for pictures of `size` pixels, of so many channels.

        Raises:
            FontganError: the network cannot take that size.
        """
        network = self._network(size, inputs)
        initialise(network, self.initialisation)
        return GlobalSkip(network) if self.global_skip else network

    def _network(self, size: int, inputs: int) -> nn.Module:
        if self.generator == "unet":
            return UNet(self.shape(size), self.layers(), self.tail, inputs)
        if self.generator == "resnet":
            if size % _UNSHUFFLED:
                raise FontganError(f"the ResNet cannot take pictures of {size} px: render at 64, 128 or 256")
            return ResNet(
                self.width,
                self.stem,
                self.residual,
                self.attention > 0,
                self.layers(),
                self.dropout,
                self.tail,
                inputs,
            )
        if size % 2**ENCODERS:
            raise FontganError(f"AutoEncoderGen cannot take pictures of {size} px: render at 64 or more")
        return AutoEncoderGen(
            self.width,
            self.layers(),
            self.dropout,
            self.decoder_dropout,
            self.tail,
            self.grows(),
            inputs,
        )

"""The settings of generators, and generators made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from torch import nn

from fontgan.config.settings import MOST_BLOCKS, MOST_WIDTH, Settings, setting
from fontgan.errors import FontganError
from fontgan.networks.autoencoder import ENCODERS, AutoEncoderGen
from fontgan.networks.initialisation import Initialisation, initialise
from fontgan.networks.layers import Convolution, Downsampling, LayerConfig, Padding, Upsampling
from fontgan.networks.norms import Norm
from fontgan.networks.resnet import ResNet
from fontgan.networks.tails import GlobalSkip, Tail
from fontgan.networks.unet import SkipMode, Stem, UNet, UNetConfig

GeneratorKind = Literal["unet", "resnet", "autoencoder"]

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

_HALVED_TWICE = 4  # what the size of a ResNet's images must be a multiple of, without blocks


@dataclass(frozen=True)
class UNetSettings(Settings):
    """A U-Net; the defaults are pix2pix' (Isola et al. 2017, section 6.1)."""

    widths: tuple[int, ...] = setting(
        (64, 128, 256, 512, 512, 512, 512, 512),
        "channels at each size, from the largest; sizes below one pixel are dropped",
        least=1,
        most=MOST_WIDTH,
        entries=16,
        needs="kind=unet",
    )
    stem: Stem = setting(
        "stride",
        "first layer; unshuffle turns blocks of pixels into channels",
        needs="kind=unet|resnet",
    )
    grid: int = setting(
        16,
        "blocks along each side of an image that unshuffle turns into channels, one pixel of its maps each",
        least=4,
        most=128,
        needs="stem=unshuffle",
    )
    downsampling: Downsampling = setting(
        "stride", "downsampling; pool is a convolution, then 2×2 average pooling"
    )
    down_kernel: int = setting(
        4,
        "kernel of the convolutions that halve the size",
        least=2,
        most=7,
        needs="downsampling=stride,kind=unet|autoencoder",
    )
    upsampling: Upsampling = setting(
        "transposed", "upsampling; transposed is the papers', nearest draws no checkerboards"
    )
    skip: SkipMode = setting("concat", "merging of skip connections into the decoder", needs="kind=unet")
    residual: int = setting(
        0,
        "number of residual blocks: in the U-Net after each change of size, in the ResNet in total",
        least=0,
        most=MOST_BLOCKS,
        needs="kind=unet|resnet",
    )
    attention: int = setting(
        0,
        "number of innermost sizes in which every pixel attends to all others",
        least=0,
        most=16,
        needs="kind=unet|resnet",
    )
    convolution: Convolution = setting(
        "plain", "type of convolution; gated ones multiply each map by a gate between 0 and 1"
    )
    dilation: int = setting(
        1, "dilation of the convolutions in residual blocks", least=1, most=8, needs="residual"
    )
    norm: Norm = setting("instance", "normalisation; pix2pix' batch norm of a single image is instance")
    dropout: float = setting(
        0.5,
        "dropout in the U-Net's three inner decoder sizes, the ResNet's blocks, the AutoEncoderGen's last "
        "encoders",
        least=0,
        most=1,
    )
    tail: Tail = setting("tanh", "output activation; softmax is over ink and paper")
    initialisation: Initialisation = setting(
        "normal",
        "distribution of the initial weights; normal: deviation 0.02, uniform: a third of He's variance",
    )

    def layers(self) -> LayerConfig:
        """How the layers of the generator are made."""
        return LayerConfig(
            self.norm, self.downsampling, self.down_kernel, self.upsampling, self.convolution, self.dilation
        )

    def shape(self, size: int) -> UNetConfig:
        """The U-Net, with as many of its sizes as an image of `size` pixels allows.

        Raises:
            FontganError: it allows none, or there are none.
        """
        widths = self.widths
        if not widths:
            raise FontganError(
                "widths is empty, so the U-Net has no layers",
                "list a number of channels for each size, as in {set} widths=64,128,192",
            )
        while len(widths) > 1 and self._shape(widths, size).reduction > size:
            widths = widths[:-1]
        shape = self._shape(widths, size)
        if size % shape.reduction:
            raise _impossible("the U-Net", size)
        return shape

    def block(self, size: int) -> int:
        """The side of the blocks that `unshuffle` turns into channels, in pixels, in images of `size` pixels.

        Raises:
            FontganError: the grid does not divide them.
        """
        if self.stem == "unshuffle" and size % self.grid:
            raise FontganError(
                f"a grid of {self.grid}×{self.grid} blocks cannot take images of {size} px",
                "use {set} grid=16, or another power of 2 below the {size}",
            )
        return size // self.grid

    def _shape(self, widths: tuple[int, ...], size: int) -> UNetConfig:
        block = self.block(size)
        return UNetConfig(widths, self.stem, self.skip, self.residual, self.attention, self.dropout, block)


@dataclass(frozen=True)
class GeneratorSettings(UNetSettings):
    """A generator that may be a U-Net, a ResNet or an AutoEncoderGen."""

    kind: GeneratorKind = setting("unet", "network that draws")
    width: int = setting(
        64,
        "channels of the ResNet at the full size, of the AutoEncoderGen after its first unit",
        least=1,
        most=MOST_WIDTH,
        needs="kind=resnet|autoencoder",
    )
    padding: Padding = setting("zeros", "padding of the convolutions; zeros are paper", needs="kind=resnet")
    decoder_dropout: float = setting(
        0.0, "dropout in the AutoEncoderGen's decoder units", least=0, most=1, needs="kind=autoencoder"
    )
    global_skip: bool = setting(
        False,
        "predict a change to the content, starting from none; if stacked, to the first font with the glyph",
    )

    def layers(self) -> LayerConfig:
        """How the layers of the generator are made."""
        return replace(super().layers(), padding=self.padding)

    def build(self, size: int, inputs: int = 1, contents: int = 1, grows: bool = False) -> nn.Module:
        """A new generator.

        Args:
            size: of its images, in pixels.
            inputs: channels of the images that it is called with.
            contents: how many of them, the first ones, a global skip may start from.
            grows: whether images are wanted from every size of an AutoEncoderGen.

        Raises:
            FontganError: the network cannot take that size.
        """
        network = self._network(size, inputs, grows)
        initialise(network, self.initialisation)
        return GlobalSkip(network, contents) if self.global_skip else network

    def _network(self, size: int, inputs: int, grows: bool) -> nn.Module:
        layers = self.layers()
        if self.kind == "unet":
            return UNet(self.shape(size), layers, self.tail, inputs)
        if self.kind == "resnet":
            if self.stem == "stride" and size % _HALVED_TWICE:
                raise _impossible("the ResNet", size)
            attends, block = self.attention > 0, self.block(size)
            return ResNet(
                self.width, self.stem, self.residual, attends, layers, self.dropout, self.tail, inputs, block
            )
        if size % 2**ENCODERS:
            raise _impossible("AutoEncoderGen", size)
        return AutoEncoderGen(
            self.width, layers, self.dropout, self.decoder_dropout, self.tail, growing=grows, inputs=inputs
        )


def _impossible(network: str, size: int) -> FontganError:
    return FontganError(f"{network} cannot take images of {size} px", "use a {size} of 64, 128 or 256")

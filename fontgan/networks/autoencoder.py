"""AutoEncoderGen: the whole character goes through one vector.

The network of the project's source notes on font transfer: six encoder units, five decoder units and
a final layer. Without skip connections, every stroke has to pass through the innermost maps.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fontgan.networks.edges import Network, first_layer, last_layer
from fontgan.networks.layers import LayerConfig, convolution, down_block, up_block
from fontgan.networks.tails import Tail, ToPicture, channels_of

ENCODERS = 6
DECODERS = 5
_DROPPED_ENCODERS = 3


class AutoEncoderGen(Network):
    """Images (n, inputs, size, size) in [0, 1] to glyph images (n, 1, size, size), through maps of size/64.

    An encoder unit is a convolution of stride 2 that doubles the channels, InstanceNorm, LeakyReLU and,
    in the last three, dropout; a decoder unit a transposed convolution of stride 2 that halves them,
    InstanceNorm, dropout and ReLU; the final layer brings back one channel at the full size.

    Args:
        width: channels after the first encoder unit; after the last one 32 times as many.
        layers: how they are made; the notes': stride, instance, transposed.
        dropout: its probability in the last three encoder units.
        decoder_dropout: its probability in the decoder units.
        tail: the output activation.
        growing: whether every decoder unit gives an image too, so that the network can grow.
        inputs: channels of the content.
    """

    grown: Tensor

    def __init__(
        self,
        width: int,
        layers: LayerConfig,
        dropout: float,
        decoder_dropout: float,
        tail: Tail = "tanh",
        growing: bool = False,
        inputs: int = 1,
    ) -> None:
        super().__init__()
        widths = [width * 2**level for level in range(ENCODERS)]
        encoders = []
        for level, outputs in enumerate(widths):
            # At 64 px the last unit gives single values: InstanceNorm would turn each into its mean.
            here = replace(layers, norm="none") if level == ENCODERS - 1 else layers
            rate = dropout if level >= ENCODERS - _DROPPED_ENCODERS else 0.0
            encoders.append(down_block(widths[level - 1] if level else inputs, outputs, here, rate))
        self.encoder = nn.Sequential(*encoders)
        self.decoder = nn.ModuleList(
            up_block(widths[level], widths[level - 1], layers, decoder_dropout)
            for level in range(DECODERS, 0, -1)
        )
        channels = channels_of(tail)
        self.final = nn.Sequential(*_final(width, channels, layers), ToPicture(tail))
        # ProGAN's toRGB: an image from the maps of each decoder unit.
        coarse = reversed(widths[:DECODERS]) if growing else []
        self.coarse = nn.ModuleList(
            nn.Sequential(nn.Conv2d(maps, channels, 1), ToPicture(tail)) for maps in coarse
        )
        if growing:
            self.register_buffer("grown", torch.tensor(float(DECODERS)))

    def forward(self, pictures: Tensor) -> Tensor:
        """Images of the same size, a multiple of 64; as coarse as the network has grown so far."""
        grown = float(self.grown) if self.coarse else float(DECODERS)
        maps = [self.encoder(1 - pictures)]
        for unit in self.decoder[: int(grown) + 2]:
            maps.append(unit(maps[-1]))
        below = int(grown)
        near = self._picture(below, maps, pictures.shape[-1])
        if grown == below:
            return near
        return near.lerp(self._picture(below + 1, maps, pictures.shape[-1]), grown - below)

    def edges(self) -> list[nn.Module]:
        """See `Network`; each coarse image is an output."""
        return [first_layer(self.encoder), *map(last_layer, (self.final, *self.coarse))]

    def _picture(self, level: int, maps: list[Tensor], size: int) -> Tensor:
        """From the maps of the decoder unit of that number, or, past the last one, from the final layer."""
        if level == DECODERS:
            return self.final(maps[-1])
        return _at(self.coarse[level](maps[1 + level]), size)


def coarsened(pictures: Tensor, grown: float) -> Tensor:
    """Images (n, 1, size, size) made as coarse as those of a network that has grown this far.

    The means of blocks, enlarged to the full size, and between two sizes a mixture of both, as ProGAN shows
    real images to its discriminator (Karras et al. 2018, appendix A.1); unlike there, the
    discriminator keeps its size.

    Args:
        pictures: the targets.
        grown: from 0, blocks of 32 pixels, to `DECODERS`, the images as they are.
    """
    below = int(grown)
    near = _blocks(pictures, below)
    return near if grown == below else near.lerp(_blocks(pictures, below + 1), grown - below)


def _blocks(pictures: Tensor, level: int) -> Tensor:
    return _at(F.avg_pool2d(pictures, 2 ** (DECODERS - level)), pictures.shape[-1])


def _at(pictures: Tensor, size: int) -> Tensor:
    return pictures if pictures.shape[-1] == size else F.interpolate(pictures, size=size, mode="nearest")


def _final(width: int, channels: int, layers: LayerConfig) -> list[nn.Module]:
    if layers.upsampling == "nearest":
        return [nn.Upsample(scale_factor=2), convolution(width, channels, 3, 1, layers, last=True)]
    return [nn.ConvTranspose2d(width, channels, 4, 2, 1)]

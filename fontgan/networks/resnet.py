"""The ResNet generator: residual blocks at a quarter of the size.

Johnson et al. 2016, «Perceptual Losses for Real-Time Style Transfer and Super-Resolution»; as in Zhu et
al. 2017, «CycleGAN», section 7.2: c7s1-64, d128, d256, R256 × blocks, u128, u64, c7s1-1.
"""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor, nn

from fontgan.networks.edges import Network, first_layer, last_layer
from fontgan.networks.layers import (
    LayerConfig,
    ResidualBlock,
    SelfAttention,
    convolution,
    down_block,
    up_block,
)
from fontgan.networks.norms import make_norm
from fontgan.networks.tails import Tail, ToPicture, channels_of
from fontgan.networks.unet import Stem, enter, leave


class ResNet(Network):
    """Content images (n, inputs, size, size) in [0, 1] to glyph images (n, 1, size, size) in [0, 1].

    Args:
        width: channels at the full size; the residual blocks, at a quarter of it, have four times as many.
        stem: `stride` as published, or `unshuffle`: no layer works at more than a quarter of the size.
        blocks: how many residual blocks.
        attention: whether every pixel attends to all others, in the middle of the blocks.
        layers: how they are made.
        dropout: its probability within the blocks.
        tail: the output activation.
        inputs: channels of the content.
        block: side of the blocks of `unshuffle`, in pixels.
    """

    def __init__(
        self,
        width: int,
        stem: Stem,
        blocks: int,
        attention: bool,
        layers: LayerConfig,
        dropout: float,
        tail: Tail,
        inputs: int = 1,
        block: int = 4,
    ) -> None:
        super().__init__()
        deep = 4 * width
        self.enter = nn.Sequential(*_enter(stem, block, inputs, width, layers))
        middle: list[nn.Module] = [ResidualBlock(deep, layers, dropout) for _ in range(blocks)]
        if attention:
            middle.insert(blocks // 2, SelfAttention(deep))
        self.blocks = nn.Sequential(*middle)
        self.leave = nn.Sequential(*_leave(stem, block, width, layers, tail))

    def forward(self, pictures: Tensor) -> Tensor:
        """To the same size, which is a multiple of 4, or of the blocks."""
        return self.leave(self.blocks(self.enter(1 - pictures)))

    def edges(self) -> list[nn.Module]:
        """See `Network`."""
        return [first_layer(self.enter), last_layer(self.leave)]


def _enter(stem: Stem, block: int, inputs: int, width: int, layers: LayerConfig) -> list[nn.Module]:
    if stem == "unshuffle":
        return enter(stem, block, inputs, 4 * width, layers)
    halving = replace(layers, down_kernel=3)
    return [
        convolution(inputs, width, 7, 1, layers),
        make_norm(layers.norm, width),
        nn.LeakyReLU(0.2),
        down_block(width, 2 * width, halving),
        down_block(2 * width, 4 * width, halving),
    ]


def _leave(stem: Stem, block: int, width: int, layers: LayerConfig, tail: Tail) -> list[nn.Module]:
    if stem == "unshuffle":
        return leave(stem, block, 4 * width, layers, tail)
    last = convolution(width, channels_of(tail), 7, 1, layers, last=True)
    return [up_block(4 * width, 2 * width, layers), up_block(2 * width, width, layers), last, ToPicture(tail)]

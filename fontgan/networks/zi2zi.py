"""zi2zi's generator: a U-Net with the number of a style as a second input.

Tian 2017, «zi2zi: Master Chinese Calligraphy with Conditional Adversarial Networks».
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from fontgan.networks.edges import Network, first_layer, last_layer
from fontgan.networks.layers import LayerConfig
from fontgan.networks.tails import Tail
from fontgan.networks.unet import Decoder, Encoder, UNetConfig

StyleInput = Literal["bottleneck", "norms", "both"]


class Zi2ZiNet(Network):
    """Content images (n, inputs, size, size) in [0, 1] and the numbers of their styles to glyph images.

    Args:
        shape: of the U-Net.
        layers: how they are made.
        tail: the output activation.
        styles: how many there are.
        length: of a style's vector.
        style_into: where the vector enters: beside the innermost maps, as published, in the decoder's norms,
            or both.
        inputs: channels of the content.
    """

    def __init__(
        self,
        shape: UNetConfig,
        layers: LayerConfig,
        tail: Tail,
        styles: int,
        length: int,
        style_into: StyleInput,
        inputs: int = 1,
    ) -> None:
        super().__init__()
        self.inside = style_into != "norms"
        inner = shape.widths[-1] + (length if self.inside else 0)
        self.encoder = Encoder(shape, layers, inputs)
        self.embedding = nn.Embedding(styles, length)
        self.decoder = Decoder(shape, layers, tail, inner, style=0 if style_into == "bottleneck" else length)

    def forward(self, pictures: Tensor, styles: Tensor) -> Tensor:
        """Content and numbers of styles, int64 (n,), to images (n, 1, size, size)."""
        return self.decode(self.encoder(pictures), styles)

    def edges(self) -> list[nn.Module]:
        """See `Network`; the styles' table is looked up, and no layer."""
        return [first_layer(self.encoder.stem), last_layer(self.decoder.head)]

    def decode(self, maps: list[Tensor], styles: Tensor) -> Tensor:
        """The encoder's maps, drawn in styles."""
        *skips, inner = maps
        style = self.embedding(styles)
        if self.inside:
            inner = torch.cat((inner, style[:, :, None, None].expand(-1, -1, *inner.shape[2:])), 1)
        return self.decoder(inner, skips, style)

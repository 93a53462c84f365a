"""zi2zi's generator: a U-Net that is told which of its styles to draw.

Tian 2017, «zi2zi: Master Chinese Calligraphy with Conditional Adversarial Networks».
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from fontgan.networks.layers import Layers
from fontgan.networks.tails import Tail
from fontgan.networks.unet import Decoder, Encoder, Shape

Told = Literal["bottleneck", "norms", "both"]


class Zi2ZiNet(nn.Module):
    """Pictures (n, inputs, size, size) in [0, 1] and the numbers of their styles to glyph images.

    Args:
        shape: of the U-Net.
        layers: how they are made.
        tail: how it ends.
        styles: how many there are.
        length: of the vector that stands for a style.
        told: where it goes in: beside the innermost maps, as published, into the decoder's norms, or both.
        inputs: channels of the pictures.
    """

    def __init__(
        self,
        shape: Shape,
        layers: Layers,
        tail: Tail,
        styles: int,
        length: int,
        told: Told,
        inputs: int = 1,
    ) -> None:
        super().__init__()
        self.inside = told != "norms"
        inner = shape.widths[-1] + (length if self.inside else 0)
        self.encoder = Encoder(shape, layers, inputs)
        self.embedding = nn.Embedding(styles, length)
        self.decoder = Decoder(shape, layers, tail, inner, style=0 if told == "bottleneck" else length)

    def forward(self, pictures: Tensor, styles: Tensor) -> Tensor:
        """Pictures and numbers of styles, int64 (n,), to the same size."""
        return self.decode(self.encoder(pictures), styles)

    def decode(self, maps: list[Tensor], styles: Tensor) -> Tensor:
        """What the encoder made of pictures, drawn in styles."""
        *skips, inner = maps
        style = self.embedding(styles)
        if self.inside:
            inner = torch.cat((inner, style[:, :, None, None].expand(-1, -1, *inner.shape[2:])), 1)
        return self.decoder(inner, skips, style)  # type: ignore[no-any-return]

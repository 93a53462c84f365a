"""W-Net's generator: takes the content from one image and the style from a few others.

Jiang et al. 2018, «W-Net: One-Shot Arbitrary-Style Chinese Character Generation with Deep Neural Networks».
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fontgan.networks.edges import Network, first_layer, last_layer
from fontgan.networks.layers import LayerConfig, ResidualBlock
from fontgan.networks.tails import Tail
from fontgan.networks.unet import Decoder, Encoder, UNetConfig

_MIXED = 2  # levels from the largest whose skips have residual blocks, the last of them


class WNetwork(Network):
    """Content images and references in a style to the same characters in that style.

    Two encoders of one shape. The content's maps skip to the decoder through residual blocks: `mixing` at
    the third size from the largest, two fewer at each larger one, none further in. The style's maps, averaged
    over the references, join them in the inner sizes, without the blocks that the paper has at one of them.
    Where `norms`, the decoder's norms follow the style's code as well (Generalized W-Net, Jiang et al. 2024).

    Args:
        shape: of each encoder and of the decoder.
        layers: how they are made.
        tail: the output activation.
        mixing: residual blocks in the content's skips; the paper's 5 are 1, 3 and 5.
        styled: how many of the inner sizes get the style's maps beside the innermost one; the paper's are 3.
        norms: whether the decoder's norms follow the style.
        inputs: channels of the content; a reference always has one.
    """

    def __init__(
        self,
        shape: UNetConfig,
        layers: LayerConfig,
        tail: Tail,
        mixing: int,
        styled: int,
        norms: bool,
        inputs: int = 1,
    ) -> None:
        super().__init__()
        widths, depth = shape.widths, len(shape.widths) - 1
        self.content, self.style = Encoder(shape, layers, inputs), Encoder(shape, layers)
        self.skips = nn.ModuleList(
            nn.Sequential(*(ResidualBlock(width, layers) for _ in range(mixing - 2 * (2 - level))))
            if level <= _MIXED
            else nn.Sequential()
            for level, width in enumerate(widths[:-1])
        )
        self.styled = [level >= depth - styled for level in range(depth)]
        self.concat = shape.skip == "concat"
        skipped = [
            width * (2 if joined and self.concat else 1)
            for width, joined in zip(widths, self.styled, strict=False)
        ]
        style = widths[-1] if norms else 0
        self.decoder = Decoder(shape, layers, tail, 2 * widths[-1], skipped, style)

    def forward(self, pictures: Tensor, references: Tensor) -> Tensor:
        """(n, inputs, size, size) and (n or 1, any count, 1, size, size), in [0, 1], to (n, 1, size, size).

        One row of references gives the style of all images, and is encoded once.
        """
        style = [maps.expand(len(pictures), -1, -1, -1) for maps in self.styles_of(references)]
        return self.decode(self.content(pictures), style)

    def edges(self) -> list[nn.Module]:
        """See `Network`; content and style are two inputs."""
        stems = (self.content.stem, self.style.stem)
        return [*map(first_layer, stems), last_layer(self.decoder.head)]

    def styles_of(self, references: Tensor) -> list[Tensor]:
        """The style's maps at every size, averaged over the references of each image."""
        count = references.shape[1]
        return [maps.unflatten(0, (-1, count)).mean(1) for maps in self.style(references.flatten(0, 1))]

    def decode(self, content: list[Tensor], style: list[Tensor]) -> Tensor:
        """Maps of the content and of the style to images."""
        *skips, inner = content
        mixed = [skip(maps) for skip, maps in zip(self.skips, skips, strict=True)]
        for level, joined in enumerate(self.styled):
            if joined:
                both = (mixed[level], style[level])
                mixed[level] = torch.cat(both, 1) if self.concat else both[0] + both[1]
        inner = torch.cat((inner, style[-1]), 1)
        return self.decoder(inner, mixed, style[-1].mean((2, 3)))

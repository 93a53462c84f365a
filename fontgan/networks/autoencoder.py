"""AutoEncoderGen: the whole character goes through one vector.

The network of the project's source notes on font transfer: six encoder units, five decoder units and
a final layer. Without skip connections, every stroke has to be told through the innermost maps.
"""

from __future__ import annotations

from torch import Tensor, nn

from fontgan.networks.blocks import ToUnitRange, down_block, up_block

ENCODERS = 6
DECODERS = 5
_DROPPED_ENCODERS = 3


class AutoEncoderGen(nn.Module):
    """Glyph images (n, 1, size, size) in [0, 1] to the same, through maps of size/64.

    An encoder unit is a convolution of stride 2 that doubles the channels, InstanceNorm, LeakyReLU and,
    in the last three, dropout; a decoder unit a transposed convolution of stride 2 that halves them,
    InstanceNorm, dropout and ReLU; the final layer brings back one channel at the full size.

    Args:
        width: channels after the first encoder unit; after the last one 32 times as many.
        dropout: its probability in the last three encoder units.
        decoder_dropout: its probability in the decoder units.
    """

    def __init__(self, width: int, dropout: float, decoder_dropout: float) -> None:
        super().__init__()
        widths = [width * 2**level for level in range(ENCODERS)]
        encoders = []
        for level, outputs in enumerate(widths):
            inner = level == ENCODERS - 1
            inputs = widths[level - 1] if level else 1
            rate = dropout if level >= ENCODERS - _DROPPED_ENCODERS else 0.0
            # At 64 px the last unit gives single values: InstanceNorm would turn each into its mean.
            encoders.append(down_block(inputs, outputs, 4, "none" if inner else "instance", rate))
        self.encoder = nn.Sequential(*encoders)
        self.decoder = nn.Sequential(
            *(
                up_block(widths[level], widths[level - 1], "instance", "transposed", decoder_dropout)
                for level in range(DECODERS, 0, -1)
            )
        )
        self.final = nn.Sequential(nn.ConvTranspose2d(width, 1, 4, 2, 1), ToUnitRange())

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, 1, size, size) to the same, both in [0, 1]; size is a multiple of 64."""
        return self.final(self.decoder(self.encoder(1 - pictures)))  # type: ignore[no-any-return]

"""PatchGAN: a discriminator that judges each patch of a picture by itself.

Isola et al. 2017, «Image-to-Image Translation with Conditional Adversarial Networks», sections 3.2.2
and 6.1.2.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fontgan.networks.blocks import Norm, convolution, make_norm


class PatchGan(nn.Module):
    """Pairs of content and style pictures to one logit a patch: how real the style picture looks.

    Args:
        width: channels after the first layer (the paper's 64); each further layer doubles them, up to
            eight times as many.
        layers: convolutions of stride 2. Three see patches of 70×70 pixels, two 34×34, one 16×16.
        norm: the normalisation; none after the first layer.
    """

    def __init__(self, width: int, layers: int, norm: Norm) -> None:
        super().__init__()
        units: list[nn.Module] = [convolution(2, width, 4, 2, "none"), nn.LeakyReLU(0.2)]
        inputs = width
        for level in range(1, layers + 1):
            outputs = width * min(2**level, 8)
            stride = 2 if level < layers else 1
            # A 4×4 convolution of stride 1 with padding 1, as published: each side loses a pixel.
            units.append(nn.Conv2d(inputs, outputs, 4, stride, 1, bias=norm == "none"))
            units += [make_norm(norm, outputs), nn.LeakyReLU(0.2)]
            inputs = outputs
        units.append(nn.Conv2d(inputs, 1, 4, 1, 1))
        self.judge = nn.Sequential(*units)

    def forward(self, content: Tensor, picture: Tensor) -> Tensor:
        """Two (n, 1, size, size) in [0, 1] to logits (n, 1, patches, patches)."""
        return self.judge(1 - torch.cat((content, picture), 1))  # type: ignore[no-any-return]

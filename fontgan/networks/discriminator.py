"""The discriminator: a verdict on each patch, on each pixel, or on the whole image."""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from fontgan.networks.edges import Network, first_layer
from fontgan.networks.layers import LayerConfig, convolution
from fontgan.networks.norms import Norm, make_norm

DiscriminatorKind = Literal["patch", "pixel", "image"]

_WIDEST = 8  # times the first width, as in pix2pix
_GROUP = 4  # images that are compared by MinibatchDeviation, as in ProGAN's code


class DiscriminatorOutput(NamedTuple):
    """The verdict of a discriminator on images.

    Attributes:
        logits: how real they look, (n, 1, h, w): one for each patch or pixel, or one in all.
        features: the maps after each of its layers but the last.
        styles: which style they are in, logits (n, styles); None without an auxiliary classifier.
    """

    logits: Tensor
    features: list[Tensor]
    styles: Tensor | None


class Discriminator(Network):
    """Images, seen together as channels, to a `DiscriminatorOutput`.

    `patch` is the PatchGAN of Isola et al. 2017, «pix2pix», section 6.1.2: `layers` convolutions of stride 2
    see patches of 70×70 pixels with three, 34×34 with two, 16×16 with one; `pixel` its 1×1 PixelGAN; `image`
    halves the image `layers` times and gives one verdict on the result, as zi2zi and W-Net do.

    Args:
        kind: what gets a verdict of its own.
        inputs: how many images it sees together.
        width: channels after the first layer; each further layer doubles them, up to eight times as many.
        layers: convolutions of stride 2.
        norm: the normalisation; none after the first layer.
        size: of the images.
        deviation: whether it sees how much the images of a batch differ (`MinibatchDeviation`).
        styles: classes of an auxiliary classifier (Odena et al. 2017, «AC-GAN»); 0: none.
    """

    def __init__(
        self,
        kind: DiscriminatorKind,
        inputs: int,
        width: int,
        layers: int,
        norm: Norm,
        size: int,
        deviation: bool = False,
        styles: int = 0,
    ) -> None:
        super().__init__()
        made = LayerConfig(norm=norm)
        kernel, depth = (1, 1) if kind == "pixel" else (4, layers)
        stride = 1 if kind == "pixel" else 2
        units = [
            nn.Sequential(convolution(inputs, width, kernel, stride, made, last=True), nn.LeakyReLU(0.2))
        ]
        channels = width
        for level in range(1, depth + (kind != "image")):
            outputs = width * min(2**level, _WIDEST)
            bias = norm in ("none", "pixel")
            if level < layers and kind != "pixel":
                layer: nn.Module = convolution(channels, outputs, 4, 2, made)
            else:
                # A 4×4 convolution of stride 1 with padding 1, as published: each side loses a pixel.
                layer = nn.Conv2d(channels, outputs, kernel, 1, int(kernel > 1), bias=bias)
            # A single pixel has no variance of its own.
            here: Norm = "none" if norm == "instance" and kind == "image" and size >> level == 2 else norm
            units.append(nn.Sequential(layer, make_norm(here, outputs), nn.LeakyReLU(0.2)))
            channels = outputs
        self.units = nn.ModuleList(units)
        self.deviation = MinibatchDeviation() if deviation else None
        left = size >> layers if kind == "image" else kernel
        padding = 0 if kind == "image" else int(kernel > 1)
        self.judge = nn.Conv2d(channels + int(deviation), 1, left, 1, padding)
        self.classifier = nn.Linear(channels, styles) if styles else None

    def forward(self, *pictures: Tensor) -> DiscriminatorOutput:
        """Each (n, 1, size, size) in [0, 1]."""
        maps = 1 - torch.cat(pictures, 1)
        features = []
        for unit in self.units:
            maps = unit(maps)
            features.append(maps)
        styles = self.classifier(maps.mean((2, 3))) if self.classifier is not None else None
        if self.deviation is not None:
            maps = self.deviation(maps)
        return DiscriminatorOutput(self.judge(maps), features, styles)

    def edges(self) -> list[nn.Module]:
        """See `Network`; the verdict and the style are two outputs."""
        outputs = [self.judge] if self.classifier is None else [self.judge, self.classifier]
        return [first_layer(self.units[0]), *outputs]


class MinibatchDeviation(nn.Module):
    """One more map: how much the images of a group of four differ (Karras et al. 2018, section 3).

    The standard deviation of each feature over the group, averaged over features and places. Neighbours form
    a group, so that processes that share a batch in fours see what one would.
    """

    def forward(self, maps: Tensor) -> Tensor:
        """(n, channels, h, w) to (n, channels + 1, h, w)."""
        count = len(maps)
        group = next(size for size in range(min(_GROUP, count), 0, -1) if count % size == 0)
        groups = maps.float().unflatten(0, (-1, group))
        deviations = (groups.var(1, correction=0) + 1e-8).sqrt().mean((1, 2, 3))
        spread = deviations.repeat_interleave(group).to(maps.dtype)
        return torch.cat((maps, spread[:, None, None, None].expand(-1, 1, *maps.shape[2:])), 1)

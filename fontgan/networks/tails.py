"""Output activations: from the last maps to an image in [0, 1], 1 = paper."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from fontgan.networks.edges import Network, edges_of

Tail = Literal["tanh", "sigmoid", "softmax"]

_CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)
_PAPER = 1 - 0.5 / 255  # nothing darker than half of the first grey: no ink


def channels_of(kind: Tail) -> int:
    """How many maps a tail takes."""
    return 2 if kind == "softmax" else 1


class ToPicture(nn.Module):
    """From the last maps, (n, channels of the tail, size, size), to an image (n, 1, size, size) in [0, 1].

    `tanh` is the papers', moved from [-1, 1]; `sigmoid` gives the probability that a pixel is paper; in
    `softmax` two classes, paper and ink, compete for it, which the project's source notes propose against
    stray greys.
    """

    def __init__(self, kind: Tail) -> None:
        super().__init__()
        self.kind = kind

    def forward(self, maps: Tensor) -> Tensor:
        """Computed in float32, so that nearly white stays distinct from white."""
        maps = maps.float()
        if self.kind == "softmax":
            return maps.softmax(1)[:, :1]
        return maps.sigmoid() if self.kind == "sigmoid" else (maps.tanh() + 1) / 2


class GlobalSkip(Network):
    """A network that predicts a change to its input image, starting from no change.

    The image is added before the tail, as Kim et al. 2016, «VDSR», section 3.1, add it after the last
    layer, which starts at 0 here.

    Of several content images, stacked as channels, each sample changes the first that has any ink, since a
    font that lacks a character leaves its channel blank; where none has, the first.

    Args:
        network: it ends with `ToPicture`, which is taken over from it.
        contents: how many of its first channels are content images.
    """

    _FIRM = 2.0  # ink and paper before a tanh: nearly black and white, and still easy to change

    def __init__(self, network: nn.Module, contents: int = 1) -> None:
        super().__init__()
        self.network = network
        self.contents = contents
        self.to_picture: nn.Module = nn.Identity()
        for parent in network.modules():
            if isinstance(parent, nn.Sequential) and len(parent) and isinstance(parent[-1], ToPicture):
                self.to_picture, parent[-1] = parent[-1], nn.Identity()
                last = next(layer for layer in reversed(parent) if isinstance(layer, _CONVOLUTIONS))
                nn.init.zeros_(last.weight)

    def edges(self) -> list[nn.Module]:
        """Those of the network."""
        return edges_of(self.network)

    def forward(self, pictures: Tensor) -> Tensor:
        """Images (n, inputs, size, size) in [0, 1], the contents first, to (n, 1, size, size)."""
        maps: Tensor = self.network(pictures).float()
        signs = maps.new_tensor([1.0, -1.0])[: maps.shape[1]].view(1, -1, 1, 1)
        image = first_with_ink(pictures[:, : self.contents])
        return self.to_picture(maps + signs * self._FIRM * (2 * image - 1))


def first_with_ink(pictures: Tensor) -> Tensor:
    """Each sample's first channel with any ink, or its first where none has.

    (n, contents, h, w) in [0, 1] to (n, 1, h, w).
    """
    if pictures.shape[1] == 1:
        return pictures
    inked = pictures.amin((2, 3), keepdim=True) < _PAPER
    return torch.take_along_dim(pictures, inked.int().argmax(1, keepdim=True), 1)

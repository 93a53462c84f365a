"""How a network ends: the last maps to a picture in [0, 1], 1 = paper."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

Tail = Literal["tanh", "sigmoid", "softmax"]

_CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)


def channels_of(kind: Tail) -> int:
    """How many maps a tail takes."""
    return 2 if kind == "softmax" else 1


class ToPicture(nn.Module):
    """The last maps, (n, channels of the tail, size, size), to a picture (n, 1, size, size) in [0, 1].

    `tanh` is the papers', moved from [-1, 1]; `sigmoid` says how likely each pixel is paper; `softmax` lets
    two classes, paper and ink, contend for it, as the project's source notes propose against stray greys.
    """

    def __init__(self, kind: Tail) -> None:
        super().__init__()
        self.kind = kind

    def forward(self, maps: Tensor) -> Tensor:
        """In float32 whatever the precision before, so that nearly white stays apart from white."""
        maps = maps.float()
        if self.kind == "softmax":
            return maps.softmax(1)[:, :1]
        return maps.sigmoid() if self.kind == "sigmoid" else (maps.tanh() + 1) / 2


class GlobalSkip(nn.Module):
    """A network that draws what changes in its picture, and begins by leaving the picture as it is.

    The picture is added before the tail, as Kim et al. 2016, «VDSR», section 3.1, add it after the last
    layer, which begins at 0 here.

    Args:
        network: that ends with `ToPicture`, which is taken over from it.
    """

    _FIRM = 2.0  # what ink and paper are before a tanh: nearly black and white, and still to be moved

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.to_picture: nn.Module = nn.Identity()
        for parent in network.modules():
            if isinstance(parent, nn.Sequential) and len(parent) and isinstance(parent[-1], ToPicture):
                self.to_picture, parent[-1] = parent[-1], nn.Identity()
                last = next(layer for layer in reversed(parent) if isinstance(layer, _CONVOLUTIONS))
                nn.init.zeros_(last.weight)

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, inputs, size, size) in [0, 1] to (n, 1, size, size).

        Of several pictures stacked as channels, the first that is not blank is changed.
        """
        maps: Tensor = self.network(pictures).float()
        signs = maps.new_tensor([1.0, -1.0])[: maps.shape[1]].view(1, -1, 1, 1)
        return self.to_picture(maps + signs * self._FIRM * (2 * _first_drawn(pictures) - 1))  # type: ignore[no-any-return]


def _first_drawn(pictures: Tensor) -> Tensor:
    """Of pictures (n, inputs, size, size) the first of each that is not blank paper, (n, 1, size, size)."""
    if pictures.shape[1] == 1:
        return pictures
    blank = (pictures == 1).flatten(2).all(2)
    first = (~blank).float().argmax(1)[:, None, None, None]
    return pictures.gather(1, first.expand(-1, 1, *pictures.shape[2:]))

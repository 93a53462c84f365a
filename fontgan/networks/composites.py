"""Networks made of two generators."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fontgan.networks.edges import Network, edges_of


class BothWays(Network):
    """Two generators: from the content to the style, and back (Zhu et al. 2017, «CycleGAN»)."""

    def __init__(self, forth: nn.Module, back: nn.Module) -> None:
        super().__init__()
        self.forth, self.back = forth, back

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, 1, size, size) in the content's style to the other; `back` is the way back."""
        return self.forth(pictures)  # type: ignore[no-any-return]

    def edges(self) -> list[nn.Module]:
        """Those of both generators."""
        return [*edges_of(self.forth), *edges_of(self.back)]


class TwoStages(Network):
    """A trained generator, left as it is, and a second network that cleans what it draws.

    Args:
        first: the generator; always in evaluation mode, never with a gradient.
        second: of one input channel, or of two.
        sees_content: whether the second one is shown the content beside the first one's picture.
    """

    def __init__(self, first: nn.Module, second: nn.Module, sees_content: bool) -> None:
        super().__init__()
        self.first = first.eval().requires_grad_(False)
        self.second = second
        self.sees_content = sees_content

    def train(self, mode: bool = True) -> TwoStages:
        """The first stage stays in evaluation mode."""
        super().train(mode)
        self.first.eval()
        return self

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures of the content to cleaned pictures of the style."""
        return self.clean(pictures, self.first(pictures))

    def edges(self) -> list[nn.Module]:
        """Those of the second network: the first is frozen."""
        return edges_of(self.second)

    def clean(self, pictures: Tensor, drawn: Tensor) -> Tensor:
        """What the first stage has drawn of the pictures, cleaned."""
        drawn = drawn.detach()
        return self.second(torch.cat((drawn, pictures), 1) if self.sees_content else drawn)  # type: ignore[no-any-return]

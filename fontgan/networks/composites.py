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
        """(n, inputs, size, size) in the content's style to (n, 1, size, size); `back` is the way back."""
        return self.forth(pictures)

    def edges(self) -> list[nn.Module]:
        """Those of both generators."""
        return [*edges_of(self.forth), *edges_of(self.back)]


class TwoStages(Network):
    """A trained generator, frozen, and a second network that cleans its images.

    Args:
        first: the generator; always in evaluation mode, never with a gradient.
        second: its input is the first one's image, and the content's channels after it where it sees them.
        sees_content: whether it does.
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
        """Content (n, inputs, size, size) in [0, 1] to cleaned images (n, 1, size, size)."""
        return self.clean(pictures, self.first(pictures))

    def edges(self) -> list[nn.Module]:
        """Those of the second network: the first is frozen."""
        return edges_of(self.second)

    def clean(self, pictures: Tensor, drawn: Tensor) -> Tensor:
        """The first stage's images of the content, cleaned."""
        drawn = drawn.detach()
        return self.second(torch.cat((drawn, pictures), 1) if self.sees_content else drawn)

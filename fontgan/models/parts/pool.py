"""A pool of past fakes."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fontgan.compute.engine import Engine


class Pool(nn.Module):
    """Half of the fakes that a discriminator sees are older ones (Shrivastava et al. 2017, section 2.3).

    So it does not forget what the generator did before. They are kept with the state of the
    run; of several processes each holds all of them.

    Args:
        capacity: how many it holds; 0: every image is passed on as it is.
        size: of the images.
        engine: the device and precision to compute with.
    """

    pictures: Tensor
    held: Tensor

    def __init__(self, capacity: int, size: int, engine: Engine) -> None:
        super().__init__()
        self._ranks = engine.ranks
        self.register_buffer("pictures", torch.zeros(capacity, 1, size, size))
        self.register_buffer("held", torch.zeros((), dtype=torch.int64))
        self.to(engine.device)

    def forward(self, drawn: Tensor) -> Tensor:
        """New fakes (n, 1, size, size) to as many, about half of which are past ones."""
        pictures, capacity = self.pictures, len(self.pictures)
        whole = self._ranks.whole(drawn)
        held = int(self.held)
        if held < capacity:
            kept = whole[: capacity - held]
            pictures[held : held + len(kept)] = kept
            self.held += len(kept)
            return drawn
        count = min(len(whole), capacity)
        places = torch.randperm(capacity, device=drawn.device)[:count]
        swapped = torch.rand(count, device=drawn.device) < 0.5
        shown = whole.clone()
        shown[:count][swapped] = pictures[places[swapped]]
        pictures[places[swapped]] = whole[:count][swapped]
        return self._ranks.share(shown)

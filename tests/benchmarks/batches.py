"""Random pictures to measure steps with."""

from __future__ import annotations

import torch

from fontgan.data.views import Batch


def random_batch(count: int, size: int, device: torch.device | str = "cpu") -> Batch:
    """Pairs of noise in one style, without references."""
    sides = torch.rand(2, count, 1, size, size, device=device)
    numbers = torch.zeros(count, dtype=torch.int64, device=device)
    return Batch(sides[0], sides[1], numbers, numbers, sides.new_zeros(count, 0, 1, size, size))

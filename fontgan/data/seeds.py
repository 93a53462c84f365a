"""Random numbers that depend only on a seed and a place, so no state has to be kept.

A run that is resumed at step 1,000, or spread over several processes, draws the same numbers there.
"""

from __future__ import annotations

import numpy as np
import torch


def seed_at(seed: int, *place: int) -> int:
    """A seed of 63 bits for one place, such as a step; no two places have related ones."""
    return int(np.random.SeedSequence((seed, *place)).generate_state(1, np.uint64)[0] >> np.uint64(1))


def generator_at(seed: int, *place: int) -> torch.Generator:
    """Random numbers on the CPU for one place."""
    return torch.Generator().manual_seed(seed_at(seed, *place))

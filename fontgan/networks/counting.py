"""The number of weights, and large numbers in short form."""

from __future__ import annotations

from torch import nn


def count_weights(network: nn.Module) -> int:
    """The number of a network's weights, frozen ones included."""
    return sum(weight.numel() for weight in network.parameters())


def in_short(number: int) -> str:
    """Numbers below a thousand as they are, larger ones in three digits and a unit: 74.1 k, 3.25 M."""
    if number < 1000:
        return str(number)
    short, units = number / 1000, "kMGTP"
    while short >= 999.5 and len(units) > 1:
        short, units = short / 1000, units[1:]
    digits = 2 if short < 9.995 else 1 if short < 99.95 else 0
    return f"{short:.{digits}f} {units[0]}"

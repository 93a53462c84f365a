"""The split of the characters into training, validation and test."""

from __future__ import annotations

import hashlib
from typing import Literal

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")

_HELD_OUT_PERCENT = 5  # of the characters for validation, and as many for test


def split_of(code: int) -> Split:
    """The split of a character: 90 % train, 5 % validation, 5 % test.

    Decided by a hash of the code point alone, so that a character stays where it is when fonts or
    characters are added, and is held out of every style alike.
    """
    digest = hashlib.sha256(code.to_bytes(4, "big")).digest()
    share = int.from_bytes(digest[:4], "big") % 100
    if share < _HELD_OUT_PERCENT:
        return "test"
    return "validation" if share < 2 * _HELD_OUT_PERCENT else "train"

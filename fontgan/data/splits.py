"""The split of the characters into training, validation and test."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from fontgan.bounds import Text

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")

_HELD_OUT_PERCENT = 5  # of the characters for validation, and as many for test
_HELD_OUT_OF_FEW = 10  # one character in this many, where there are few
_TOO_FEW = 4  # of fewer characters than these, none can be spared


def split_of(code: int) -> Split:
    """The split of a character: 90 % train, 5 % validation, 5 % test.

    Decided by a hash of the code point alone, so that a character stays where it is when fonts or
    characters are added, and is held out of every style alike.
    """
    share = int.from_bytes(_digest(code)[:4], "big") % 100
    if share < _HELD_OUT_PERCENT:
        return "test"
    return "validation" if share < 2 * _HELD_OUT_PERCENT else "train"


@dataclass(frozen=True)
class Few:
    """The characters of a run that has too few of them for three splits.

    Attributes:
        learnt: those to learn from.
        held_out: those that are watched, and measured in the end; empty where the learnt ones are.
    """

    learnt: Text
    held_out: Text

    def __len__(self) -> int:
        return len(self.learnt) + len(self.held_out)

    def has(self, split: Split, code: int) -> bool:
        """Whether a character is in a split; what is not held out may be learnt from."""
        held_out = chr(code) in self.held_out
        return held_out if split != "train" and self.held_out else not held_out


def few_of(codes: Iterable[int]) -> Few | None:
    """How the characters of a run are divided if `split_of` would leave one of the splits empty.

    Of a few characters one in ten, and at least one, is held out; of three or fewer none is. That depends on
    the characters alone.

    Returns:
        None where `split_of` divides them.
    """
    scattered = sorted(set(codes), key=_digest)
    if set(map(split_of, scattered)) == set(SPLITS):
        return None
    spared = 0 if len(scattered) < _TOO_FEW else max(1, len(scattered) // _HELD_OUT_OF_FEW)
    held_out, learnt = ("".join(map(chr, sorted(part))) for part in (scattered[:spared], scattered[spared:]))
    return Few(learnt, held_out)


def is_in(split: Split, code: int, few: Few | None) -> bool:
    """Whether a character of a run is in a split."""
    return split_of(code) == split if few is None else few.has(split, code)


def first_characters(codes: Iterable[int], count: int) -> list[int]:
    """Some of the characters, ascending, chosen by a hash of the code point: more of them include these."""
    return sorted(sorted(set(codes), key=_digest)[:count])


def _digest(code: int) -> bytes:
    return hashlib.sha256(code.to_bytes(4, "big")).digest()

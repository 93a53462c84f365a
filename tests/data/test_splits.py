"""Which characters are held out."""

from __future__ import annotations

import pytest

from fontgan.data.splits import SPLITS, split_of
from fontgan.fonts.charset import gb2312_level

_FIRST_SPLITS = "vttttttttttttttttttttttttttttttttttttttt"


def test_the_splits_are_as_announced_and_never_move() -> None:
    splits = [split_of(code) for code in gb2312_level(1) + gb2312_level(2)]
    for name, share in zip(SPLITS, (0.90, 0.05, 0.05), strict=True):
        assert splits.count(name) / len(splits) == pytest.approx(share, abs=0.01)
    # A change of these would let trained weights be tested on characters that they have seen.
    assert "".join(split_of(code)[0] for code in range(0x4E00, 0x4E28)) == _FIRST_SPLITS

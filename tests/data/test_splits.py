"""Which characters are held out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fontgan.data.splits import SPLITS, few_of, first_characters, is_in, split_of
from fontgan.fonts.charset import gb2312_level

_FIRST_SPLITS = "vttttttttttttttttttttttttttttttttttttttt"


def test_the_splits_are_as_announced_and_never_move() -> None:
    splits = [split_of(code) for code in gb2312_level(1) + gb2312_level(2)]
    for name, share in zip(SPLITS, (0.90, 0.05, 0.05), strict=True):
        assert splits.count(name) / len(splits) == pytest.approx(share, abs=0.01)
    # A change of these would let trained weights be tested on characters that they have seen.
    assert "".join(split_of(code)[0] for code in range(0x4E00, 0x4E28)) == _FIRST_SPLITS


@given(st.sets(st.integers(0x4E00, 0x9FFF), max_size=60))
def test_few_characters_are_held_out_by_turns_or_not_at_all(codes: set[int]) -> None:
    few = few_of(codes)
    if few is None:
        assert {split_of(code) for code in codes} == set(SPLITS)
        return
    assert sorted(map(ord, few.learnt + few.held_out)) == sorted(codes)
    assert len(few.held_out) == (0 if len(codes) < 4 else max(1, len(codes) // 10))
    assert few == few_of(sorted(codes, reverse=True))
    for code in codes:
        assert is_in("train", code, few) == (chr(code) in few.learnt)
        for split in ("validation", "test"):
            assert is_in(split, code, few) == (chr(code) in (few.held_out or few.learnt))
    assert is_in("train", 0x41, few)  # of the content alone, in an unpaired view


def test_a_hundred_characters_are_divided_by_their_hash() -> None:
    assert few_of(range(0x4E00, 0x4E64)) is None
    assert is_in("test", 0x4E00, None) == (split_of(0x4E00) == "test")


@given(st.sets(st.integers(0x4E00, 0x9FFF), min_size=2, max_size=60), st.data())
def test_fewer_characters_to_learn_are_among_more(codes: set[int], data: st.DataObject) -> None:
    more = data.draw(st.integers(1, len(codes)))
    fewer = data.draw(st.integers(1, more))
    assert set(first_characters(codes, fewer)) <= set(first_characters(codes, more)) <= codes
    assert len(first_characters(codes, fewer)) == fewer
    # They do not depend on what else there is: those of a subset that has them are the same.
    kept = first_characters(codes, more)
    assert first_characters(kept, fewer) == first_characters(codes, fewer)

"""Views of the store as batches."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fontgan.data.pairs import (
    Pairs,
    as_bytes,
    as_floats,
    load_pairs,
    split_of,
    training_batches,
)
from fontgan.data.store import GlyphStore
from fontgan.errors import FontganError
from fontgan.fonts.charset import gb2312_level

_FIRST_SPLITS = "vttttttttttttttttttttttttttttttttttttttt"


def some_pairs(count: int = 10, size: int = 16) -> Pairs:
    generator = torch.Generator().manual_seed(1)
    pictures = torch.randint(0, 256, (2, count, 1, size, size), generator=generator, dtype=torch.uint8)
    return Pairs(list(range(0x4E00, 0x4E00 + count)), pictures[0], pictures[1])


def test_the_splits_are_as_announced_and_never_move() -> None:
    splits = [split_of(code) for code in gb2312_level(1) + gb2312_level(2)]
    for name, share in {"train": 0.90, "validation": 0.05, "test": 0.05}.items():
        assert splits.count(name) / len(splits) == pytest.approx(share, abs=0.01)  # type: ignore[arg-type]
    # A change of these would let trained weights be tested on characters that they have seen.
    assert "".join(split_of(code)[0] for code in range(0x4E00, 0x4E28)) == _FIRST_SPLITS


def test_a_pair_is_one_character_in_both_faces(toy_store: Path) -> None:
    with GlyphStore(toy_store) as store:
        splits = {
            name: load_pairs(store, "content", "style", name) for name in ("train", "validation", "test")
        }
        found = sorted(code for pairs in splits.values() for code in pairs.codes)
        assert found == store.codes("content")
        train = splits["train"]
        assert train.content.shape == train.style.shape == (len(train), 1, 64, 64)
        assert torch.equal(train.style[3, 0], torch.from_numpy(store.images("style", [train.codes[3]])[0]))
        with pytest.raises(FontganError, match="nothing has too few characters"):
            load_pairs(store, "content", "nothing", "train")


def test_bytes_and_floats_turn_into_each_other() -> None:
    every = torch.arange(256, dtype=torch.uint8)
    assert torch.equal(as_bytes(as_floats(every)), every)
    assert as_floats(every).max() == 1


def test_an_epoch_has_every_character_once_and_pairs_stay_together() -> None:
    pairs = some_pairs(10)
    batches = training_batches(pairs, 5, 0, torch.Generator().manual_seed(0))
    for _ in range(3):
        epoch = [next(batches), next(batches)]
        content = torch.cat([as_bytes(batch.real_a) for batch in epoch])
        style = torch.cat([as_bytes(batch.real_b) for batch in epoch])
        found = [int((pairs.content == one).all(dim=(1, 2, 3)).nonzero()) for one in content]
        assert sorted(found) == list(range(10))
        assert torch.equal(style, pairs.style[found])


def test_the_same_seed_gives_the_same_batches() -> None:
    first, second = (training_batches(some_pairs(), 4, 2, torch.Generator().manual_seed(7)) for _ in "ab")
    for _ in range(5):
        assert torch.equal(next(first).real_b, next(second).real_b)


@given(shift=st.integers(1, 4), seed=st.integers(0, 1000))
def test_a_shift_moves_both_sides_alike_and_brings_in_paper(shift: int, seed: int) -> None:
    dot = torch.full((6, 1, 16, 16), 255, dtype=torch.uint8)
    dot[:, 0, 8, 8] = 0
    pairs = Pairs(list(range(6)), dot, dot.clone())
    batch = next(training_batches(pairs, 6, shift, torch.Generator().manual_seed(seed)))
    assert torch.equal(batch.real_a, batch.real_b)
    assert (batch.real_a == 0).sum(dim=(1, 2, 3)).tolist() == [1] * 6
    places = (batch.real_a[:, 0] == 0).nonzero()[:, 1:]
    assert (places - 8).abs().max() <= shift


def test_a_batch_is_never_larger_than_the_characters_there_are() -> None:
    batch = next(training_batches(some_pairs(3), 32, 0, torch.Generator()))
    assert len(batch.real_a) == 3

"""Views of the store as batches."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fontgan.compute.ranks import Ranks
from fontgan.data.augmentation import Augmentation
from fontgan.data.images import FromStore, InMemory, as_bytes, as_floats
from fontgan.data.render import render_dataset
from fontgan.data.selection import few_characters, load_view
from fontgan.data.splits import SPLITS, Split
from fontgan.data.store import GlyphStore
from fontgan.data.views import View
from fontgan.errors import FontganError
from fontgan.fonts.location import FontLocation
from tests.helpers import images_of, make_toy_store
from tests.toy_fonts import CHARACTERS, build_font

STILL = Augmentation()


def some_view(count: int = 10, size: int = 16, paired: bool = True) -> View:
    """Characters whose code points are their numbers; the picture of each is its number, or 100 more in b."""
    numbers = torch.arange(count)
    grey = torch.cat((numbers, numbers + 100)).to(torch.uint8)
    images = InMemory(grey[:, None, None, None].expand(-1, 1, size, size).clone())
    return View(
        images,
        numbers,
        numbers[:, None],
        numbers,
        numbers + count,
        torch.zeros(count, dtype=torch.int64),
        paired,
    )


def numbers_of(pictures: torch.Tensor) -> list[int]:
    found: list[int] = as_bytes(pictures)[:, 0, 0, 0].tolist()
    return found


@pytest.fixture
def many_styles(tmp_path: Path) -> Path:
    """Two content fonts that share the characters out, and two styles, the second of half of them."""
    first = build_font(tmp_path / "a.ttf", CHARACTERS[:40], "A")
    second = build_font(tmp_path / "b.ttf", CHARACTERS[30:], "B", width=300)
    wide = build_font(tmp_path / "c.ttf", CHARACTERS, "C", raised=50)
    narrow = build_font(tmp_path / "d.ttf", CHARACTERS[::2], "D", width=200)
    contents, styles = ([FontLocation(path) for path in paths] for paths in ((first, second), (wide, narrow)))
    render_dataset(contents, styles, CHARACTERS, 64, tmp_path / "g.lmdb")
    return tmp_path / "g.lmdb"


def test_a_pair_is_one_character_in_content_and_style(many_styles: Path) -> None:
    with GlyphStore(many_styles) as store:
        views = {split: load_view(store, ["a", "b"], ["d"], split) for split in SPLITS}
        codes = [code for view in views.values() for code in view.codes_b.tolist()]
        assert sorted(codes) == CHARACTERS[::2]
        content = store.content()
        for view in views.values():
            assert torch.equal(view.codes_a, view.codes_b)
            sides = view.codes_a.tolist(), view.content(), view.targets()
            for code, *images in zip(*sides, strict=True):
                pictures = [image[0].numpy() for image in images]
                assert np.array_equal(pictures[0], images_of(store, content[code], [code])[0])
                assert np.array_equal(pictures[1], images_of(store, "d", [code])[0])
        with pytest.raises(FontganError, match="has no face 'nothing'"):
            load_view(store, ["a", "b"], ["nothing"], "train")


def test_many_styles_are_numbered_and_each_glyph_comes_once_an_epoch(many_styles: Path) -> None:
    with GlyphStore(many_styles) as store:
        view = load_view(store, ["a", "b"], ["c", "d"], "train")
        counts = [len(load_view(store, ["a", "b"], [style], "train")) for style in ("c", "d")]
        assert view.styles.tolist() == [0] * counts[0] + [1] * counts[1]
        batches = view.training_batches(sum(counts), STILL, 0)
        batch = next(batches)
        assert batch.styles.bincount().tolist() == counts
        for picture, number in zip(as_bytes(batch.real_b), batch.styles.tolist(), strict=True):
            rows = view.rows_b[view.styles == number]
            assert (view.images.take(rows) == picture).flatten(1).all(dim=1).any()


def test_what_does_not_fit_into_memory_is_read_from_the_store_alike(many_styles: Path) -> None:
    with GlyphStore(many_styles) as store:
        inside, outside = (
            load_view(store, ["a", "b"], ["c", "d"], "train", room=room) for room in (None, 1000)
        )
        assert isinstance(inside.images, InMemory)
        assert isinstance(outside.images, FromStore)
        both = (
            view.to(torch.device("cpu")).training_batches(7, Augmentation(1, 0.1), 3)
            for view in (inside, outside)
        )
        for one, other in islice(zip(*both, strict=False), 20):
            assert torch.equal(one.real_a, other.real_a)
            assert torch.equal(one.real_b, other.real_b)
            assert torch.equal(one.styles, other.styles)


@pytest.mark.parametrize("paired", [True, False])
def test_fewer_characters_are_learnt_and_the_same_ones_are_held_out(many_styles: Path, paired: bool) -> None:
    with GlyphStore(many_styles) as store:
        views = {
            count: {
                split: load_view(store, ["a", "b"], ["c"], split, paired or split != "train", learn=count)
                for split in SPLITS
            }
            for count in (0, 5, 10)
        }
        learnt = {count: set(view["train"].codes_b.tolist()) for count, view in views.items()}
        assert [len(learnt[count]) for count in (5, 10)] == [5, 10]
        assert learnt[5] < learnt[10] < learnt[0]
        assert set(views[10]["train"].codes_a.tolist()) == learnt[10]  # both sides have the same
        for split in ("validation", "test"):
            held_out = [view[split].codes_b.tolist() for view in views.values()]
            assert held_out == [held_out[0]] * 3
        both = load_view(store, ["a", "b"], ["c", "d"], "train", learn=10)
        assert both.styles.bincount().tolist() == [10, 10]
        with pytest.raises(FontganError, match=r"c has \d+ characters to learn in .*, fewer than 1,000"):
            load_view(store, ["a", "b"], ["c"], "train", learn=1000)


def test_where_none_is_held_out_what_is_learnt_is_measured(tmp_path: Path) -> None:
    with GlyphStore(make_toy_store(tmp_path, [0x4E00, 0x4E01, 0x4E02])) as store:
        few = few_characters(store, ["content"], ["style"])
        views = [load_view(store, ["content"], ["style"], split, few=few, learn=2) for split in SPLITS]
        assert [len(view) for view in views] == [2, 2, 2]


# Of the batches that were made when roles were in the store.
BEFORE = {True: "40ad66d6b350db6e", False: "c44fc0c461b1c4cf"}


@pytest.mark.parametrize("stacked", [False, True])
@pytest.mark.parametrize("paired", [True, False])
def test_of_one_content_font_batches_are_what_they_always_were(
    tmp_path: Path, paired: bool, stacked: bool
) -> None:
    content = build_font(tmp_path / "a.ttf", CHARACTERS, "A")
    half = build_font(tmp_path / "b.ttf", CHARACTERS[::2], "B", raised=50, width=300)
    narrow = build_font(tmp_path / "c.ttf", CHARACTERS, "C", width=200)
    styles = [FontLocation(half), FontLocation(narrow)]
    render_dataset([FontLocation(content)], styles, CHARACTERS, 64, tmp_path / "g.lmdb")
    found = hashlib.sha256()
    with GlyphStore(tmp_path / "g.lmdb") as store:
        view = load_view(store, ["a"], ["b", "c"], "train", paired, stacked)
        for batch in islice(view.training_batches(8, Augmentation(2), 5, references=2), 12):
            for field in fields(batch):
                found.update(getattr(batch, field.name).contiguous().numpy().tobytes())
    assert found.hexdigest()[:16] == BEFORE[paired]


@pytest.mark.parametrize("room", [None, 0])
def test_stacked_content_has_a_channel_of_each_font_and_paper_where_one_lacks_a_character(
    many_styles: Path, room: int | None
) -> None:
    with GlyphStore(many_styles) as store:
        view = load_view(store, ["b", "a"], ["c"], "train", stacked=True, room=room)
        drawn = {face: set(store.codes(face)) for face in ("a", "b")}
        assert {len(drawn["a"] & {code}) + len(drawn["b"] & {code}) for code in CHARACTERS} == {1, 2}
        for code, images in zip(view.codes_a.tolist(), view.content(), strict=True):
            assert images.shape == (2, 64, 64)
            for face, image in zip(("b", "a"), images.numpy(), strict=True):
                if code in drawn[face]:
                    assert np.array_equal(image, images_of(store, face, [code])[0])
                else:
                    assert (image == 255).all()
        batch = next(view.training_batches(8, STILL, 0))
        assert batch.real_a.shape == (8, 2, 64, 64)
        assert batch.real_b.shape == (8, 1, 64, 64)
        assert sorted(code for split in SPLITS for code in codes_of(store, split)) == CHARACTERS


def codes_of(store: GlyphStore, split: Split) -> list[int]:
    found: list[int] = load_view(store, ["b", "a"], ["c"], split, stacked=True).codes_a.tolist()
    return found


def test_all_channels_are_moved_alike_and_as_the_style_is(many_styles: Path) -> None:
    with GlyphStore(many_styles) as store:
        view = load_view(store, ["a", "b"], ["c"], "train", stacked=True)
    moved = Augmentation(3, 0.1)
    for batch, alone in islice(
        zip(
            view.training_batches(8, moved, 2),
            replace(view, rows_a=view.rows_a[:, 1:]).training_batches(8, moved, 2),
            strict=False,
        ),
        5,
    ):
        assert torch.equal(batch.real_a[:, 1:], alone.real_a)
        assert torch.equal(batch.real_b, alone.real_b)
    same = replace(view, rows_a=view.rows_b[:, None].expand(-1, 2))  # the style itself, twice
    for batch in islice(same.training_batches(8, moved, 2), 5):
        for channel in (0, 1):
            assert torch.equal(batch.real_a[:, channel : channel + 1], batch.real_b)


@pytest.mark.parametrize("stacked", [False, True])
def test_a_batch_of_one_is_part_of_a_batch_of_many(many_styles: Path, stacked: bool) -> None:
    with GlyphStore(many_styles) as store:
        view = load_view(store, ["a", "b"], ["c"], "train", stacked=stacked)
    many = next(view.training_batches(12, Augmentation(2), 4))
    ones = [
        next(view.training_batches(12, Augmentation(2), 4, share=Ranks(number, 12).share))
        for number in range(12)
    ]
    assert torch.equal(torch.cat([one.real_a for one in ones]), many.real_a)


def test_unpaired_a_style_has_what_the_content_lacks_too(many_styles: Path) -> None:
    with GlyphStore(many_styles) as store:
        paired, unpaired = (load_view(store, ["a"], ["c"], "train", paired) for paired in (True, False))
        assert set(unpaired.codes_b.tolist()) - set(store.codes("a"))
        assert set(paired.codes_b.tolist()) == set(unpaired.codes_b.tolist()) & set(store.codes("a"))
        assert unpaired.codes_a.tolist() == paired.codes_a.tolist()


def test_any_face_gives_the_content_or_the_style_but_not_both(many_styles: Path) -> None:
    with GlyphStore(many_styles) as store:
        view = load_view(store, ["c"], ["a"], "train")
        (code, *_), (image, *_) = view.codes_a.tolist(), view.content()
        assert np.array_equal(image[0].numpy(), images_of(store, "c", [code])[0])
        with pytest.raises(FontganError, match="c cannot be both content and style: choose other faces with"):
            load_view(store, ["a", "c"], ["c", "d"], "train")
        with pytest.raises(FontganError, match="has no face 'e'"):
            load_view(store, ["e"], ["c"], "train")


def test_an_unpaired_view_has_all_of_the_content_and_never_a_character_beside_itself(
    many_styles: Path,
) -> None:
    with GlyphStore(many_styles) as store:
        view = load_view(store, ["a", "b"], ["d"], "train", paired=False)
        assert set(view.codes_b.tolist()) < set(view.codes_a.tolist())
        choices = view._choices(8, 0, 0)
        for chosen_a, chosen_b in islice(choices, 200):
            assert not (view.codes_a[chosen_a] == view.codes_b[chosen_b]).any()


@pytest.mark.slow
@given(count=st.integers(2, 12), size=st.integers(1, 12), seed=st.integers(0, 1000))
def test_unpaired_sides_never_meet_however_few_there_are(count: int, size: int, seed: int) -> None:
    batches = some_view(count, paired=False).training_batches(size, STILL, seed)
    for batch in islice(batches, 10):
        assert len(batch.real_a) == len(batch.real_b) == min(size, count)
        for one, other in zip(numbers_of(batch.real_a), numbers_of(batch.real_b), strict=True):
            assert one != other - 100


def test_bytes_and_floats_turn_into_each_other() -> None:
    every = torch.arange(256, dtype=torch.uint8)
    assert torch.equal(as_bytes(as_floats(every)), every)
    assert as_floats(every).max() == 1


def test_an_epoch_has_every_character_once_and_pairs_stay_together() -> None:
    batches = some_view(10).training_batches(5, STILL, 0)
    for _ in range(3):
        epoch = [next(batches), next(batches)]
        content = numbers_of(torch.cat([batch.real_a for batch in epoch]))
        style = numbers_of(torch.cat([batch.real_b for batch in epoch]))
        assert sorted(content) == list(range(10))
        assert style == [number + 100 for number in content]


@pytest.mark.parametrize("paired", [True, False])
def test_the_same_seed_gives_the_same_batches(paired: bool) -> None:
    first, second = (some_view(paired=paired).training_batches(4, Augmentation(2, 0.1), 7) for _ in "ab")
    for _ in range(5):
        assert torch.equal(next(first).real_b, next(second).real_b)


@pytest.mark.slow
@pytest.mark.parametrize("paired", [True, False])
@given(first=st.integers(0, 30), size=st.integers(1, 4), ranks=st.integers(1, 4), seed=st.integers(0, 99))
def test_a_batch_depends_on_seed_and_number_alone_and_shares_make_it_up(
    first: int, size: int, ranks: int, seed: int, paired: bool
) -> None:
    view = some_view(18, paired=paired)
    moved = Augmentation(2, 0.1)
    whole = next(islice(view.training_batches(size * ranks, moved, seed), first, None))
    shares = [
        next(view.training_batches(size * ranks, moved, seed, first, Ranks(number, ranks).share, ranks))
        for number in range(ranks)
    ]
    assert torch.equal(torch.cat([share.real_a for share in shares]), whole.real_a)
    assert torch.equal(torch.cat([share.real_b for share in shares]), whole.real_b)


def test_a_batch_that_must_be_divided_can_be() -> None:
    assert len(next(some_view(11).training_batches(32, STILL, 0, multiple=4))) == 8
    with pytest.raises(FontganError, match="3 training characters cannot be divided into 4 equal parts"):
        next(some_view(3).training_batches(32, STILL, 0, multiple=4))


def test_the_parts_of_a_batch_are_equal_and_make_it_up() -> None:
    batch = next(some_view(12).training_batches(12, STILL, 0))
    parts = batch.parts(3)
    assert [len(part) for part in parts] == [4, 4, 4]
    assert torch.equal(torch.cat([part.real_b for part in parts]), batch.real_b)
    assert batch.parts(1)[0] is batch


def test_a_batch_is_never_larger_than_the_characters_there_are() -> None:
    batch = next(some_view(3).training_batches(32, STILL, 0))
    assert len(batch.real_a) == 3


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
@pytest.mark.parametrize("room", [None, 0])
def test_a_gpu_has_the_batches_of_the_cpu(many_styles: Path, room: int | None) -> None:
    with GlyphStore(many_styles) as store:
        view = load_view(store, ["a", "b"], ["c", "d"], "train", room=room)
        devices = (torch.device("cpu"), torch.device("cuda"))
        here, there = (view.to(device).training_batches(7, Augmentation(2, 0.1), 3) for device in devices)
        for one, other in islice(zip(here, there, strict=False), 20):
            assert other.real_a.is_cuda
            assert torch.allclose(one.real_a, other.real_a.cpu(), atol=1e-5)
            assert torch.allclose(one.real_b, other.real_b.cpu(), atol=1e-5)
            assert torch.equal(one.styles, other.styles.cpu())


def test_references_are_other_glyphs_of_the_same_style(many_styles: Path) -> None:
    with GlyphStore(many_styles) as store:
        view = load_view(store, ["a", "b"], ["c", "d"], "train")
        whole = {style: view.images.take(view.rows_b[view.styles == style]) for style in (0, 1)}
    for batch in islice(view.training_batches(8, STILL, seed=1, references=3), 6):
        assert batch.references.shape == (8, 3, 1, 64, 64)
        for picture, style, others in zip(batch.real_b, batch.styles, batch.references, strict=True):
            for other in others:
                assert not torch.equal(other, picture)
                assert any(torch.equal(as_bytes(other), known) for known in whole[int(style)])


def test_references_do_not_change_what_else_a_batch_holds() -> None:
    view = some_view()
    with_some, without = (view.training_batches(4, STILL, seed=2, references=count) for count in (2, 0))
    for one, other in islice(zip(with_some, without, strict=False), 5):
        assert torch.equal(one.real_a, other.real_a)
        assert torch.equal(one.real_b, other.real_b)
        assert other.references.shape[1] == 0


def test_the_examples_of_a_style_are_the_same_each_time_and_its_own(many_styles: Path) -> None:
    with GlyphStore(many_styles) as store:
        view = load_view(store, ["a", "b"], ["c", "d"], "train")
        first, again = view.references(5), view.references(5)
        own = [view.images.take(view.rows_b[view.styles == style]) for style in (0, 1)]
    assert first.shape == (2, 5, 1, 64, 64)
    assert torch.equal(first, again)
    for examples, known in zip(first, own, strict=True):
        assert all(any(torch.equal(one, glyph) for glyph in known) for one in examples)
    assert view.references(1000).shape[1] == 1000  # more than there are: some twice


def test_characters_are_numbered_from_the_content_alone(many_styles: Path) -> None:
    with GlyphStore(many_styles) as store:
        view = load_view(store, ["a", "b"], ["c", "d"], "train")
    numbers: dict[int, int] = {}
    for code, number in zip(view.codes_a.tolist(), view.characters.tolist(), strict=True):
        assert numbers.setdefault(code, number) == number
    assert sorted(numbers.values()) == list(range(len(numbers)))

"""Doubtful characters are found by what the style's own glyphs look like, and the reason is said."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fontgan.data.render import render_dataset
from fontgan.data.store import GlyphStore
from fontgan.drawing.drawer import Drawer
from fontgan.errors import FontganError
from fontgan.fonts.location import FontLocation
from fontgan.judging.doubts import Checker, check
from fontgan.judging.pairs import own_glyphs, plain_content
from fontgan.models import find_model
from fontgan.runs.record import CheckpointRecord
from tests.judging.toys import ToyRecogniser, judge_with_toys
from tests.judging.untaught import save_recogniser, save_verifier
from tests.models.small import CPU
from tests.toy_fonts import CHARACTERS, build_font

CODES = CHARACTERS[:20]


def record_of(folder: Path, own: int, raised: int = 60) -> CheckpointRecord:
    """Of two toy fonts with a margin, the style raised, with as many characters."""
    content, style, data = folder / "content.ttf", folder / "style.ttf", folder / f"{own}.lmdb"
    build_font(content, CODES, "Content")
    build_font(style, CODES[:own], "Style", raised=raised)
    render_dataset([FontLocation(content)], [FontLocation(style)], CODES, 64, data, margin=0.125)
    with GlyphStore(data) as store:
        canvas, faces = store.record.canvas, store.record.faces
    settings = find_model("pix2pix").preset("default")
    return CheckpointRecord("pix2pix", settings, canvas, 1, faces[:1], faces[1:], {"iou": 0.5}, "iou")


@pytest.fixture
def record(tmp_path: Path) -> CheckpointRecord:
    return record_of(tmp_path, 20)


@pytest.fixture(autouse=True)
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    judge_with_toys(monkeypatch)


class Spoiling(nn.Module):
    """Copies the content, but for the images of some places."""

    def __init__(self, **spoilt: int) -> None:
        super().__init__()
        self.spoilt = spoilt

    def forward(self, content: Tensor) -> Tensor:
        """What becomes of them."""
        drawn = content.clone()
        for how, place in self.spoilt.items():
            drawn[place] = getattr(self, how)(drawn[place])
        return drawn

    @staticmethod
    def blank(image: Tensor) -> Tensor:
        return torch.ones_like(image)

    @staticmethod
    def black(image: Tensor) -> Tensor:
        return torch.zeros_like(image)

    @staticmethod
    def noise(image: Tensor) -> Tensor:
        return torch.rand(image.shape, generator=torch.Generator().manual_seed(0))

    @staticmethod
    def halved(image: Tensor) -> Tensor:
        """Without its left half."""
        columns = (image < 0.5).nonzero()[:, 2]
        image[..., : int(columns.float().mean())] = 1
        return image

    @staticmethod
    def smudged(image: Tensor) -> Tensor:
        """With ink at the bottom, in the em box."""
        image[..., 48:55, 26:38] = 0
        return image


def test_what_looks_as_the_content_is_not_doubtful(record: CheckpointRecord) -> None:
    doubts = check(Drawer.of(nn.Identity(), record, CPU), CODES)
    assert (doubts.codes, doubts.doubtful, doubts.own) == (CODES, [], 20)


def test_doubts_come_with_their_reasons_the_worst_first(record: CheckpointRecord) -> None:
    drawer = Drawer.of(Spoiling(smudged=3, halved=5, blank=7, black=8, noise=9), record, CPU)
    doubts = check(drawer, CODES)
    found = {CODES.index(doubt.code): doubt for doubt in doubts.doubtful}
    assert {place: doubt.reasons for place, doubt in found.items() if place > 5} == {
        7: "the image is blank",
        8: "the image is almost all ink",
        9: "the image is noise",
    }
    assert [math.isinf(doubt.score) for doubt in doubts.doubtful] == [True] * 3 + [False] * 2
    assert [doubt.score for doubt in doubts.doubtful] == sorted(
        (doubt.score for doubt in doubts.doubtful), reverse=True
    )
    assert found[3].reasons.startswith("too much ink at the bottom")
    assert found[5].reasons.startswith("ink missing")
    assert found[5].missing.sum() > 2 > found[5].extra.sum()
    assert all(doubts.images[doubt.code].shape == (64, 64) for doubt in doubts.doubtful)


@pytest.mark.parametrize("share", [10.0, 50.0])
def test_as_many_of_the_styles_own_glyphs_are_doubtful_as_is_said(
    record: CheckpointRecord, share: float
) -> None:
    drawer = Drawer.of(nn.Identity(), record, CPU)
    checker = Checker(drawer, share)
    drawing = drawer.draw(CODES)
    own = replace(drawing, images=np.stack([glyph for glyph in drawing.truth if glyph is not None]))
    assert 0 < len(checker.judge(own)) <= share / 100 * len(CODES)
    assert checker.own == len(CODES)


def test_parts_are_judged_as_the_whole(record: CheckpointRecord) -> None:
    drawer = Drawer.of(Spoiling(halved=1), record, CPU)
    checker = Checker(drawer)
    whole = drawer.draw(CODES[:4])
    single = replace(
        whole,
        **{
            name: getattr(whole, name)[1:2]
            for name in ("codes", "content", "fonts", "images", "drawn", "truth")
        },
    )
    (one,) = checker.judge(single).values()
    (again,) = checker.judge(whole).values()
    assert (one.code, one.reasons) == (again.code, again.reasons)
    assert one.score == pytest.approx(again.score)


def test_a_style_of_few_glyphs_is_judged_by_fixed_bounds_and_that_is_said(tmp_path: Path) -> None:
    drawer = Drawer.of(Spoiling(halved=0), record_of(tmp_path, 9), CPU)
    doubts = check(drawer, CODES)
    assert (doubts.false_alarms, doubts.own) == (None, 9)
    assert "Style has 9 glyphs to compare with, fewer than 10" in doubts.notes[0]
    assert [doubt.code for doubt in doubts.doubtful] == CODES[:1]


def test_without_the_style_font_the_bounds_are_fixed_too(record: CheckpointRecord, tmp_path: Path) -> None:
    (tmp_path / "style.ttf").unlink()
    doubts = check(Drawer.of(nn.Identity(), record, CPU), CODES)
    assert (doubts.false_alarms, doubts.own) == (None, 0)


def test_a_character_that_reads_as_another_is_doubtful(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = record_of(tmp_path, 20, raised=0)
    codes, content, _ = own_glyphs(Drawer.of(nn.Identity(), record, CPU), 12)
    known = {code: torch.from_numpy(image) for code, image in zip(codes, content, strict=True)}
    judge_with_toys(monkeypatch, ToyRecogniser(known))
    one, other = codes[:2]

    class Swapping(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            return torch.cat([images[1:2], images[:1], images[2:]])

    doubts = check(Drawer.of(Swapping(), record, CPU), [one, other, *CODES])
    assert [(doubt.code, doubt.read_as) for doubt in doubts.doubtful] in (
        [(one, other), (other, one)],
        [(other, one), (one, other)],
    )
    assert f"reads as {chr(doubts.doubtful[0].read_as or 0)}" in doubts.doubtful[0].reasons
    assert sorted(doubts.unknown) == sorted(set(CODES) - set(codes))
    assert "judged without the recogniser, which was not taught them" in doubts.notes[-1]


def test_what_no_font_has_is_named(record: CheckpointRecord) -> None:
    doubts = check(Drawer.of(nn.Identity(), record, CPU), "A一")
    assert (doubts.lacking, doubts.codes) == ([ord("A")], [0x4E00])


def test_a_doubt_as_json_has_no_infinity(record: CheckpointRecord) -> None:
    plain = check(Drawer.of(Spoiling(blank=0, halved=1), record, CPU), CODES).to_json()
    text = json.dumps(plain, allow_nan=False)
    assert [doubt["score"] is None for doubt in json.loads(text)["doubtful"]] == [True, False]
    assert plain["doubtful"][0]["character"] == chr(CODES[0])


@pytest.mark.parametrize("share", [0.0, 100.0, -1.0, math.nan])
def test_an_impossible_share_is_refused(record: CheckpointRecord, share: float) -> None:
    with pytest.raises(FontganError, match="not between 0 and 100"):
        Checker(Drawer.of(nn.Identity(), record, CPU), share)


def test_of_stacked_content_the_first_that_is_there_is_compared() -> None:
    paper, one, other = (np.full((8, 8), grey, np.uint8) for grey in (255, 254, 0))
    stacked = np.stack([np.stack(pair) for pair in [(paper, one), (other, one), (paper, paper)]])
    assert np.array_equal(plain_content(stacked), [one, other, paper])


def test_weights_on_disk_judge(
    record: CheckpointRecord, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.undo()
    save_recogniser(tmp_path / "recogniser.safetensors", "".join(map(chr, sorted(CODES))))
    save_verifier(tmp_path / "verifier.safetensors")
    for module in ("verifier", "recogniser"):
        monkeypatch.setattr(f"fontgan.judging.{module}.bundled_weights", lambda name: tmp_path / name)
    doubts = check(Drawer.of(Spoiling(blank=2), record, CPU), CODES, false_alarms=10)
    assert (doubts.false_alarms, doubts.unknown, doubts.doubtful[0].code) == (10, [], CODES[2])
    assert all(doubt.read_as in CODES for doubt in doubts.doubtful[1:])

"""Which character an image shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from fontgan.assets import bundled_font
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.charset import gb2312_level, parse_charset
from fontgan.fonts.location import FontLocation
from fontgan.fonts.source import open_source, random_glyphs
from fontgan.judging.recogniser import Recogniser, Which
from fontgan.judging.sight import as_seen
from tests.judging.untaught import save_recogniser

CANVAS = Canvas(64)
BANNED = ("ma-shan-zheng", "sawarabi-gothic", "zhi-mang-xing", "zcool-xiaowei", "liu-jian-mao-cao")


@pytest.fixture
def toy(tmp_path: Path) -> Recogniser:
    return Recogniser(save_recogniser(tmp_path / "toy.safetensors", "一丁七"))


def images(count: int, size: int = 64) -> torch.Tensor:
    return torch.rand(count, 1, size, size, generator=torch.Generator().manual_seed(1))


def test_a_batch_of_one_is_read_as_a_batch_of_many(toy: Recogniser) -> None:
    some = images(5)
    together = toy.read(some, CANVAS)
    for number in range(5):
        alone = toy.read(some[number : number + 1], CANVAS)
        assert alone.codes == together.codes[number]
        torch.testing.assert_close(alone.features[0], together.features[number])
    torch.testing.assert_close(together.features.norm(dim=1), torch.ones(5))


def test_the_likeliest_character_is_as_sure_as_its_probability(toy: Recogniser) -> None:
    reading = toy.read(images(4), CANVAS)
    asked = toy.sureness_of(reading, reading.codes.tolist())
    torch.testing.assert_close(asked, reading.sureness)
    every = torch.stack([toy.sureness_of(reading, [code] * 4) for code in toy.characters])
    torch.testing.assert_close(every.sum(0), torch.ones(4))


def test_a_character_that_it_was_not_taught_has_no_probability(toy: Recogniser) -> None:
    assert not toy.knows(ord("永"))
    assert toy.knows(ord("丁"))
    sure = toy.sureness_of(toy.read(images(2), CANVAS), [ord("永"), ord("丁")])
    assert torch.isnan(sure).tolist() == [True, False]


def test_size_and_margin_do_not_change_what_is_seen() -> None:
    glyph = images(1, 32)
    at_64 = glyph.repeat_interleave(2, 2).repeat_interleave(2, 3)
    at_128 = at_64.repeat_interleave(2, 2).repeat_interleave(2, 3)
    torch.testing.assert_close(as_seen(at_128, Canvas(128)), at_64)
    framed = torch.nn.functional.pad(at_64, (32, 32, 32, 32), value=1.0)
    torch.testing.assert_close(as_seen(framed, Canvas(128, margin=0.5)), at_64)


@pytest.mark.parametrize("which", ["recogniser", "judge"])
def test_what_comes_with_fontgan_reads_its_fonts(which: Which) -> None:
    network = Recogniser.bundled(which)
    assert {*parse_charset("gb2312")} - {*network.characters} == {
        code for code in parse_charset("gb2312") if not network.knows(code)
    }
    assert all(network.knows(code) for code in gb2312_level(1))
    # Ma Shan Zheng is a brush that neither has seen.
    for name, least in (("noto-sans-sc.otf", 0.97), ("fontgan-kai.ttf", 0.97), ("ma-shan-zheng.ttf", 0.8)):
        source = open_source(FontLocation(bundled_font(name)))
        glyphs = random_glyphs(
            source, [code for code in gb2312_level(1) if source.draws(code)], 100, 64, seed=0
        )
        stacked = torch.from_numpy(np.stack(list(glyphs.values()))).unsqueeze(1).float() / 255
        reading = network.read(stacked, CANVAS)
        right = (reading.codes == torch.tensor(list(glyphs))).float().mean()
        assert right >= least, f"{which} reads {right:.0%} of {name}"


def test_the_two_share_no_font_and_have_seen_none_that_is_a_test() -> None:
    records = [Recogniser.bundled(which).record for which in ("recogniser", "judge")]
    names = [{font["name"] for font in record["learnt_from"]} for record in records]
    assert all(len(found) > 20 for found in names)
    assert not names[0] & names[1]
    for record in records:
        for font in record["learnt_from"]:
            assert font["licence"] in ("OFL-1.1", "Apache-2.0", "BSD-3-Clause", "public domain")
            assert not any(banned in font["package"] for banned in BANNED)

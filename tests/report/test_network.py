"""Drawings of networks."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from torch import nn

from fontgan.anatomy.layers import Anatomy, dissect
from fontgan.errors import FontganError
from fontgan.models import find_model
from fontgan.models.examples import example_inputs
from fontgan.report.network import draw_network, save_network
from fontgan.report.network_layout import Layout
from tests.models.small import PRESETS, small_settings, small_spec

SPACE = "{http://www.w3.org/2000/svg}"


def anatomy_of(name: str, preset: str) -> Anatomy:
    kind, settings = find_model(name), small_settings(name, preset)
    network = kind.build_generator(settings, small_spec(name))
    return dissect(network, example_inputs(kind, settings, 64))


def words_of(drawing: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(drawing).iter(f"{SPACE}text")]


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_every_stage_skip_and_note_is_told(name: str, preset: str) -> None:
    anatomy = anatomy_of(name, preset)
    words = words_of(draw_network(anatomy, "a title"))
    assert words[:2] == ["a title", f"{anatomy.parameters:,} weights"]
    for stage in anatomy.stages:
        assert words.count(stage.name) == 1
    assert sum(word.startswith(("concat", "add")) for word in words) == len(anatomy.skips)
    assert {note for part in anatomy.parts for note in part.notes} <= set(words)


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_boxes_keep_apart_and_skips_run_level(name: str, preset: str) -> None:
    for part in anatomy_of(name, preset).parts:
        layout = Layout(part, 100)
        boxes = list(layout.boxes.values())
        assert len(boxes) == len(part.inputs) + len(part.stages)
        for number, one in enumerate(boxes):
            assert 0 < one.left < one.right < layout.right
            assert 100 <= one.top < one.bottom <= layout.bottom
            for other in boxes[:number]:
                beside = one.right < other.left or other.right < one.left
                assert beside or one.bottom < other.top or other.bottom < one.top
        for skip in part.skips:
            assert layout.boxes[skip.start].y == layout.boxes[skip.end].y


def test_titles_cannot_break_the_drawing(tmp_path: Path) -> None:
    path = tmp_path / "new" / "network.svg"
    save_network(path, anatomy_of("pix2pix", "default"), 'a <b> & "c" \x1b永\x00')
    drawing = path.read_text(encoding="utf-8")
    assert words_of(drawing)[0] == 'a <b> & "c" 永'
    assert ElementTree.fromstring(drawing).findtext(f"{SPACE}title") == 'a <b> & "c" 永'


def test_a_network_of_unknown_kind_is_drawn_in_one_column() -> None:
    network = nn.Sequential(nn.Conv2d(1, 4, 4, 2, 1), nn.Flatten(), nn.Linear(4096, 7))
    anatomy = dissect(network, [torch.rand(1, 1, 64, 64)])
    assert {"0", "1", "2", "content"} <= set(words_of(draw_network(anatomy, "odd")))
    boxes = Layout(anatomy.parts[0], 0).boxes
    assert boxes["content"].bottom < boxes["0"].top < boxes["1"].top < boxes["2"].top


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FontganError, match="cannot be written"):
        save_network(tmp_path / "file" / "network.svg", anatomy_of("pix2pix", "default"), "title")

"""Drawing part by part: the images of one drawing, in the memory of one part."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from fontgan.assets import CONTENT_FONT, STYLE_FONTS, bundled_font
from fontgan.data.render import render_dataset
from fontgan.data.store import GlyphStore
from fontgan.drawing.drawer import Drawer
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.charset import is_han
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.models import find_model
from fontgan.report.glyphs import save_drawing
from fontgan.runs.record import CheckpointRecord
from tests.models.small import CPU

CONTENT, STYLE = bundled_font(CONTENT_FONT), bundled_font(STYLE_FONTS[0])
CODES = [code for code in Face(FontLocation(CONTENT)).mapped() if is_han(code)]


class Copy(nn.Module):
    """Draws the content. It counts its batches, and may break after some of them."""

    def __init__(self, sound: int | None = None) -> None:
        super().__init__()
        self.batches, self.sound = 0, sound

    def forward(self, content: Tensor) -> Tensor:
        self.batches += 1
        return content if self.sound is None or self.batches <= self.sound else content * torch.nan


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> CheckpointRecord:
    """Of two bundled fonts."""
    data = tmp_path_factory.mktemp("data") / "glyphs.lmdb"
    render_dataset([FontLocation(CONTENT)], [FontLocation(STYLE)], CODES[:8], 64, data)
    with GlyphStore(data) as store:
        faces = store.record.faces
    settings = find_model("pix2pix").preset("default")
    return CheckpointRecord("pix2pix", settings, Canvas(64), 1, faces[:1], faces[1:], {"iou": 0.5}, "iou")


@pytest.mark.parametrize("count", [1, 63, 64, 65, 128, 300])
def test_the_parts_together_are_the_drawing(record: CheckpointRecord, count: int) -> None:
    """At the ends of batches, with characters that the font lacks before, among and after the others."""
    drawer, codes = Drawer.of(Copy(), record, CPU), list(CODES[:count])
    asked = [ord("A"), *codes[: count // 2], ord("B"), *codes[count // 2 :], ord("C")]
    parts, whole = list(drawer.parts(asked)), drawer.draw(asked)
    assert [len(part) for part in parts] == [64] * (count // 64) + [count % 64] * bool(count % 64)
    assert (whole.codes, whole.lacking) == (codes, [ord("A"), ord("B"), ord("C")])
    assert [code for part in parts for code in part.lacking] == whole.lacking
    glyphs = [glyph for part in parts for glyph in part]
    for one, other in zip(glyphs, whole, strict=True):
        for name, value in vars(one).items():
            assert np.array_equal(value, vars(other)[name]), name


@pytest.mark.slow
def test_many_characters_are_drawn_and_saved_in_the_memory_of_a_few(
    record: CheckpointRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fontgan.report.glyphs.MOST_ON_SHEET", 64)
    peaks = []
    for count in (768, 128, 768):  # the first for what a process takes once, such as room for names of files
        parts = Drawer.of(Copy(), record, CPU).parts(CODES[:count])
        tracemalloc.start()
        save_drawing(parts, tmp_path / str(count))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < 1.1 * peaks[1]


def test_images_are_written_as_they_come_and_the_sheet_with_the_last_that_it_shows(
    record: CheckpointRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fontgan.report.glyphs.MOST_ON_SHEET", 100)
    out = tmp_path / "out"
    for sound, sheet in ((1, False), (2, True)):
        with pytest.raises(FontganError, match="NaN or infinity"):
            save_drawing(Drawer.of(Copy(sound), record, CPU).parts(CODES[:300]), out)
        assert len(list((out / "glyphs").iterdir())) == 64 * sound
        assert (out / "sheet.png").exists() == sheet


def test_a_sheet_alone_needs_no_more_than_it_shows(record: CheckpointRecord, tmp_path: Path) -> None:
    network = Copy()
    saved = save_drawing(Drawer.of(network, record, CPU).parts(CODES[:300]), tmp_path / "only.png")
    assert network.batches == 4  # 256 characters, of which the sheet shows 240
    assert saved.paths == list(tmp_path.iterdir()) == [tmp_path / "only.png"]
    assert saved.drawn == 256
    save_drawing(Drawer.of(network, record, CPU).parts(CODES[:300]), tmp_path / "folder")
    with Image.open(tmp_path / "only.png") as one, Image.open(tmp_path / "folder" / "sheet.png") as other:
        assert one.tobytes() == other.tobytes()


def test_nothing_is_written_where_nothing_can_be_drawn(record: CheckpointRecord, tmp_path: Path) -> None:
    for network, asked, words in (
        (Copy(), "AB", r"cannot draw A U\+0041, B U\+0042"),
        (Copy(0), "一", "pix2pix draws images of NaN or infinity: its weights are broken: choose another"),
    ):
        with pytest.raises(FontganError, match=words):
            save_drawing(Drawer.of(network, record, CPU).parts(asked), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []

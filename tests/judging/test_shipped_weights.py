"""The weights that come with fontgan find what is wrong in a brush font that they never saw."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from torch import nn

from fontgan.assets import CONTENT_FONT, STYLE_FONTS, bundled_font
from fontgan.data.render import render_dataset
from fontgan.data.store import GlyphStore
from fontgan.drawing.drawer import Drawer
from fontgan.drawing.drawing import Drawing
from fontgan.fonts.charset import gb2312_level, scattered
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.judging.doubts import Checker
from fontgan.models import find_model
from fontgan.runs.record import CheckpointRecord
from tests.models.small import CPU

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Checker, Drawing]:
    """A checker of Ma Shan Zheng, and its own glyphs as if they had been drawn."""
    content, style = bundled_font(CONTENT_FONT), bundled_font(STYLE_FONTS[1])
    face = Face(FontLocation(style))
    codes = [code for code in scattered(gb2312_level(1)) if face.draws(code)][:120]
    data = tmp_path_factory.mktemp("data") / "glyphs.lmdb"
    render_dataset([FontLocation(content)], [FontLocation(style)], codes, 64, data)
    with GlyphStore(data) as store:
        canvas, faces = store.record.canvas, store.record.faces
    settings = find_model("pix2pix").preset("default")
    record = CheckpointRecord("pix2pix", settings, canvas, 1, faces[:1], faces[1:], {"iou": 0.5}, "iou")
    drawer = Drawer.of(nn.Identity(), record, CPU)
    drawing = drawer.draw(codes)
    own = np.stack([glyph for glyph in drawing.truth if glyph is not None])
    assert len(own) == len(drawing)
    return Checker(drawer), replace(drawing, images=own)


def share(judged: tuple[Checker, Drawing], images: np.ndarray) -> float:
    """Which share of the images is doubtful."""
    checker, drawing = judged
    return len(checker.judge(replace(drawing, images=images))) / len(drawing)


def test_right_glyphs_pass(judged: tuple[Checker, Drawing]) -> None:
    assert share(judged, judged[1].images) < 0.12


def test_wrong_characters_are_found(judged: tuple[Checker, Drawing]) -> None:
    assert share(judged, np.roll(judged[1].images, 1, axis=0)) > 0.9


def test_halves_of_glyphs_are_found(judged: tuple[Checker, Drawing]) -> None:
    halved = judged[1].images.copy()
    halved[:, :, :32] = 255
    assert share(judged, halved) > 0.9

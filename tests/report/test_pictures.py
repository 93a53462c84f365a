"""What is wrong with a glyph, in colour."""

from __future__ import annotations

import numpy as np

from fontgan.fonts.canvas import Canvas
from fontgan.report.pictures import marked

GLYPH = np.tile(np.repeat([0, 255], 64).astype(np.uint8), (128, 1))  # ink on the left
NOTHING = np.zeros((16, 16), np.float32)


def test_a_right_glyph_stays_as_it_is() -> None:
    assert np.array_equal(marked(GLYPH, NOTHING, NOTHING, Canvas(128)), np.stack([GLYPH] * 3, 2))


def test_colours_lie_where_something_is_wrong_and_on_the_em_box() -> None:
    canvas = Canvas(128, margin=0.125)  # 13 px of margin, cells of 6 px
    missing, extra = NOTHING.copy(), NOTHING.copy()
    missing[:, 12:], extra[:, :4] = 1, 1
    picture = marked(GLYPH, missing, extra, canvas).astype(int)
    red, blue = picture[..., 0], picture[..., 2]
    assert (red - blue)[64, 105] > 100  # orange on paper
    assert (blue - red)[64, 22] > 100  # blue on ink
    grey = np.ptp(picture, axis=2) == 0
    assert grey[:, 46:82].all()
    for turned in (grey, grey.T):
        assert turned[:13].all()
        assert turned[-13:].all()

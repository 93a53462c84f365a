"""Whether a glyph has the strokes of its character, and what the network for that is taught with."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from planting import ERRORS, marks

from fontgan.fonts.canvas import Canvas
from fontgan.judging.verifier import Verifier
from tests.judging.toys import save_verifier


def cross(row: int, column: int) -> torch.Tensor:
    """A glyph of a horizontal and a vertical stroke, as ink."""
    ink = torch.zeros(1, 1, 64, 64)
    ink[..., row : row + 4, 6:58] = 1
    ink[..., 6:58, column : column + 4] = 1
    return ink


def two_parts() -> torch.Tensor:
    """A glyph of two parts with a gap between them."""
    ink = torch.zeros(1, 1, 64, 64)
    ink[..., 8:56, 6:10] = ink[..., 8:56, 20:24] = ink[..., 30:34, 6:24] = 1
    ink[..., 8:56, 38:42] = ink[..., 8:56, 54:58] = ink[..., 30:34, 38:58] = 1
    return ink


def test_a_batch_of_one_is_verified_as_a_batch_of_many(tmp_path: Path) -> None:
    verifier = Verifier(save_verifier(tmp_path / "toy.safetensors"))
    content, drawn = torch.rand(2, 5, 1, 64, 64, generator=torch.Generator().manual_seed(0))
    together = verifier.compare(content, drawn, Canvas(64))
    assert together.missing.shape == together.extra.shape == (5, 16, 16)
    alone = verifier.compare(content[3:4], drawn[3:4], Canvas(64))
    torch.testing.assert_close(alone.doubt[0], together.doubt[3])
    torch.testing.assert_close(alone.missing[0], together.missing[3])


def test_what_is_missing_and_what_is_too_much_are_kept_apart() -> None:
    whole, less = cross(30, 30), cross(30, 30)
    less[..., 6:26, 30:34] = 0
    missing, extra = marks(whole, less)[0]
    assert missing[6:22, 30:34].all()
    assert missing.sum() < 20 * 4
    assert not extra.any()
    assert torch.equal(marks(less, whole)[0].flip(0), marks(whole, less)[0])
    assert not marks(whole, torch.roll(whole, 2, 3)).any()  # within the tolerance


@pytest.mark.parametrize("name", [name for name in ERRORS if name != "strokes merged"])
def test_a_planted_error_is_marked(name: str) -> None:
    generator = torch.Generator().manual_seed(3)
    glyphs, others = two_parts().repeat(16, 1, 1, 1), two_parts().transpose(2, 3).repeat(16, 1, 1, 1)
    others[..., 44:48, :] = 0
    if name == "part swapped":
        others = two_parts().repeat(16, 1, 1, 1)
        others[..., 30:34, :] = 0
    planted = ERRORS[name](glyphs, others, generator)
    assert planted.shape == glyphs.shape
    assert planted.min() >= 0
    assert planted.max() <= 1
    wrong = marks(glyphs, planted).sum((2, 3))
    found = wrong.sum(1) > 8
    assert found.float().mean() > 0.3  # not every error fits every glyph: a long stroke stays
    if name.endswith("missing"):
        assert not wrong[:, 1].any()
    if name in ("stroke doubled", "stroke added"):
        assert not wrong[:, 0].any()


def test_a_part_is_erased_up_to_the_gap() -> None:
    planted = ERRORS["part missing"](two_parts(), two_parts(), torch.Generator().manual_seed(0))
    left, right = planted[..., :30].sum(), planted[..., 34:].sum()
    assert (left == 0) != (right == 0)


def test_merged_strokes_fill_a_gap() -> None:
    glyphs = torch.zeros(8, 1, 64, 64)
    glyphs[..., 10:54:8, 8:56] = 1
    glyphs[..., 11:54:8, 8:56] = 1
    planted = ERRORS["strokes merged"](glyphs, glyphs, torch.Generator().manual_seed(0))
    assert (planted >= glyphs).all()
    assert ((planted.sum((1, 2, 3)) - glyphs.sum((1, 2, 3))) > 30).all()

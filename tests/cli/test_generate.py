"""`fontgan generate`: what it leaves, and what it says about what it left out."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from fontTools.pens.boundsPen import BoundsPen
from fontTools.svgLib import SVGPath
from fontTools.ttLib import TTFont
from PIL import Image
from torch import Tensor, nn

from fontgan.drawing.drawer import Drawer
from fontgan.fonts.face import Face
from tests.helpers import Command, draw_with
from tests.judging.toys import judge_with_toys

GIVEN = ("--checkpoint", "run", "--device", "cpu", "--output", "out")


@pytest.fixture
def here(folder_with_run: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a run and its fonts, where a sheet shows two characters."""
    for module in ("drawing.drawing", "report.glyphs"):
        monkeypatch.setattr(f"fontgan.{module}.MOST_ON_SHEET", 2)
    return folder_with_run


def test_a_sheet_alone_says_what_it_does_not_show(here: Path, type_command: Command) -> None:
    note = "the sheet shows the first 2 of 3 characters: name a folder with --output"
    for chars, output, noted in (("一丁丂", "a.png", True), ("一丁", "b.png", False), ("一丁丂", "c", False)):
        given = ("--chars", chars, "--checkpoint", "run", "--output", output, "--device", "cpu")
        status, out, err = type_command("generate", *given)
        assert (status, out.splitlines()[0]) == (
            0,
            output if output.endswith("png") else f"{output}/sheet.png",
        )
        assert (note in " ".join(err.split())) == noted
    assert len(list((here / "c" / "glyphs").iterdir())) == 3


def test_what_the_content_font_lacks_is_named_and_the_rest_is_drawn(
    here: Path, type_command: Command
) -> None:
    given = ("--checkpoint", "run", "--output", "out", "--device", "cpu")
    status, _, err = type_command("generate", "--chars", "A一B", *given)
    assert status == 0
    assert "omitted: the content font does not have A U+0041, B U+0042" in " ".join(err.split())
    assert [path.name for path in (here / "out" / "glyphs").iterdir()] == ["U+4E00.png"]


class Spoilt(nn.Module):
    """Copies the content, of which every second image becomes paper, or noise."""

    def __init__(self, noise: bool = False) -> None:
        super().__init__()
        self.noise = noise

    def forward(self, content: Tensor) -> Tensor:
        drawn = content.clone()
        drawn[1::2] = 1.0
        if self.noise:
            drawn[1::2] = (torch.arange(64).view(1, 1, 64, 1) + torch.arange(64)) % 2
        return drawn


@pytest.fixture
def copying(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder, whose run draws the content as it is."""
    draw_with(nn.Identity(), monkeypatch)
    return here


def test_an_outline_lies_beside_its_image_and_in_its_em(copying: Path, type_command: Command) -> None:
    status, out, err = type_command("generate", "--chars", "一丁丂", "--svg", *GIVEN)
    assert (status, out.splitlines()) == (0, ["out/sheet.png", "out/glyphs"]), err
    names = sorted(path.stem for path in (copying / "out" / "glyphs").glob("*.svg"))
    assert names == ["U+4E00", "U+4E01", "U+4E02"]
    drawer = Drawer("run", device="cpu")
    face = drawer.contents[0].source
    assert isinstance(face, Face)
    for glyph in drawer.draw("一丁丂"):
        file = copying / "out" / "glyphs" / f"U+{glyph.code:04X}.svg"
        assert file.read_text(encoding="utf-8") == glyph.svg
        assert f'viewBox="0 -880 {1000 * glyph.placement.advance:g} 1000"' in glyph.svg
        drawn, true = BoundsPen(None), BoundsPen(None)
        SVGPath(str(file)).draw(drawn)
        names = (font := TTFont(face.location.path)).getBestCmap()
        font.getGlyphSet()[names[glyph.code]].draw(true)
        left, top, right, bottom = drawn.bounds
        assert (left, right) == pytest.approx((true.bounds[0], true.bounds[2]), abs=2)  # thousandths of an em
        raised = drawer.record.contents[0].shift - glyph.placement.shift
        assert (-bottom, -top) == pytest.approx(
            [1000 * raised + y for y in (true.bounds[1], true.bounds[3])], abs=2
        )


def test_the_outline_of_an_older_image_does_not_stay(copying: Path, type_command: Command) -> None:
    glyphs = copying / "out" / "glyphs"
    type_command("generate", "--chars", "一丁", "--svg", *GIVEN)
    type_command("generate", "--chars", "一", *GIVEN)
    assert [path.name for path in glyphs.glob("*.svg")] == ["U+4E01.svg"]  # as the PNGs, those of others stay


@pytest.mark.parametrize("noise", [False, True])
def test_images_without_an_outline_are_named(
    here: Path, type_command: Command, monkeypatch: pytest.MonkeyPatch, noise: bool
) -> None:
    draw_with(nn.Identity(), monkeypatch)
    type_command("generate", "--chars", "丁", "--svg", *GIVEN)
    draw_with(Spoilt(noise), monkeypatch)
    status, out, err = type_command("generate", "--chars", "一丁", "--svg", *GIVEN)
    assert (status, out.splitlines()[-1]) == (0, "out/glyphs-doubtful.txt")
    assert "without an outline: the images are blank or noise: 丁 U+4E01" in " ".join(err.split())
    assert [path.name for path in (here / "out" / "glyphs").glob("*.svg")] == ["U+4E00.svg"]
    reason = "the image is noise" if noise else "the image is blank"
    assert (
        (here / "out" / "glyphs-doubtful.txt").read_text("utf-8").startswith(f"丁 U+4E01 uni4E01: {reason}")
    )


def test_a_sheet_alone_has_no_outlines(copying: Path, type_command: Command) -> None:
    status, _, err = type_command("generate", "--chars", "一", *GIVEN[:-1], "a.png", "--svg")
    assert (status, err) == (
        1,
        "error: a.png is a sheet alone, without outlines: name a folder, or omit --svg\n",
    )
    assert not (copying / "a.png").exists()
    status, _, err = type_command("generate", "--chars", "一", *GIVEN[:-1], "a.svg")
    message = "sheets are PNG files: name a folder, and pass --svg for the outline of each character"
    assert (status, err) == (1, f"error: {message}\n")


def test_doubtful_characters_are_marked_and_listed(
    here: Path, type_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_with(Spoilt(), monkeypatch)
    judge_with_toys(monkeypatch)
    status, out, err = type_command("generate", "--chars", "一丁", "--check", *GIVEN)
    assert (status, out.splitlines()[-1]) == (0, "out/glyphs-doubtful.txt"), err
    assert "the strokes or the outline may be wrong of 丁 U+4E01" in " ".join(err.split())
    listed = (here / "out" / "glyphs-doubtful.txt").read_text("utf-8")
    assert listed == "丁 U+4E01 uni4E01: the image is blank\n"
    with Image.open(here / "out" / "sheet.png") as sheet:
        assert sheet.mode == "RGB"  # it has colours: what is missing
    status, out, _ = type_command("generate", "--chars", "一", "--check", *GIVEN)
    assert (status, out.splitlines()) == (0, ["out/sheet.png", "out/glyphs"])
    with Image.open(here / "out" / "sheet.png") as sheet:
        assert sheet.mode == "L"

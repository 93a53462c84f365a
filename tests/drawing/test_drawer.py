"""A drawer: which fonts it draws from and like, and what it knows of each character."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from fontgan.data.render import render_dataset
from fontgan.data.splits import split_of
from fontgan.data.store import GlyphStore
from fontgan.drawing.arrays import draw_arrays
from fontgan.drawing.drawer import Drawer
from fontgan.errors import FontganError
from fontgan.fonts import source as fonts_source
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.models import find_model
from fontgan.report.glyphs import Saved, save_drawing
from fontgan.runs.dataset import write_dataset
from fontgan.runs.folder import Run
from fontgan.runs.record import CheckpointRecord
from fontgan.runs.weights import load_checkpoint
from tests.helpers import images_of, keep_weights, shared
from tests.models.small import CPU
from tests.toy_fonts import CHARACTERS, build_font, build_proportional_font


@pytest.fixture
def run(toy_store: Path, tmp_path: Path) -> Run:
    """An untrained network that knows the toy fonts, in a run that knows where they lie."""
    settings = find_model("pix2pix").preset("default")
    with GlyphStore(toy_store) as store:
        content, style = store.record.faces
        record = CheckpointRecord(
            "pix2pix", settings, Canvas(64), 0, (content,), (style,), {"iou": 0.5}, "iou"
        )
        keep_weights(tmp_path / "run", record.build(), record)
        run = Run(tmp_path / "run")
        write_dataset(run, store, (content, style))
    return run


def test_only_what_training_learnt_from_is_marked_as_learnt(
    run: Run, toy_store: Path, tmp_path: Path
) -> None:
    """Whatever else the style font has, and would fall to training by its code point."""
    network, record = load_checkpoint(run.best)
    keep_weights(tmp_path / "few", network, replace(record, learnt_characters=chr(CHARACTERS[9])))
    with GlyphStore(toy_store) as store:
        write_dataset(Run(tmp_path / "few"), store, store.record.faces)
    drawing = Drawer(Run(tmp_path / "few"), device="cpu").draw(CHARACTERS[:12])
    assert drawing.learnt == {CHARACTERS[9]}


def test_a_drawing_knows_all_about_each_character(run: Run, toy_store: Path, tmp_path: Path) -> None:
    codes = [CHARACTERS[9], 0x41, CHARACTERS[2]]
    drawing = Drawer(run, device="cpu").draw(codes)
    assert drawing.codes == [CHARACTERS[9], CHARACTERS[2]]
    assert drawing.lacking == [0x41]
    assert drawing.notes == []
    assert drawing.learnt == {code for code in drawing.codes if split_of(code) == "train"}
    assert (drawing.content.shape, drawing.images.shape) == ((2, 1, 64, 64), (2, 64, 64))
    with GlyphStore(toy_store) as store:
        assert np.array_equal(drawing.content[:, 0], images_of(store, "content", drawing.codes))
        true = [glyph for glyph in drawing.truth if glyph is not None]
        assert np.array_equal(np.stack(true), images_of(store, "style", drawing.codes))
        shift = store.record.faces[1].shift
    glyph = drawing[chr(CHARACTERS[2])]
    assert [one.code for one in drawing] == drawing.codes
    assert (glyph.code, glyph.character) == (CHARACTERS[2], chr(CHARACTERS[2]))
    assert glyph.fonts == (FontLocation(tmp_path / "content.ttf"),)
    assert (glyph.placement.canvas, glyph.placement.shift) == (Canvas(64), shift)
    assert glyph.placement.advance == pytest.approx(1.0)
    assert glyph.drawn.dtype == np.float32
    assert np.array_equal((glyph.drawn * 255).round(), glyph.image)
    assert chr(CHARACTERS[9]) in drawing
    assert "A" not in drawing
    with pytest.raises(KeyError):
        drawing["A"]


def test_what_the_style_lacks_is_as_wide_as_its_own_glyphs_and_narrower_where_the_content_is(
    run: Run, tmp_path: Path
) -> None:
    network, record = load_checkpoint(run.best)
    narrow = replace(record.styles[0], advance=0.92, sha256="0" * 64)  # a font that is nowhere
    keep_weights(tmp_path / "narrow", network, replace(record, styles=(narrow,)))
    content = build_proportional_font(tmp_path / "proportional.ttf")
    drawing = Drawer(Run(tmp_path / "narrow"), sources=[content], device="cpu").draw(CHARACTERS[:4])
    assert [glyph.placement.advance for glyph in drawing] == pytest.approx(
        [0.92, 0.92 * 0.31, 0.92, 0.92 * 0.33]
    )


def test_text_is_drawn_as_its_code_points_each_once(run: Run) -> None:
    drawer = Drawer(run, device="cpu")
    assert drawer.draw("一丁 一\n").codes == drawer.draw([0x4E00, 0x4E01]).codes == [0x4E00, 0x4E01]


def test_one_character_alone_is_drawn_as_among_many(run: Run) -> None:
    drawer = Drawer(run, device="cpu")
    many = drawer.draw(CHARACTERS).images
    for place in (0, 17, 63):
        alone = drawer.draw([CHARACTERS[place]]).images[0]
        assert np.abs(alone.astype(int) - many[place]).max() <= 1


def test_each_font_is_opened_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def counted(location: FontLocation) -> Face:
        opened.append(location.path.name)
        return Face(location)

    monkeypatch.setattr(fonts_source, "Face", counted)
    drawer = Drawer(run, device="cpu")
    for _ in range(2):
        drawer.draw(CHARACTERS[:3])
        assert drawer.style_draws(CHARACTERS[0])
    assert sorted(opened) == ["content.ttf", "style.ttf"]


def test_a_network_that_is_loaded_already_can_be_drawn_with(run: Run, tmp_path: Path) -> None:
    record = run.record
    torch.manual_seed(0)
    network = record.build().eval()
    source = tmp_path / "content.ttf"
    drawing = Drawer.of(network, record, CPU, sources=[source]).draw(CHARACTERS[:3])
    content = torch.from_numpy(drawing.content)
    assert np.array_equal(draw_arrays(network, content).squeeze(1).numpy(), drawing.drawn)


def test_a_content_font_that_moved_is_named_by_source(run: Run, tmp_path: Path) -> None:
    before = Drawer(run, device="cpu").draw(CHARACTERS[:3]).images
    moved = shutil.move(tmp_path / "content.ttf", tmp_path / "moved.ttf")
    with pytest.raises(FontganError, match=r"content\.ttf is missing: .* pass its new location with source$"):
        Drawer(run, device="cpu")
    after = Drawer(run, sources=[moved], device="cpu").draw(CHARACTERS[:3])
    assert np.array_equal(after.images, before)
    assert after.notes == []


def test_weights_outside_of_their_run_find_their_fonts_beside_them(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Drawer(run, device="cpu").draw(CHARACTERS[:3]).images
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    weights = Path(shutil.copy(run.best, elsewhere / "mine.safetensors"))
    monkeypatch.chdir(elsewhere)
    with pytest.raises(FontganError, match=r"the content font content\.ttf is missing"):
        Drawer(weights, device="cpu")
    for folder in (elsewhere, tmp_path / "here"):
        folder.mkdir(exist_ok=True)
        monkeypatch.chdir(folder)
        for name in ("content.ttf", "style.ttf"):
            shutil.copy(tmp_path / name, folder)
        found = Drawer(weights, device="cpu")
        assert (found.name, found.notes) == ("mine", [])
        assert np.array_equal(found.draw(CHARACTERS[:3]).images, before)
        for name in ("content.ttf", "style.ttf"):
            (folder / name).unlink()
    build_font(elsewhere / "content.ttf", CHARACTERS, "Content", raised=10)
    with pytest.raises(FontganError, match="the content font"):  # another font of that name is not taken
        Drawer(weights, device="cpu")


def test_another_content_font_is_noted_and_a_changed_one_refused(run: Run, tmp_path: Path) -> None:
    other = build_font(tmp_path / "other.ttf", CHARACTERS, "Other", raised=30)
    drawing = Drawer(run, sources=[other], device="cpu").draw(CHARACTERS[:3])
    assert "other.ttf is not a font that it was trained with (Content)" in drawing.notes[0]
    build_font(tmp_path / "content.ttf", CHARACTERS, "Content", raised=10)
    with pytest.raises(FontganError, match=r"content\.ttf has changed since training"):
        Drawer(run, device="cpu")


def test_another_content_font_lies_the_same_whatever_is_drawn(run: Run, tmp_path: Path) -> None:
    other = build_font(tmp_path / "other.ttf", CHARACTERS, "Other", raised=30)
    drawer = Drawer(run, sources=[other], device="cpu")
    some, one = drawer.draw(CHARACTERS[:9]), drawer.draw(CHARACTERS[8:9])
    assert np.array_equal(some.content[8], one.content[0])


def test_without_the_style_font_only_the_truth_is_missing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "style.ttf").unlink()
    drawing = Drawer(run, device="cpu").draw(CHARACTERS[:2])
    assert drawing.truth == [None, None]
    assert "style.ttf is missing" in drawing.notes[0]
    build_font(tmp_path / "style.ttf", CHARACTERS, "Another")
    drawer = Drawer(run, device="cpu")
    assert "style.ttf has changed since training" in drawer.notes[0]
    with pytest.raises(FontganError, match=r"style font style\.ttf is missing"):
        drawer.style_draws(CHARACTERS[0])


def test_what_the_style_font_draws_is_asked_of_its_own_file(run: Run) -> None:
    drawer = Drawer(run, device="cpu")
    assert drawer.style_draws(CHARACTERS[0])
    assert not drawer.style_draws(ord("A"))


def test_where_the_font_draws_none_of_the_characters_it_is_refused(run: Run) -> None:
    with pytest.raises(FontganError, match=r"cannot draw A U\+0041, B U\+0042"):
        Drawer(run, device="cpu").draw("AB")


class Darkest(nn.Module):
    """Draws the ink of all channels."""

    def forward(self, content: Tensor) -> Tensor:
        return content.amin(dim=1, keepdim=True)


@pytest.fixture
def stacked(tmp_path: Path) -> CheckpointRecord:
    """A record of two content fonts as channels; the second has every other character."""
    settings = find_model("pix2pix").preset("default")
    whole = build_font(tmp_path / "whole.ttf", CHARACTERS, "Whole")
    half = build_font(tmp_path / "half.ttf", CHARACTERS[::2], "Half", width=300)
    style = build_font(tmp_path / "style.ttf", CHARACTERS, "Style")
    data = tmp_path / "glyphs.lmdb"
    contents = [FontLocation(whole), FontLocation(half)]
    render_dataset(contents, [FontLocation(style)], CHARACTERS, 64, data)
    with GlyphStore(data) as store:
        *faces, learnt = store.record.faces
    return CheckpointRecord(
        "pix2pix", settings, Canvas(64), 1, tuple(faces), (learnt,), {"iou": 0.5}, "iou", stacked=True
    )


def test_stacked_content_fonts_are_channels_blank_where_one_lacks_a_character(
    stacked: CheckpointRecord, tmp_path: Path
) -> None:
    drawing = Drawer.of(Darkest(), stacked, CPU).draw([*CHARACTERS[:2], ord("A")])
    assert drawing.content.shape == (2, 2, 64, 64)
    assert drawing.lacking == [ord("A")]
    whole, half = FontLocation(tmp_path / "whole.ttf"), FontLocation(tmp_path / "half.ttf")
    assert [glyph.fonts for glyph in drawing] == [(whole, half), (whole, None)]
    assert (drawing.content[1, 1] == 255).all()
    assert (drawing.content[0, 1] < 255).any()
    assert np.array_equal(drawing.images, drawing.content.min(axis=1))
    assert save_drawing([drawing], tmp_path / "sheet.png").paths == [tmp_path / "sheet.png"]


def test_a_stacked_font_that_is_missing_is_replaced_in_its_place(
    stacked: CheckpointRecord, tmp_path: Path
) -> None:
    other = build_font(tmp_path / "other.ttf", CHARACTERS, "Other", width=500)
    moved = Path(shutil.move(tmp_path / "whole.ttf", tmp_path / "moved.ttf"))
    with pytest.raises(FontganError, match=r"whole\.ttf is missing"):
        Drawer.of(Darkest(), stacked, CPU)
    # Known by its content, wherever and in whichever order it is given; the other one takes the free place.
    names = {
        (moved,): ["moved.ttf", "half.ttf"],
        (other,): ["other.ttf", "half.ttf"],
        (other, moved): ["moved.ttf", "other.ttf"],
        (tmp_path / "half.ttf", other): ["other.ttf", "half.ttf"],
    }
    for sources, wanted in names.items():
        drawer = Drawer.of(Darkest(), stacked, CPU, sources=sources)
        assert [font.source.location.path.name for font in drawer.contents] == wanted
        assert [other.name in note for note in drawer.notes] == [True] * (other in sources)
    with pytest.raises(FontganError, match="3 content fonts were passed, but the network takes 2"):
        Drawer.of(Darkest(), stacked, CPU, sources=[moved, other, tmp_path / "style.ttf"])


def test_weights_carry_no_path_of_a_machine(run: Run, tmp_path: Path) -> None:
    assert str(tmp_path).encode() not in run.best.read_bytes()
    record = run.record
    assert shared(record) == record
    assert replace(record.contents[0], path="x") != record.contents[0]


def test_files_are_named_by_code_point(run: Run, tmp_path: Path) -> None:
    drawing = Drawer(run, device="cpu").draw([CHARACTERS[0], ord("A"), CHARACTERS[1]])
    out = tmp_path / "out"
    assert save_drawing([drawing], out) == Saved([out / "sheet.png", out / "glyphs"], 2, [ord("A")])
    assert sorted(path.name for path in (out / "glyphs").iterdir()) == ["U+4E00.png", "U+4E01.png"]
    assert save_drawing([drawing], tmp_path / "only.png").paths == [tmp_path / "only.png"]
    save_drawing([drawing], tmp_path / "nothing", writes=False)
    assert sorted(path.name for path in tmp_path.glob("o*")) == ["only.png", "out"]
    assert not (tmp_path / "nothing").exists()


@pytest.mark.slow
def test_a_sheet_shows_the_first_of_very_many(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = Drawer(run, device="cpu").draw(CHARACTERS)
    save_drawing([drawing], tmp_path / "all")
    monkeypatch.setattr("fontgan.drawing.drawing.MOST_ON_SHEET", 24)
    save_drawing([drawing], tmp_path / "some")
    heights = []
    for name in ("all", "some"):
        with Image.open(tmp_path / name / "sheet.png") as sheet:
            heights.append(sheet.height)
    assert 2.5 < heights[0] / heights[1] < 3  # 64 characters in six bands, 24 in two
    assert len(list((tmp_path / "some" / "glyphs").iterdir())) == len(CHARACTERS)


def test_what_cannot_be_asked_of_a_drawer_is_refused_before_it_draws(run: Run) -> None:
    drawer = Drawer(run, device="cpu")
    with pytest.raises(FontganError, match="there is no character to draw"):
        drawer.draw("")
    with pytest.raises(FontganError, match="there is no cleaning 'level'; did you mean 'levels'"):
        drawer.draw(CHARACTERS[:2], cleaning="level")  # type: ignore[arg-type]
    with pytest.raises(FontganError, match="there is no device 'gpu'"):
        Drawer(run, device="gpu")  # type: ignore[arg-type]


def test_one_source_may_be_given_without_a_list(run: Run) -> None:
    font = str(Drawer(run, device="cpu").contents[0].source.location)
    assert len(Drawer(run, sources=font, device="cpu").contents) == 1

"""An evaluation: what is measured, beside what, and what is said of the rest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fontgan.data.images import as_floats
from fontgan.data.splits import Few, split_of
from fontgan.data.store import GlyphStore
from fontgan.drawing.drawer import Drawer
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.judging.evaluation import Side, evaluate
from fontgan.judging.recogniser import Recogniser
from fontgan.measures.glyphs import measure
from fontgan.measures.table import FURTHER, OF_SETS, TABLE
from fontgan.models import find_model
from fontgan.report.evaluation import save_evaluation
from fontgan.runs.record import CheckpointRecord
from tests.judging.untaught import save_recogniser
from tests.models.small import CPU
from tests.toy_fonts import CHARACTERS, build_font

TEST = [code for code in CHARACTERS if split_of(code) == "test"]
LEARNT = [code for code in CHARACTERS if split_of(code) == "train"]


def untaught_judge(path: Path, characters: Sequence[int]) -> Recogniser:
    return Recogniser(save_recogniser(path, "".join(map(chr, characters))))


@pytest.fixture
def judge(tmp_path: Path) -> Recogniser:
    return untaught_judge(tmp_path / "judge.safetensors", CHARACTERS)


@pytest.fixture
def record(toy_store: Path) -> CheckpointRecord:
    """A run of the toy fonts that learnt from the training split."""
    with GlyphStore(toy_store) as store:
        content, style = store.record.faces
    settings = find_model("pix2pix").preset("default")
    learnt = "".join(map(chr, LEARNT))
    measures = {"iou": 0.5}
    return CheckpointRecord(
        "pix2pix", settings, Canvas(64), 0, (content,), (style,), measures, "iou", learnt_characters=learnt
    )


def copier(record: CheckpointRecord) -> Drawer:
    return Drawer.of(nn.Identity(), record, CPU)


class Blank(nn.Module):
    """Draws paper."""

    def forward(self, content: Tensor) -> Tensor:
        return torch.ones_like(content)


def test_the_test_characters_are_measured_beside_what_there_is_to_beat(
    record: CheckpointRecord, judge: Recogniser
) -> None:
    drawer = copier(record)
    found = evaluate(drawer, judge=judge)
    assert found.codes == TEST
    assert list(found.sides) == ["model", "copy", "nearest", "style"]
    drawing = drawer.draw(TEST)
    true = np.stack([glyph for glyph in drawing.truth if glyph is not None])
    assert np.array_equal(found.drawn, drawing.images)
    assert np.array_equal(found.content, drawing.content[:, 0])
    assert np.array_equal(found.truth, true)
    for name, side in found.sides.items():
        assert set(side.values) == {of.name for of in (*TABLE, *FURTHER)}, name
        assert set(side.whole) == {of.name for of in OF_SETS}, name
    model, copy, style = (found.sides[name] for name in ("model", "copy", "style"))
    for name, values in model.values.items():  # it copies the content
        assert np.array_equal(values, copy.values[name], equal_nan=True)
    assert (style.mean("iou"), style.mean("l1"), style.mean("chamfer")) == (1, 0, 0)
    assert style.whole["sliced_wasserstein"] == 0
    assert style.whole["frechet"] == pytest.approx(0, abs=1e-6)
    assert style.whole["kernel_distance"] == pytest.approx(0, abs=1e-6)


def test_training_and_evaluation_agree(record: CheckpointRecord, judge: Recogniser) -> None:
    found = evaluate(copier(record), judge=judge)
    images, true = (as_floats(torch.from_numpy(side)[:, None]) for side in (found.drawn, found.truth))
    for name, value in measure(images, true).means().items():
        assert found.sides["model"].mean(name) == pytest.approx(value, abs=1e-6), name


def test_the_nearest_is_a_learnt_glyph_and_never_the_true_one(
    record: CheckpointRecord, judge: Recogniser
) -> None:
    drawer = copier(record)
    found = evaluate(drawer, judge=judge)
    learnt = list(drawer.draw(LEARNT))
    contents = np.stack([glyph.content[0] for glyph in learnt]).astype(float)
    for content, nearest in zip(found.content, found.nearest, strict=True):
        apart = ((contents - content) ** 2).sum((1, 2))
        alike = [learnt[row].truth for row in np.flatnonzero(apart == apart.min())]
        assert any(np.array_equal(nearest, glyph) for glyph in alike if glyph is not None)


def test_it_does_not_matter_how_many_are_measured_together(
    record: CheckpointRecord, judge: Recogniser
) -> None:
    drawer = copier(record)
    many = evaluate(drawer, TEST, judge=judge)
    alone = evaluate(drawer, TEST[1:2], judge=judge)
    for name, side in many.sides.items():
        for measured, values in side.values.items():
            expected = alone.sides[name].values[measured]
            assert values[1:2].tolist() == pytest.approx(expected.tolist(), abs=1e-5), measured


def test_the_judge_says_whether_it_is_the_right_character(record: CheckpointRecord, tmp_path: Path) -> None:
    known = untaught_judge(tmp_path / "known.safetensors", TEST[1:])
    drawer = copier(record)
    true = [drawer.true_glyph(code) for code in TEST[1:]]
    images = as_floats(torch.from_numpy(np.stack([glyph for glyph in true if glyph is not None]))[:, None])
    # It knows the true glyphs: each is nearest to itself.
    known._network.classes.data = known.read(images, record.canvas).features
    found = evaluate(drawer, judge=known)
    right = found.sides["style"].values["content_accuracy"]
    assert found.unknown == TEST[:1]
    assert np.isnan(right[0])
    assert right[1:].tolist() == [1] * (len(TEST) - 1)
    assert any(chr(TEST[0]) in note and "the judge does not know" in note for note in found.notes)
    assert set(found.sides["copy"].values["content_accuracy"][1:].tolist()) <= {0, 1}


def test_what_cannot_be_measured_is_named(record: CheckpointRecord, judge: Recogniser) -> None:
    found = evaluate(copier(record), [LEARNT[0], ord("A"), *TEST[:2]], judge=judge)
    assert found.codes == TEST[:2]
    notes = "\n".join(found.notes)
    assert f"omitted: learnt from, so they prove nothing: {chr(LEARNT[0])}" in notes
    assert "omitted: the content font does not have: A U+0041" in notes
    assert "figures of 2 characters scatter" in notes
    assert "measures of sets need more than 3 characters" in notes
    assert np.isnan(found.sides["model"].whole["precision"])


def test_blank_drawings_are_named_and_their_distances_are_missing(
    record: CheckpointRecord, judge: Recogniser
) -> None:
    found = evaluate(Drawer.of(Blank(), record, CPU), judge=judge)
    model = found.sides["model"]
    assert np.isnan(model.values["chamfer"]).all()
    assert np.isnan(model.mean("chamfer"))
    assert all(np.isnan(value) for value in model.percentiles("hausdorff95"))
    assert model.mean("fixed_l1") == pytest.approx(1)
    (note,) = [note for note in found.notes if "for lack of ink" in note]
    assert note.startswith("model: Chamfer, Hausdorff 95, stroke width do not apply")
    as_json = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert as_json["model"]["chamfer"]["mean"] is None


def test_characters_that_were_watched_are_said_to_be(record: CheckpointRecord, judge: Recogniser) -> None:
    few = Few("".join(map(chr, CHARACTERS[:20])), "".join(map(chr, CHARACTERS[20:22])))
    found = evaluate(copier(replace(record, few=few, learnt_characters=few.learnt)), judge=judge)
    assert found.codes == CHARACTERS[20:22]
    assert any(note.startswith("2 of the 2 characters were watched during training") for note in found.notes)


def test_a_run_without_held_out_characters_is_refused(record: CheckpointRecord, judge: Recogniser) -> None:
    few = Few("".join(map(chr, CHARACTERS[:3])), "")
    with pytest.raises(FontganError, match="holds out no character: it had 3"):
        evaluate(copier(replace(record, few=few, learnt_characters=few.learnt)), judge=judge)
    with pytest.raises(FontganError, match=r"no character can be measured .*learnt from"):
        evaluate(copier(record), LEARNT[:2], judge=judge)


def test_a_run_without_its_style_font_is_refused(
    record: CheckpointRecord, judge: Recogniser, tmp_path: Path
) -> None:
    (tmp_path / "style.ttf").unlink()
    with pytest.raises(FontganError, match=r"style\.ttf is missing") as caught:
        evaluate(copier(record), judge=judge)
    assert caught.value.remedy.endswith("pass a font that has its glyphs with truth")


@pytest.mark.parametrize(("raised", "grey"), [(90, 0), (140, 4)])
def test_a_whole_font_has_the_glyphs_that_the_style_lacks(
    record: CheckpointRecord, judge: Recogniser, tmp_path: Path, raised: int, grey: int
) -> None:
    """They lie as the style's own do: the same pixels, or within 1/64 of one if the font is raised."""
    more = [*range(0x4E00, 0x4E50)]
    whole = build_font(tmp_path / "whole.ttf", more, "Whole", raised=raised, width=200)
    build_font(tmp_path / "content.ttf", more, "Content")
    drawer = Drawer.of(nn.Identity(), record, CPU, sources=tmp_path / "content.ttf")
    found = evaluate(drawer, truth=whole, judge=judge)
    # Those of GB 2312 level 1: the style font has the first 64 characters.
    assert found.codes
    assert min(found.codes) > max(CHARACTERS)
    assert not any("otherwise" in note for note in found.notes)
    # A toy glyph of one code point is that of the code point 64 before it.
    for code, glyph in zip(found.codes, found.truth, strict=True):
        other = drawer.true_glyph(code - 64)
        assert other is not None
        assert np.abs(glyph.astype(int) - other).max() <= grey


def test_another_font_as_the_whole_one_is_noticed(
    record: CheckpointRecord, judge: Recogniser, tmp_path: Path
) -> None:
    other = build_font(tmp_path / "other.ttf", range(0x4E00, 0x4E50), "Other", width=800)
    found = evaluate(copier(record), TEST, truth=other, judge=judge)
    assert any("draws the characters of the style font otherwise" in note for note in found.notes)


def test_a_mean_leaves_out_what_does_not_apply_and_ink_counts_by_ink() -> None:
    values = {"chamfer": np.array([1, np.nan, 4], np.float32), "ink": np.array([1, 1, 3], np.float32)}
    side = Side(values, {}, np.array([0.1, 0.1, 0.2], np.float32))
    assert side.mean("chamfer") == 2.5
    assert side.percentiles("chamfer") == pytest.approx((1.3, 2.5, 3.7))
    assert side.mean("ink") == pytest.approx((0.1 + 0.1 + 0.6) / 0.4)


def test_its_files_show_the_best_and_the_worst(
    record: CheckpointRecord, judge: Recogniser, tmp_path: Path
) -> None:
    found = evaluate(copier(record), judge=judge)
    order = [found.sides["model"].values["iou"][place] for place in found.ranking()]
    assert order == sorted(order, reverse=True)
    paths = save_evaluation(found, tmp_path / "evaluated")
    assert [path.name for path in paths] == ["evaluation.json", "best.png", "median.png", "worst.png"]
    as_json = json.loads(paths[0].read_text("utf-8"))
    assert as_json["characters"] == "".join(map(chr, TEST))
    for name in ("model", "copy", "nearest", "style"):
        figures = as_json[name]["iou"]
        assert figures["mean"] == pytest.approx(found.sides[name].mean("iou"))
        assert list(figures["percentiles"]) == ["10", "50", "90"]
        assert len(figures["values"]) == len(TEST)
        assert as_json[name]["recall"]["value"] is None or as_json[name]["recall"]["value"] <= 1
    assert len({path.read_bytes() for path in paths[1:]}) == 3

"""Files of runs, by property: what is written is read again, and damage is an error of one line."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file

from fontgan.config.groups import flat
from fontgan.config.settings import ModelSettings
from fontgan.data.splits import Few
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.formats import as_record, to_text
from fontgan.models import find_model, model_names
from fontgan.models.base import FirstStage
from fontgan.runs import state
from fontgan.runs.dataset import font_paths
from fontgan.runs.folder import Run
from fontgan.runs.log import Broken, Finished, Line, Log, Measured, Progressed
from fontgan.runs.record import CheckpointRecord, Origin
from fontgan.runs.weights import read_record
from fontgan.training.decision import contradictions
from tests.helpers import FACE, keep_weights, shared
from tests.strategies import AMOUNTS, EXTRA, FINITE, JSON, SHA256, TEXTS, canvases, damaged, faces

NAMES = st.sampled_from(["iou", "fixed_l1", "l1", "ssim", "ink", "grey"])
FIGURES = st.dictionaries(NAMES, FINITE)
COUNTS = st.integers(0, 10**9)


@cache
def preset(model: str) -> ModelSettings:
    found: ModelSettings = find_model(model).preset("default")
    return found


@st.composite
def records(draw: st.DrawFn) -> CheckpointRecord:
    model = draw(st.sampled_from(model_names()))
    extra: dict[str, Any] = dict(draw(EXTRA))
    later = draw(EXTRA)
    extra |= {"settings": later} if later else {}
    measures = draw(FIGURES.filter(bool))
    return CheckpointRecord(
        model,
        preset(model),
        draw(canvases),
        draw(COUNTS),
        tuple(draw(st.lists(faces, min_size=1, max_size=2))),
        tuple(draw(st.lists(faces, min_size=1, max_size=2))),
        measures,
        draw(st.sampled_from([*(set(measures) - {"ink", "grey"}), "newest"])),
        FirstStage("pix2pix", preset("pix2pix")) if find_model(model).two_stages else None,
        draw(st.booleans()),
        draw(st.none() | st.builds(Origin, TEXTS, SHA256, extra=EXTRA)),
        draw(st.none() | st.builds(Few, TEXTS, TEXTS)),
        draw(TEXTS),
        extra,
    )


@pytest.mark.slow
@given(records())
def test_checkpoint_records_come_back_with_what_this_version_does_not_know(record: CheckpointRecord) -> None:
    data = json.loads(json.dumps(record.to_json(), default=str))
    found = CheckpointRecord.from_text(json.dumps(data), "it")
    assert found == shared(record)
    assert json.loads(json.dumps(found.to_json(), default=str)) == data


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damage")


def refused_or_sound(folder: Path, text: str) -> None:
    """Reading a checkpoint gives a record that can be used, or an error of one line."""
    path = folder / "generator.safetensors"
    save_file({"x": torch.zeros(1)}, path, {"fontgan": text})
    try:
        record = read_record(path)
    except FontganError as error:
        assert len(str(error).splitlines()) == 1
        return
    assert record.step >= 0
    assert abs(record.score) < math.inf
    assert flat(record.settings)
    assert record.style() == record.styles[0]
    text = to_text(record.to_json())
    assert to_text(CheckpointRecord.from_text(text, "it").to_json()) == text


@pytest.mark.slow
@given(data=st.data())
def test_a_damaged_checkpoint_record_is_an_error_of_one_line(folder: Path, data: st.DataObject) -> None:
    record = replace(data.draw(records()), contents=(FACE,), styles=(FACE,))
    whole = json.loads(json.dumps(record.to_json(), default=str))
    refused_or_sound(folder, json.dumps(data.draw(damaged(whole))))


@pytest.mark.slow
@given(text=JSON.map(json.dumps) | st.text(max_size=9))
def test_what_is_no_checkpoint_record_is_an_error_of_one_line(folder: Path, text: str) -> None:
    path = folder / "generator.safetensors"
    save_file({"x": torch.zeros(1)}, path, {"fontgan": text})
    with pytest.raises(FontganError, match=r"^[^\n]*$"):
        read_record(path)


NOTE = {
    "format": 2,
    "path": "data/glyphs.lmdb",
    "canvas": {"size": 64, "above": 0.88, "below": 0.12, "margin": 0.0},
    "sha256": "ab" * 32,
    "faces": [FACE.to_json()],
}


@pytest.mark.slow
@given(note=damaged(json.loads(json.dumps(NOTE))) | JSON)
def test_a_damaged_note_of_the_dataset_is_an_error_of_one_line(folder: Path, note: object) -> None:
    (folder / "config.toml").touch()
    run = Run(folder)
    run.dataset_path.write_text(json.dumps(note), encoding="utf-8")
    try:
        found = font_paths(run)
    except FontganError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert all(len(sha256) == 64 and path.name is not None for sha256, path in found.items())


LINES: st.SearchStrategy[Line] = (
    st.builds(Progressed, COUNTS, AMOUNTS, FIGURES, FIGURES, FIGURES, AMOUNTS, AMOUNTS)
    | st.builds(Measured, COUNTS, AMOUNTS, FIGURES)
    | st.builds(Broken, COUNTS, st.text(max_size=9))
    | st.builds(
        Finished,
        st.text("ab/字", min_size=1).map(Path),
        st.text("ab/字", min_size=1).map(Path),
        COUNTS,
        COUNTS,
        st.booleans(),
        AMOUNTS,
        AMOUNTS,
        AMOUNTS,
        AMOUNTS,
        st.dictionaries(st.text(max_size=3), FIGURES, max_size=2),
        st.text(max_size=4),
    )
)


@pytest.mark.slow
@given(lines=st.lists(LINES, max_size=4), unknown=EXTRA)
def test_logs_come_back_and_what_is_forgotten_is_what_came_later(
    folder: Path, lines: list[Line], unknown: dict[str, Any]
) -> None:
    log = Log(folder / "log.jsonl")
    log.path.unlink(missing_ok=True)
    for line in lines:
        log.write(line)
    assert log.lines == lines
    if not lines:
        return
    written = [json.loads(line) | unknown for line in log.path.read_text(encoding="utf-8").split("\n")[1:-1]]
    rows = [{"event": "format", "format": 2}, *written]
    log.path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert log.lines == lines
    log.forget_after(lines[0].step)
    assert log.lines == [line for line in lines if line.step <= lines[0].step]
    kept = [json.loads(line) for line in log.path.read_text(encoding="utf-8").split("\n")[1:-1]]
    assert kept == [row for row in written if row["step"] <= lines[0].step]


@pytest.mark.slow
@given(data=st.data(), lines=st.lists(LINES, min_size=1, max_size=2))
def test_a_damaged_log_is_an_error_of_one_line(folder: Path, data: st.DataObject, lines: list[Line]) -> None:
    log = Log(folder / "log.jsonl")
    log.path.unlink(missing_ok=True)
    for line in lines:
        log.write(line)
    rows = [json.loads(line) for line in log.path.read_text(encoding="utf-8").split("\n")[:-1]]
    rows = data.draw(damaged(rows))
    log.path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    try:
        assert all(isinstance(line.step, int) for line in log.lines)
        assert log.curves.run == folder.name
    except FontganError as error:
        assert len(str(error).splitlines()) == 1
    try:
        log.forget_after(3)
        assert all(json.loads(line) for line in log.path.read_text(encoding="utf-8").split("\n")[:-1])
    except FontganError as error:
        assert len(str(error).splitlines()) == 1


DECIDED = {"model": "pix2pix", "preset": "default", "seed": 0, "optimisation.batch_size": 8}
REACHED = {"step": 7, "images": 70, "seconds": 1.5, "progress": 0.5, "decided": DECIDED}


@given(reached=damaged(REACHED) | JSON)
def test_a_damaged_state_is_an_error_of_one_line(reached: object) -> None:
    try:
        found = as_record(state.Reached, reached, "it")
        assert min(found.step, found.images, found.seconds, found.progress) >= 0
        assert all(isinstance(line, str) for line in contradictions(found.decided, DECIDED))
    except FontganError as error:
        assert len(str(error).splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("reached", [{**REACHED, "step": "7"}, {**REACHED, "images": -1}, [REACHED], None])
def test_a_damaged_state_says_how_to_continue(tmp_path: Path, reached: object) -> None:
    record = CheckpointRecord(
        "pix2pix", preset("pix2pix"), Canvas(64), 7, (FACE,), (FACE,), {"iou": 0.5}, "iou"
    )
    folder = keep_weights(tmp_path, record.build(), record).parent
    torch.save({"format": 2, "reached": reached, "model": {}}, folder / "state.pt")
    with pytest.raises(
        FontganError, match=r"^\S+state.pt is damaged: [^\n]*: remove \S+, and resume will start over$"
    ):
        state.restore(Run(tmp_path), None)  # type: ignore[arg-type]  # it does not come to the model

"""Checkpoints: weights and record survive; what is damaged or foreign is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from fontgan.config.settings import BestBy
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.models import find_model
from fontgan.runs.record import CheckpointRecord, Origin
from fontgan.runs.weights import load_checkpoint, origin_of, read_record, save_weights
from tests.helpers import FACE, keep_weights, shared


def record_of(name: str, step: int = 7, iou: float = 0.5, best_by: BestBy = "iou") -> CheckpointRecord:
    settings = find_model(name).preset("default")
    measures = {"iou": iou, "fixed_l1": iou, "l1": 0.5, "grey": 0.1, "ink": 1.0}
    return CheckpointRecord(name, settings, Canvas(64), step, (FACE, FACE), (FACE,), measures, best_by)


def test_the_same_weights_come_back_and_draw_the_same(tmp_path: Path) -> None:
    record = replace(record_of("pix2pix"), base=Origin("kai", "ab" * 32), canvas=Canvas(64, margin=0.125))
    network = record.build().to(memory_format=torch.channels_last)
    network(torch.rand(4, 1, 64, 64))  # running statistics that are not those of the start
    network.eval()
    path = keep_weights(tmp_path / "runs" / "one", network, record)
    loaded, found = load_checkpoint(path)
    assert found == shared(record)
    assert (found.size, found.channels, replace(found, stacked=True).channels) == (64, 1, 2)
    images = torch.rand(2, 1, 64, 64)
    with torch.no_grad():
        assert torch.allclose(loaded(images), network(images), atol=1e-6)
    assert not loaded.training
    assert origin_of(path).name == "one"
    assert len(origin_of(path).sha256) == 64


def test_no_folder_of_a_font_is_written(tmp_path: Path) -> None:
    path = keep_weights(tmp_path, record_of("pix2pix").build(), record_of("pix2pix"))
    assert FACE.path == "/fonts/toy.ttf"
    assert b"/fonts" not in path.read_bytes()
    assert read_record(path).contents[0].path == "toy.ttf"


def test_what_this_version_does_not_know_is_kept_and_written_again(tmp_path: Path) -> None:
    record = replace(record_of("pix2pix"), base=Origin("kai", "ab" * 32))
    path = keep_weights(tmp_path, record.build(), record)
    data = metadata(path)
    data |= {"licence": "OFL-1.1", "settings": {**data["settings"], "sharpness": 3}}
    data["base"]["licence"] = "MIT"
    changed = with_metadata(path, tmp_path / "changed.safetensors", data)
    network, record = load_checkpoint(changed)
    assert record.extra == {"licence": "OFL-1.1", "settings": {"sharpness": 3}}
    assert record.base is not None
    assert record.base.extra == {"licence": "MIT"}
    (tmp_path / "again").mkdir()
    assert metadata(save_weights(tmp_path / "again", network, record)) == data


def test_damaged_and_foreign_files_are_refused(tmp_path: Path) -> None:
    path = keep_weights(tmp_path, record_of("pix2pix").build(), record_of("pix2pix"))
    data = metadata(path)
    foreign, cut, other, newer, odd = (
        tmp_path / f"{n}.safetensors" for n in ("foreign", "cut", "other", "newer", "odd")
    )
    save_file({"x": torch.zeros(2)}, foreign)
    cut.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    save_file({"x": torch.zeros(2)}, other, {"fontgan": json.dumps(data)})
    with pytest.raises(FontganError, match="do not fit the network that its settings build: choose another"):
        load_checkpoint(other)
    save_file({"x": torch.zeros(2)}, odd, {"fontgan": json.dumps({**data, "canvas": {"sides": 4}})})
    with pytest.raises(FontganError, match=r"damaged: object missing required field `size` - at `\$.canvas`"):
        load_checkpoint(odd)
    for wrong in (foreign, cut, tmp_path):
        with pytest.raises(FontganError, match="is damaged, or is not a checkpoint of fontgan"):
            load_checkpoint(wrong)
    with_metadata(path, newer, {**data, "format": 9})
    with pytest.raises(FontganError, match="has format 9, but this fontgan reads formats up to 6: update"):
        load_checkpoint(newer)


@pytest.mark.parametrize(
    "changes",
    [
        {"step": "7"},
        {"step": float("inf")},
        {"best_by": "ssim"},  # which was not measured
        {"best_by": ["iou"]},
        {"measures": {"iou": None}},
        {"canvas": {"size": float("inf")}},
        {"base": {"name": 3, "sha256": ""}},
        {"styles": [{**FACE.to_json(), "path": None}]},
        {"styles": [{**FACE.to_json(), "shift": float("nan")}]},
        {"settings": {"learning_rate": 10**400}},
        {"settings": {"generator": {"widths": [20000, 20000]}}},
        {"model": "pix2pics"},
    ],
)
def test_a_record_with_a_value_of_another_kind_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    data = json.loads(json.dumps(record_of("pix2pix").to_json(), default=str))
    path = tmp_path / "generator.safetensors"
    save_file({"x": torch.zeros(2)}, path, {"fontgan": json.dumps({**data, **changes})})
    with pytest.raises(FontganError, match=r"^the checkpoint [^\n]* is damaged[^\n]*$"):
        read_record(path)


def metadata(path: Path) -> dict[str, Any]:
    with safe_open(path, framework="pt") as file:
        found: dict[str, Any] = json.loads(file.metadata()["fontgan"])
        return found


def with_metadata(path: Path, target: Path, data: dict[str, Any]) -> Path:
    """A copy of weights that says something else of itself."""
    save_file(load_file(path), target, {"fontgan": json.dumps(data)})
    return target


def test_a_network_larger_than_its_weights_is_refused_before_it_takes_memory(tmp_path: Path) -> None:
    data = json.loads(json.dumps(record_of("pix2pix").to_json(), default=str))
    data["settings"]["generator"]["widths"] = [4096] * 6  # over 5 GB
    path = tmp_path / "generator.safetensors"
    save_file({"x": torch.zeros(2)}, path, {"fontgan": json.dumps(data)})
    with pytest.raises(FontganError, match="do not fit the network that its settings build: choose another"):
        load_checkpoint(path)


def test_a_header_without_an_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "generator.safetensors"
    path.write_bytes((1 << 40).to_bytes(8, "little") + b"{}")
    with pytest.raises(FontganError, match="is damaged, or is not a checkpoint"):
        load_checkpoint(path)

"""Checkpoints: weights and record survive; what is damaged or foreign is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from fontgan.config.settings import BestBy
from fontgan.errors import FontganError
from fontgan.models import find_model
from fontgan.runs.checkpoint import (
    CheckpointRecord,
    find_checkpoint,
    load_checkpoint,
    run_name,
)
from tests.conftest import FACE, keep_weights


def record_of(name: str, step: int = 7, iou: float = 0.5, best_by: BestBy = "iou") -> CheckpointRecord:
    settings = find_model(name).preset("default")
    measures = {"iou": iou, "fixed_l1": iou, "l1": 0.5, "grey": 0.1, "ink": 1.0}
    return CheckpointRecord(name, settings, 64, step, (FACE, FACE), (FACE,), measures, best_by)


def test_the_same_weights_come_back_and_draw_the_same(tmp_path: Path) -> None:
    record = record_of("pix2pix")
    network = record.build().to(memory_format=torch.channels_last)
    network(torch.rand(4, 1, 64, 64))  # running statistics that are not those of the start
    network.eval()
    path = keep_weights(tmp_path / "runs" / "one", network, record)
    loaded, found = load_checkpoint(path)
    assert found == record
    pictures = torch.rand(2, 1, 64, 64)
    with torch.no_grad():
        assert torch.allclose(loaded(pictures), network(pictures), atol=1e-6)
    assert not loaded.training
    assert run_name(path) == "one"


@pytest.mark.parametrize(("best_by", "best"), [("iou", 2), ("fixed_l1", 3), ("l1", 4), ("newest", 4)])
def test_a_run_is_its_best_checkpoint(tmp_path: Path, best_by: BestBy, best: int) -> None:
    network = record_of("pix2pix").build()
    for step, iou in enumerate((0.3, 0.6, 0.2, 0.5), 1):
        keep_weights(tmp_path, network, record_of("pix2pix", step, iou, best_by))
    assert find_checkpoint(tmp_path, tmp_path).parent.name == f"step-{best:07}"


def test_the_newest_run_is_found(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    network = record_of("pix2pix").build()
    second = keep_weights(runs / "b", network, record_of("pix2pix", 2))
    other = keep_weights(runs / "a", network, record_of("pix2pix", 1))
    os.utime(second, (1, 1))
    assert find_checkpoint(None, runs) == other
    assert find_checkpoint(runs / "b", runs) == second
    assert find_checkpoint(second, runs) == second


def test_where_nothing_was_trained_the_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(FontganError, match="type `fontgan train"):
        find_checkpoint(None, tmp_path / "runs")
    with pytest.raises(FontganError, match="is no run, or one that has learnt nothing"):
        find_checkpoint(tmp_path, tmp_path / "runs")
    with pytest.raises(FontganError, match="there is no run or checkpoint"):
        find_checkpoint(tmp_path / "none", tmp_path / "runs")


def test_damaged_and_foreign_files_are_told(tmp_path: Path) -> None:
    network = record_of("pix2pix").build()
    path = keep_weights(tmp_path, network, record_of("pix2pix"))
    whole = path.read_bytes()
    foreign = tmp_path / "foreign.safetensors"
    save_file({"x": torch.zeros(2)}, foreign)
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(whole[: len(whole) // 2])
    other = tmp_path / "other.safetensors"
    save_file({"x": torch.zeros(2)}, other, {"fontgan": _metadata(path)})
    with pytest.raises(FontganError, match="of another size than its settings say"):
        load_checkpoint(other)
    for wrong in (foreign, cut, tmp_path):
        with pytest.raises(FontganError, match="is no checkpoint of fontgan, or a damaged one"):
            load_checkpoint(wrong)
    newer = tmp_path / "newer.safetensors"
    save_file(
        {"x": torch.zeros(2)}, newer, {"fontgan": _metadata(path).replace('"format": 4', '"format": 9')}
    )
    with pytest.raises(FontganError, match="format 9"):
        load_checkpoint(newer)


def _metadata(path: Path) -> str:
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        text: str = file.metadata()["fontgan"]
        return text

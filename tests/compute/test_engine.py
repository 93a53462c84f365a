"""The one place that decides device, precision and threads."""

from __future__ import annotations

import pytest
import torch

from fontgan.compute.engine import Engine, choose_engine
from fontgan.errors import FontganError


def test_the_cpu_is_always_there_and_its_choice_has_a_reason() -> None:
    engine = choose_engine("cpu")
    assert engine.device.type == "cpu"
    assert "thread" in engine.reason
    assert ("bfloat16:" in engine.reason) == (engine.precision == torch.bfloat16)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_cuda_where_there_is_none_is_told() -> None:
    assert choose_engine("auto").device.type == "cpu"
    with pytest.raises(FontganError, match="--device cpu"):
        choose_engine("cuda")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_a_gpu_is_taken_where_there_is_one() -> None:
    assert choose_engine("auto").device.type == "cuda"


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_convolutions_compute_in_the_engines_precision(precision: torch.dtype) -> None:
    engine = Engine(torch.device("cpu"), precision, "")
    network = engine.place(torch.nn.Conv2d(2, 2, 3))
    with engine.autocast():
        assert network(torch.rand(1, 2, 4, 4)).dtype == precision
    assert next(network.parameters()).dtype == torch.float32

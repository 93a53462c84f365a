"""The one place that decides device, precision and threads."""

from __future__ import annotations

import time

import pytest
import torch

from fontgan.compute.engine import Engine, choose_engine
from fontgan.compute.threads import choose_threads
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


def test_precision_and_threads_are_those_that_were_asked_for() -> None:
    threads = torch.get_num_threads()
    try:
        engine = choose_engine("cpu", "float32", threads=2)
        assert torch.get_num_threads() == 2
        assert engine.precision == torch.float32
        assert engine.reason == "CPU, 2 threads as set, float32 as set"
        assert choose_engine("cpu", "bfloat16", threads=1).precision == torch.bfloat16
    finally:
        torch.set_num_threads(threads)


def test_more_threads_than_processors_are_refused() -> None:
    with pytest.raises(FontganError, match="100000 threads are more than"):
        choose_engine("cpu", threads=100_000)


def test_threads_are_those_that_are_faster_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    chosen: list[int] = []
    monkeypatch.setattr(torch, "get_num_threads", lambda: 3)
    monkeypatch.setattr(torch, "set_num_threads", chosen.append)
    for slow, expected in ((3, 1), (1, 3)):
        reason = choose_threads(0, lambda slow=slow: time.sleep(0.003 if chosen[-1] == slow else 0))  # type: ignore[misc]
        assert chosen[-1] == expected
        assert reason.startswith(f"{expected} thread")
        assert f"times as fast as {4 - expected}" in reason


def test_peak_memory_grows_with_what_is_taken() -> None:
    engine = choose_engine("cpu")
    before = engine.peak_memory()
    assert 50 << 20 < before < 64 << 30
    taken = torch.ones(64 << 20)
    assert engine.peak_memory() >= before
    assert engine.peak_memory() >= taken.nbytes


def test_a_compiled_network_draws_what_it_drew_and_its_weights_keep_their_names() -> None:
    engine = choose_engine("cpu", "float32", compiled=True)
    assert engine.reason.endswith("compiled")
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.ReLU())
    names, picture = list(network.state_dict()), torch.rand(2, 1, 8, 8)
    expected = network(picture)
    engine.compile(network)
    assert torch.allclose(network(picture), expected, atol=1e-5)
    assert list(network.state_dict()) == names


def test_without_a_compiler_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("no compiler\nmore")

    monkeypatch.setattr(torch.nn.Module, "compile", fails)
    with pytest.raises(FontganError, match=r"nothing can be compiled here \(no compiler\): install"):
        choose_engine("cpu", compiled=True)


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="there is an MPS device")
def test_mps_where_there_is_none_is_told() -> None:
    with pytest.raises(FontganError, match="no MPS device can be used here"):
        choose_engine("mps")


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_convolutions_compute_in_the_engines_precision(precision: torch.dtype) -> None:
    engine = Engine(torch.device("cpu"), precision, "")
    network = engine.place(torch.nn.Conv2d(2, 2, 3))
    with engine.autocast():
        assert network(torch.rand(1, 2, 4, 4)).dtype == precision
    assert next(network.parameters()).dtype == torch.float32

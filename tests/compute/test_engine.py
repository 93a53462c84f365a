"""Choosing what computes changes nothing; preparing the process for it does."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator

import pytest
import torch

from fontgan.compute import choosing, threads
from fontgan.compute.choosing import choose_engine, prepare_process
from fontgan.compute.engine import Engine
from fontgan.compute.threads import fastest_threads
from fontgan.errors import FontganError

CPU = Engine(torch.device("cpu"), torch.float32)


@pytest.fixture
def threads_stay() -> Iterator[None]:
    """The number of threads is restored after the test."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_the_cpu_is_always_available_and_its_choice_has_a_reason() -> None:
    engine = choose_engine("cpu")
    assert engine.device.type == "cpu"
    assert f"CPU, {torch.get_num_threads()} thread" in engine.reason
    assert ("bfloat16 (native)" in engine.reason) == (engine.precision == torch.bfloat16)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_cuda_where_there_is_none_is_refused() -> None:
    assert choose_engine("auto").device.type == "cpu"
    with pytest.raises(FontganError, match="this machine has no CUDA device: choose device cpu"):
        choose_engine("cuda")


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="there is an MPS device")
def test_mps_where_there_is_none_is_refused() -> None:
    with pytest.raises(FontganError, match="this machine has no MPS device"):
        choose_engine("mps")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_a_gpu_is_taken_where_there_is_one() -> None:
    assert choose_engine("auto").device.type == "cuda"


# All that a process has once for all of its libraries, printed before and after what must not change it.
UNCHANGED = """
import sys, warnings
import torch
def process():
    flags = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    return torch.get_num_threads(), flags, sys.getswitchinterval(), list(warnings.filters)
before = process()
import fontgan
from fontgan.compute import allocation, choosing
choosing.keep_freed_memory = lambda: print("malloc was changed")
for threads in (0, 1):
    engine = choosing.choose_engine("cpu", threads=threads)
assert engine.threads == 1
assert not torch.distributed.is_initialized()
print(process() == before)
choosing.prepare_process(engine)
print(torch.get_num_threads())
"""


@pytest.mark.slow
def test_choosing_an_engine_changes_nothing_in_the_process_and_preparing_it_does() -> None:
    environment = {"OMP_NUM_THREADS": "2"}
    command = (sys.executable, "-c", UNCHANGED)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["True", "malloc was changed", "1"]


@pytest.mark.usefixtures("threads_stay")
def test_precision_and_threads_are_those_that_were_asked_for() -> None:
    before = torch.get_num_threads()
    engine = choose_engine("cpu", "float32", threads=2)
    assert engine.precision == torch.float32
    assert engine.reason == "CPU, 2 threads, float32 as set"
    assert torch.get_num_threads() == before
    assert prepare_process(engine) == ""
    assert torch.get_num_threads() == 2
    assert choose_engine("cpu", "bfloat16", threads=1).precision == torch.bfloat16


def test_of_more_threads_than_processors_there_is_one_per_processor() -> None:
    engine = choose_engine("cpu", threads=100_000)
    assert engine.threads == os.cpu_count()
    assert "instead of 100000, one per processor" in engine.reason


@pytest.mark.parametrize(("slow", "fast"), [(3, 1), (1, 3)])
def test_the_trial_finds_the_number_that_is_faster_now(
    slow: int, fast: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock on which each use of the layers takes as long as their number of threads makes it."""
    tried: list[int] = []
    seconds = 0.0

    def work() -> None:
        nonlocal seconds
        seconds += 4.0 if tried[-1] == slow else 1.0

    monkeypatch.setattr(torch, "set_num_threads", tried.append)
    monkeypatch.setattr(threads, "_some_layers", lambda _: work)
    assert fastest_threads((1, 3), CPU, lambda: seconds) == (fast, 4.0)


def test_a_command_takes_the_number_of_the_trial_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(choosing, "keep_freed_memory", lambda: None)
    chosen: list[int] = []
    monkeypatch.setattr(torch, "get_num_threads", lambda: 3)
    monkeypatch.setattr(torch, "set_num_threads", chosen.append)
    monkeypatch.setattr(choosing, "fastest_threads", lambda numbers, _: (min(numbers), 2.5))
    assert prepare_process(CPU).startswith("1 thread: 2.5 times as fast as 3")
    assert chosen == [1]


@pytest.mark.slow
@pytest.mark.usefixtures("threads_stay")
def test_the_layers_of_the_trial_run_in_every_precision() -> None:
    for precision in (torch.float32, torch.bfloat16):
        number, times = fastest_threads((1,), Engine(torch.device("cpu"), precision))
        assert (number, times) == (1, 1.0)


# The first tensor raises the peak above all that importing took, so that the second one adds to it in full.
PEAK = """
import torch
from fontgan.compute.choosing import choose_engine
engine = choose_engine("cpu")
first = torch.ones(512 << 18)
before = engine.peak_memory()
second = torch.ones(64 << 18)
print(engine.peak_memory() - before)
"""


@pytest.mark.slow
def test_peak_memory_grows_by_the_bytes_that_are_taken() -> None:
    # By way of a shell: Linux counts the memory of whoever started a process as part of its peak.
    command = ("sh", "-c", '"$0" -c "$1"; exit $?', sys.executable, PEAK)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    mebibytes = int(done.stdout) / 2**20
    assert 60 < mebibytes < 4 * 64


@pytest.mark.slow
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


def test_preparing_for_a_compiled_engine_hides_a_warning_of_its_tracing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(choosing, "keep_freed_memory", lambda: None)
    with warnings.catch_warnings(record=True) as shown:
        prepare_process(Engine(torch.device("cpu"), torch.float32, compiled=True, threads=1))
        message = "The .grad attribute of a Tensor that is not a leaf"
        warnings.warn_explicit(message, UserWarning, "builder.py", 1, "torch._dynamo")
    assert not shown


def test_a_machine_without_a_compiler_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("no compiler\nmore")

    choosing._check_compiler.cache_clear()
    monkeypatch.setattr(torch.nn.Module, "compile", fails)
    with pytest.raises(
        FontganError, match=r"networks cannot be compiled on this machine \(no compiler\): install"
    ):
        choose_engine("cpu", compiled=True)


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_convolutions_compute_in_the_engines_precision(precision: torch.dtype) -> None:
    engine = Engine(torch.device("cpu"), precision, "")
    network = engine.place(torch.nn.Conv2d(2, 2, 3))
    with engine.autocast():
        assert network(torch.rand(1, 2, 4, 4)).dtype == precision
    assert next(network.parameters()).dtype == torch.float32

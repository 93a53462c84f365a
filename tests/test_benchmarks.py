"""The benchmarks still fit the package: each is imported as `make bench` does, and answers `--help`."""

from __future__ import annotations

import importlib
import pkgutil
import re
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import benchmarks

ROOT = Path(__file__).parents[1]
NAMES = [module.name for module in pkgutil.iter_modules(benchmarks.__path__)]
SOURCES = {name: (ROOT / "tests" / "benchmarks" / f"{name}.py").read_text(encoding="utf-8") for name in NAMES}


def _slow(name: str) -> Any:
    """The name of a benchmark; one that imports torchvision takes seconds to import."""
    return pytest.param(name, marks=[pytest.mark.slow] if "torchvision" in SOURCES[name] else [])


@pytest.mark.parametrize("name", [_slow(name) for name in NAMES])
def test_every_benchmark_can_be_imported_and_says_what_it_measures(name: str) -> None:
    assert importlib.import_module(f"tests.benchmarks.{name}").__doc__


@pytest.mark.parametrize("name", [_slow(name) for name in NAMES if "argparse" in SOURCES[name]])
def test_every_benchmark_with_options_lists_them(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    monkeypatch.delitem(sys.modules, f"tests.benchmarks.{name}", raising=False)
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(f"tests.benchmarks.{name}", run_name="__main__")
    assert ended.value.code == 0
    assert "usage:" in capsys.readouterr().out


def test_make_bench_runs_benchmarks_that_are_there() -> None:
    run = re.findall(r"-m tests\.benchmarks\.(\w+)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert run
    assert set(run) <= {name for name in NAMES if "__main__" in SOURCES[name]}

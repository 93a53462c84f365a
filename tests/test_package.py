"""The package as it is installed: a wheel, in an environment that has nothing else."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import fontgan

ROOT = Path(__file__).parents[1]


def test_the_wheel_works_in_an_empty_environment(tmp_path: Path) -> None:
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    (wheel,) = tmp_path.glob("*.whl")
    environment = tmp_path / "venv"
    run(sys.executable, "-m", "uv", "venv", "--quiet", "--python", sys.executable, str(environment))
    python = environment / "bin" / "python"
    lock = ROOT / "requirements.lock"
    install = (sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python))
    run(*install, "--constraint", str(lock), str(wheel))
    command = environment / "bin" / "fontgan"
    assert "render-dataset" in run(str(command), "--help")
    assert run(str(command), "--version") == f"fontgan {_version()}\n"
    output = run(str(python), "-m", "fontgan", "render-dataset", "--charset", "啊阿爱安", cwd=tmp_path)
    assert output == "data/glyphs.lmdb\n"


@pytest.mark.parametrize(
    "name", [module.name for module in pkgutil.walk_packages(fontgan.__path__, "fontgan.")]
)
def test_every_module_can_be_imported_and_says_what_it_is_for(name: str) -> None:
    if name.endswith("__main__"):
        return
    assert importlib.import_module(name).__doc__


def run(*command: str, cwd: Path = ROOT) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _version() -> str:
    from importlib.metadata import version

    return version("fontgan")

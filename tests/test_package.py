"""The package as it is installed: a wheel, in an environment that has nothing else."""

from __future__ import annotations

import ast
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
    output = run(str(python), "-m", "fontgan", "render-dataset", "--charset", "joyo", cwd=tmp_path)
    assert output == "data/glyphs.lmdb\n"


@pytest.mark.parametrize(
    "name", [module.name for module in pkgutil.walk_packages(fontgan.__path__, "fontgan.")]
)
def test_every_module_can_be_imported_and_says_what_it_is_for(name: str) -> None:
    if name.endswith("__main__"):
        return
    assert importlib.import_module(name).__doc__


# docs/design.md lists them in this order: a room may import those that come after it.
ROOMS = (
    "cli",
    "training",
    "report",
    "drawing",
    "runs",
    "anatomy",
    "models",
    "compute",
    "measures",
    "losses",
    "networks",
    "data",
    "fonts",
    "assets",
    "config",
    "formats",
    "files",
    "progress",
    "errors",
)


def test_imports_run_downward() -> None:
    for path in (ROOT / "fontgan").rglob("*.py"):
        room = path.relative_to(ROOT / "fontgan").parts[0].removesuffix(".py")
        if room in ("__init__", "__main__"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("fontgan."):
                other = (node.module or "").split(".")[1]
                assert ROOMS.index(room) <= ROOMS.index(other), f"{path} imports {other}"


def run(*command: str, cwd: Path = ROOT) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _version() -> str:
    from importlib.metadata import version

    return version("fontgan")

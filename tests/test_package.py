"""The package as it is installed: a wheel, in an environment that has nothing else."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import fontgan

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_the_wheel_works_in_an_empty_environment(tmp_path: Path) -> None:
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    (wheel,) = tmp_path.glob("*.whl")
    files = (
        path for path in (ROOT / "fontgan").rglob("*") if path.is_file() and path.parent.name != "__pycache__"
    )
    assert {str(path.relative_to(ROOT)) for path in files} <= set(zipfile.ZipFile(wheel).namelist())
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
    "library",
    "cli",
    "comparison",
    "training",
    "export",
    "report",
    "judging",
    "drawing",
    "building",
    "runs",
    "anatomy",
    "models",
    "compute",
    "measures",
    "losses",
    "networks",
    "data",
    "outlines",
    "fonts",
    "sheet",
    "assets",
    "config",
    "formats",
    "bounds",
    "files",
    "progress",
    "untrusted",
    "errors",
)

# What a room must never import from outside of the package, and why it is a room of its own.
FORBIDDEN = {
    "fonts": {"torch", "torchvision", "lmdb", "typer", "rich"},  # fonts know no networks and no dataset
    "outlines": {"torch", "torchvision", "pathlib", "lmdb", "PIL", "typer", "rich"},  # arrays in, arrays out
    "networks": {"pathlib", "os", "io", "json", "lmdb", "PIL", "safetensors", "numpy"},  # nor networks files
    "losses": {"lmdb", "PIL", "typer", "rich"},
    "measures": {"pathlib", "lmdb", "PIL", "typer", "rich"},
    "config": {"torch", "numpy", "lmdb", "PIL", "typer", "rich"},
    "building": {"torch", "torchvision", "lmdb", "typer", "rich"},  # font files out of plain data
    "sheet": {"torch", "lmdb", "typer", "rich"},
    "report": {"torch", "lmdb", "typer", "rich"},
    "errors": {"torch", "numpy", "typer", "rich"},
}


def _imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it, by its whole name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            # `from fontgan import fonts` names a room behind the import.
            yield from (
                [f"fontgan.{name.name}" for name in node.names] if node.module == "fontgan" else [node.module]
            )
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def _rooms() -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / "fontgan").rglob("*.py")):
        room = path.relative_to(ROOT / "fontgan").parts[0].removesuffix(".py")
        if room not in ("__init__", "__main__"):
            yield room, path


def test_imports_run_downward() -> None:
    for room, path in _rooms():
        for module in _imported(path):
            if module.startswith("fontgan."):
                other = module.split(".")[1]
                assert ROOMS.index(room) <= ROOMS.index(other), f"{path} imports {other}"


def test_every_room_is_listed_and_there() -> None:
    assert {room for room, _ in _rooms()} == set(ROOMS)


@pytest.mark.parametrize("room", FORBIDDEN)
def test_rooms_import_only_what_they_are_about(room: str) -> None:
    for _, path in (pair for pair in _rooms() if pair[0] == room):
        foreign = {module.split(".")[0] for module in _imported(path)} & FORBIDDEN[room]
        assert not foreign, f"{path} imports {', '.join(sorted(foreign))}"


def test_only_the_command_line_prints_with_rich_and_typer() -> None:
    for room, path in _rooms():
        if room != "cli":
            shown = {module.split(".")[0] for module in _imported(path)} & {"typer", "rich"}
            assert not shown, f"{path} imports {', '.join(shown)}"


def run(*command: str, cwd: Path = ROOT) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _version() -> str:
    from importlib.metadata import version

    return version("fontgan")

"""docs/design.md draws the house as it is: its rooms and files, its commands, what it says of the preset."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

import fontgan.report
from fontgan.cli.commands import app
from fontgan.config.groups import flat
from fontgan.errors import FontganError
from fontgan.measures.table import ALL, MEASURES
from fontgan.models import find_model
from fontgan.training.tensorboard import TensorBoard
from tests.test_package import ROOMS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
NUMBERS = ("no", "one", "two", "three", "four", "five", "six")


def _block(heading: str) -> list[str]:
    """The lines of the first block of code under a heading."""
    return PAGE.partition(f"\n## {heading}\n")[2].split("```")[1].splitlines()[1:]


def _drawn() -> Iterator[str]:
    """Every file of the package that the rooms show, with its folder, in their order."""
    folders: list[str] = []
    for line in _block("The rooms")[1:]:
        if not line.startswith(" "):
            return  # tests, assets, docs
        depth = (len(line) - len(line.lstrip())) // 2
        if depth in (1, 2):  # a room, or a folder in one; deeper lines go on about it
            name = line.split()[0]
            folders = folders[: depth - 1] + ([name] if name.endswith("/") else [])
        yield from ("".join(folders) + file for file in re.findall(r"\b\w+\.py\b", line))


def test_every_file_is_in_its_room_and_nothing_else_is() -> None:
    package = ROOT / "fontgan"
    there = {str(path.relative_to(package)) for path in package.rglob("*.py")}
    there -= {file for file in there if file.endswith("/__init__.py")}
    drawn = list(_drawn())
    assert len(set(drawn)) == len(drawn)
    assert set(drawn) == there


def test_the_rooms_stand_in_the_order_of_their_imports() -> None:
    rooms = [re.match(r"  (\w+)(/|\.py) ", line) for line in _block("The rooms")]
    names = [room[1] for room in rooms if room and room[1] != "__init__"]
    assert names == list(ROOMS)


def _commands() -> dict[str, set[str]]:
    """The options of each command that the page shows."""
    shown: dict[str, set[str]] = {}
    name = ""
    for line in _block("The commands"):
        if line.startswith("fontgan "):
            name = line.split()[1]
        shown.setdefault(name, set()).update(re.findall(r"--[a-z0-9-]+", line))
    return shown


def test_the_commands_have_the_options_that_are_shown_and_no_others() -> None:
    group = typer.main.get_command(app)
    commands: dict[str, typer.core.TyperCommand] = group.commands  # type: ignore[attr-defined]
    there = {
        name: {flag for option in command.params for flag in option.opts if flag.startswith("--")}
        for name, command in commands.items()
    }
    assert _commands() == there


def test_the_default_network_has_the_blocks_that_are_named() -> None:
    blocks = flat(find_model("pix2pix").preset("default"))["generator.residual"]
    assert f"{NUMBERS[blocks]} residual blocks after each" in " ".join(PAGE.split())


def test_the_page_names_the_tensorboard_extra_as_the_message_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(FontganError, match=re.escape("fontgan[tensorboard]")):
        TensorBoard(tmp_path)
    assert "pip install fontgan[tensorboard]" in PAGE


def test_every_measure_is_explained() -> None:
    bullet = PAGE.partition("- **Measures**")[2].partition("\n- **")[0]
    assert re.findall(r"`(\w+)`", bullet) == list(MEASURES)
    bullet = PAGE.partition("- **An evaluation**")[2].partition("\n- **")[0]
    assert re.findall(r"`(\w+)`", bullet) == [name for name in ALL if name not in MEASURES]


def test_the_report_says_what_it_holds() -> None:
    words = str(fontgan.report.__doc__)
    assert all(word in words for word in ("glyphs", "sheets", "curves", "networks"))


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)]+)\)", PAGE))
def test_what_the_page_links_to_is_there(link: str) -> None:
    assert (ROOT / "docs" / link).exists()

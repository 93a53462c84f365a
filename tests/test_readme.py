"""Every command of the README, run as it stands, but trained for seconds; little is compared or exported."""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from torch import nn

from fontgan.comparison import planning
from fontgan.comparison.cell import make_cell
from fontgan.comparison.processes import Begun, Makers
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.charset import is_han
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.judging.comparison import Cell, JudgedStyle
from tests.helpers import Command, draw_with

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", TEXT, flags=re.DOTALL)
COMMANDS = [line.split(" #")[0].strip() for block in BLOCKS for line in block.splitlines() if line.strip()]
FRONT_DOOR = [
    "fontgan render-dataset",
    "fontgan train --model pix2pix",
    "fontgan generate --chars 永和",
]


def demo() -> list[str]:
    """The commands of `make demo`."""
    lines = _make("-n", "demo").splitlines()
    return [line.removeprefix(".venv/bin/") for line in lines if "bin/fontgan" in line]


def test_the_three_commands_come_first_and_make_demo_begins_with_them() -> None:
    ours = [command for command in COMMANDS if command.startswith("fontgan ")]
    assert ours[:3] == FRONT_DOOR
    assert demo()[:3] == FRONT_DOOR


@pytest.mark.slow
def test_make_demo_ends_with_a_font_that_can_set_the_line_of_the_readme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, type_command: Command
) -> None:
    """A network that copies draws here: training makes no difference to which characters there are."""
    (command,) = demo()[3:]
    run = ROOT / "tests" / "samples" / "runs-4" / "pix2pix"
    shutil.copytree(run, tmp_path / "runs" / "pix2pix-1")
    (tmp_path / "assets").symlink_to(ROOT / "assets")
    (tmp_path / "fontgan").symlink_to(ROOT / "fontgan")
    monkeypatch.chdir(tmp_path)
    draw_with(nn.Identity(), monkeypatch)
    source = ("--source", str(ROOT / "assets" / "fonts" / "noto-sans-sc.otf"), "--device", "cpu")
    status, out, err = type_command(*shlex.split(command)[1:], *source)
    assert status == 0, err
    font = tmp_path / "fonts" / "fontgan-kai.ttf"
    assert (tmp_path / out.splitlines()[0], font.with_suffix(".html").exists()) == (font, True)
    script = runpy.run_path(str(ROOT / "assets" / "pictures" / "make_line.py"))
    script["main"]([str(font), "--output", "line.png"])
    with Image.open("line.png") as line, Image.open(ROOT / "docs" / "line.png") as shown:
        assert line.size == shown.size
    assert str(font.relative_to(tmp_path)) in TEXT


def test_every_make_target_of_the_readme_is_there() -> None:
    targets = [command.split()[1] for command in COMMANDS if command.startswith("make ")]
    assert targets[:2] == ["demo", "test"]
    for target in targets:
        assert _make("-n", target)


def test_every_command_is_of_a_kind_that_is_tested_here() -> None:
    for command in COMMANDS:
        assert command.startswith(("fontgan ", "make ", "torchrun ")), command


@pytest.mark.slow
def test_every_fontgan_command_works_in_this_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, type_command: Command
) -> None:
    monkeypatch.chdir(tmp_path)
    prepare_fonts(tmp_path)
    compare_little(monkeypatch)
    for command in COMMANDS:
        words = shlex.split(command)
        if words[0] != "fontgan":
            continue
        if words[1] == "train":
            words = _shortened(words)
        if words[1] == "compare":
            words = _with_two_cells(words)
        if "--units" in words:
            words += ["--layer", "encoder.stem"]  # it has few units
        if words[1] == "export-font":
            words += ["--chars", _some_characters()]
        status, out, err = type_command(*words[1:])
        assert status == 0, f"{command}: {err}"
        if "--dry-run" in words:
            assert tomllib.loads(out)["training"]["model"] == "pix2pix"
        elif words[1] == "models":
            assert "pix2pix" in out
        else:
            assert Path(out.strip().splitlines()[-1]).exists(), command


def _shortened(words: list[str]) -> list[str]:
    """A command that trains for a few steps."""
    typed = " ".join(map(shlex.quote, words))
    unlimited = shlex.split(re.sub(r" --(minutes|steps) \d+", "", typed))
    steps = 4 if "--resume" in words else 40 if "20" in words else 2  # after 40 there is ink to export
    return [*unlimited, "--steps", str(steps)]


def _with_two_cells(words: list[str]) -> list[str]:
    """A comparison of two cells that are trained for two steps."""
    typed = " ".join(map(shlex.quote, words))
    fewer = re.sub(r"(--learn |=)(\d+,\d+)[\d,]*", r"\1\2", re.sub(r"--seed [\d,]+", "--seed 0", typed))
    return shlex.split(re.sub(r"--minutes \d+", "--steps 2", fewer))


def compare_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells are judged by few characters, and made in this process: others would import torch again."""
    judged = planning._judged

    def few(*arguments: Any) -> JudgedStyle:
        whole = judged(*arguments)
        return replace(whole, characters=whole.characters[:4])

    def make(makers: Makers) -> Iterator[Begun | Cell]:
        for job in makers.jobs:
            yield Begun(job)
            cell = make_cell(job, makers.styles)
            assert cell is not None
            yield cell

    monkeypatch.setattr(planning, "_judged", few)
    monkeypatch.setattr(Makers, "make", make)


def _some_characters() -> str:
    """A few that the content font has and the own font lacks."""
    has, lacks = (
        Face(FontLocation(ROOT / "assets" / "fonts" / name))
        for name in ("noto-sans-sc.otf", "ma-shan-zheng.ttf")
    )
    return "".join([chr(code) for code in has.mapped() if is_han(code) and not lacks.draws(code)][-4:])


def prepare_fonts(folder: Path) -> None:
    """What a reader of the pages has: content fonts, an own font, a folder of fonts, one of drawings."""
    fonts = ROOT / "assets" / "fonts"
    (folder / "fonts").mkdir()
    for name, font in (
        ("All.otf", "noto-sans-sc.otf"),
        ("Another.otf", "fontgan-kai.ttf"),
        ("MyFont.ttf", "ma-shan-zheng.ttf"),
        ("fonts/Another.ttf", "ma-shan-zheng.ttf"),
    ):
        (folder / name).write_bytes((fonts / font).read_bytes())
    _draw_pictures(fonts / "fontgan-kai.ttf", folder / "drawings")


def _draw_pictures(font: Path, folder: Path) -> None:
    """Pictures of all that a font draws, as a designer might have scanned them."""
    folder.mkdir()
    face = Face(FontLocation(font))
    for code in face.mapped():
        image = face.draw(code, Canvas(128))
        assert image is not None
        Image.fromarray(image).save(folder / f"{chr(code)}.png")


def _make(*arguments: str) -> str:
    done = subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout

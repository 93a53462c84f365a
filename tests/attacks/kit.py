"""Honest things that attacks damage, each made once by the command that is attacked."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

import numpy as np
from filelock import FileLock
from PIL import Image, ImageDraw

from fontgan.sheet import Row, save_sheet
from tests.attacks.process import Outcome, Watched
from tests.attacks.store_file import without_last_face
from tests.comparison.cells import cell, comparison
from tests.toy_fonts import build_font

ROOT = Path(__file__).parents[2]
CODES = [*range(0x4E00, 0x4E00 + 200)]
CHARACTERS = "".join(map(chr, CODES))
STEPS = 100
NETWORK = ("--set", "widths=8,16", "--set", "residual=0", "--set", "batch_size=8")
TRAINING = ("--model", "pix2pix", "--threads", "1", "--precision", "float32", "--device", "cpu", *NETWORK)


class Kit:
    """What honest people have: fonts, pictures, a dataset, a run. Several processes may share one.

    Args:
        folder: where it lies.
        command: how `fontgan` is called; by default with this Python, from this clone.
    """

    def __init__(self, folder: Path, command: tuple[str, ...] = ()) -> None:
        self.folder = folder.absolute()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.command = command or (sys.executable, "-m", "fontgan")
        self.environment = {
            **os.environ,
            "OMP_NUM_THREADS": "1",
            "MPLCONFIGDIR": str(self.folder / "matplotlib"),
            "PYTHONHASHSEED": "0",
            "COLUMNS": "100",
        }
        if not command:
            self.environment["PYTHONPATH"] = os.pathsep.join(
                filter(None, (str(ROOT), os.environ.get("PYTHONPATH", "")))
            )

    @cached_property
    def content(self) -> Path:
        """A font of 200 characters."""
        return self._made("content.ttf", lambda path: build_font(path, CODES, "Content"))

    @cached_property
    def style(self) -> Path:
        """Another font of the same characters."""
        return self._made("style.ttf", lambda path: build_font(path, CODES, "Style", raised=90, width=200))

    @cached_property
    def pictures(self) -> Path:
        """A folder of pictures."""

        def draw(folder: Path) -> None:
            folder.mkdir()
            for number, char in enumerate(CHARACTERS[:20]):
                image = Image.new("L", (64, 64), 255)
                ImageDraw.Draw(image).rectangle((8 + number, 8, 40 + number, 50), fill=0)
                image.save(folder / f"{char}.png")

        return self._made("pictures", draw)

    @cached_property
    def store(self) -> Path:
        """The dataset of both fonts."""
        return self._made("glyphs.lmdb", lambda path: self._do("render-dataset", *self.rendering(path)))

    @cached_property
    def run(self) -> Path:
        """A short run; its newest checkpoint is also its best."""
        return self._made("run", lambda path: self._do("train", *self.training(path)))

    @cached_property
    def comparison(self) -> Path:
        """A comparison of two runs, and its sheet."""

        def write(folder: Path) -> None:
            found = comparison(cell("one", settings={"residual": "0"}), cell("two"), swept=("residual",))
            folder.mkdir()
            (folder / "comparison.json").write_text(json.dumps(found.to_json()), encoding="utf-8")
            rows = [Row("content", [np.zeros((64, 64), np.uint8)])]
            save_sheet(folder / "kai.png", "Kai", ["U+4E00"], rows, 64)

        return self._made("comparison", write)

    @cached_property
    def drawn(self) -> Path:
        """What the run draws of all characters."""
        return self._made("drawn", lambda path: self._do("generate", *self.drawing(path)))

    @cached_property
    def unfinished(self) -> Path:
        """The dataset as a kill leaves it: one face is complete."""

        def interrupt(path: Path) -> None:
            scratch = path.with_name("interrupted")
            scratch.mkdir()
            shutil.copyfile(self.store, scratch / "whole.lmdb")
            # The plan is the same and the style's glyphs are gone: so it is before the second face.
            without_last_face(scratch / "whole.lmdb")
            (scratch / "whole.lmdb").replace(path)
            shutil.rmtree(scratch)

        return self._made("unfinished.lmdb", interrupt)

    def rendering(self, output: Path | str) -> tuple[str, ...]:
        """The options of `render-dataset` that make the dataset."""
        charset = self._made("charset.txt", lambda path: path.write_text(CHARACTERS, encoding="utf-8"))
        fonts = ("--source", str(self.content), "--target", str(self.style))
        return (*fonts, "--charset", str(charset), "--jobs", "2", "--output", str(output))

    def training(self, run: Path | str, steps: int = STEPS) -> tuple[str, ...]:
        """The options of `train` that make the run."""
        return (*TRAINING, "--steps", str(steps), "--data", str(self.store), "--run", str(run))

    def drawing(self, output: Path | str) -> tuple[str, ...]:
        """The options of `generate` that make the drawing."""
        chosen = ("--checkpoint", str(self.run), "--chars", CHARACTERS, "--device", "cpu")
        return (*chosen, "--output", str(output))

    def usual(self, command: str) -> Outcome:
        """What a command takes on honest files; measured once. To inspect a run takes torch."""
        examples: Mapping[str, Callable[[Path], tuple[str, ...]]] = {
            "render-dataset": lambda path: self.rendering(path / "glyphs.lmdb"),
            "train": lambda path: self.training(path / "run", 3),
            "generate": lambda path: self.drawing(path / "drawn"),
            "plot": lambda path: (str(self.run), "--output", str(path / "curves.png")),
            "models": lambda _: (),
            "report": lambda path: (str(self.comparison), "--output", str(path / "report.html")),
            "inspect": lambda path: (str(self.content), "--sheet", str(path / "sheet.png")),
            "inspect RUN": lambda path: (str(self.run), "--network", "--sheet", str(path / "network.svg")),
        }

        def measure(path: Path) -> None:
            scratch = path.with_name(f"usual-{command}")
            scratch.mkdir()
            outcome = self._do(command.partition(" ")[0], *examples[command](scratch))
            shutil.rmtree(scratch)
            path.write_text(json.dumps([outcome.seconds, outcome.peak]))

        seconds, peak = json.loads(self._made(f"{command}.json", measure).read_text())
        return Outcome(0, "", "", seconds, peak)

    def _do(self, *arguments: str) -> Outcome:
        outcome = Watched([*self.command, *arguments], self.folder, self.environment).wait()
        assert outcome is not None
        assert outcome.status == 0, f"fontgan {' '.join(arguments)}: {outcome.stopped} {outcome.errors}"
        return outcome

    def _made(self, name: str, make: Callable[[Path], object]) -> Path:
        """The thing of that name; one process makes it, whole, and the others wait."""
        path = self.folder / name
        with FileLock(self.folder / f".{name}.lock"):
            if not path.exists():
                beside = self.folder / f"making-{name}"
                shutil.rmtree(beside, ignore_errors=True)
                beside.unlink(missing_ok=True)
                make(beside)
                beside.replace(path)
        return path

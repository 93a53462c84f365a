"""Files that are none: devices that never end, pipes that never begin, names that no text can hold."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.attacks.attack import attack
from tests.attacks.trial import Trial

Word = str | bytes | Path


def _fifo(trial: Trial) -> Word:
    path = trial.folder / "pipe"
    os.mkfifo(path)
    return path


def _loop(trial: Trial) -> Word:
    (trial.folder / "loop").symlink_to("loop")
    return trial.folder / "loop"


def _named(name: bytes) -> Callable[[Trial], Word]:
    """A file of that name with random bytes in it."""

    def make(trial: Trial) -> Word:
        path = os.fsencode(trial.folder) + b"/" + name
        with open(path, "wb") as file:  # noqa: PTH123 (bytes)
            file.write(trial.chance.randbytes(1000))
        return path

    return make


def _folder(trial: Trial) -> Word:
    (trial.folder / "folder").mkdir()
    return trial.folder / "folder"


FILES: dict[str, Callable[[Trial], Word]] = {
    "zero": lambda _: "/dev/zero",
    "pipe": _fifo,
    "random": lambda _: "/dev/urandom",
    "null": lambda _: "/dev/null",
    "folder": _folder,
    "loop of links": _loop,
    "long name": lambda trial: trial.folder / ("x" * 300),
    "long path": lambda trial: trial.folder / ("x/" * 3000),
    "not UTF-8": _named(b"\xd3\xc0.ttf"),
    "escapes": _named(b"\x1b[31m\x07new\nline.ttf"),
    "memory": lambda _: "/proc/self/mem",
}

PLACES: dict[str, Callable[[Trial, Word], list[Word]]] = {
    "inspect": lambda _, file: ["inspect", file],
    "source": lambda _, file: ["render-dataset", "--charset", "一丁", "--source", file],
    "target": lambda _, file: ["render-dataset", "--charset", "一丁", "--target", file],
    "charset": lambda trial, file: ["render-dataset", "--source", trial.kit.content, "--charset", file],
    "add": lambda trial, file: [
        *("render-dataset", "--add", "--target", trial.kit.style, "--output", file),
    ],
    "data": lambda _, file: ["train", "--steps", "2", "--data", file],
    "config": lambda trial, file: ["train", "--steps", "2", "--data", trial.kit.store, "--config", file],
    "base": lambda trial, file: ["train", "--steps", "2", "--data", trial.kit.store, "--base", file],
    "checkpoint": lambda _, file: ["generate", "--checkpoint", file],
    "font": lambda trial, file: ["generate", "--checkpoint", trial.kit.run, "--source", file],
    "plot": lambda _, file: ["plot", file],
}


@attack(
    tested=True,
    variants={f"{file} as {place}": (FILES[file], PLACES[place]) for file in FILES for place in PLACES},
)
def named(trial: Trial, both: tuple[Callable[[Trial], Word], Callable[[Trial, Word], list[Word]]]) -> None:
    make, place = both
    trial.refused(*place(trial, make(trial)), status=(1, 2))


PARTS = ("config.toml", "log.jsonl", "dataset.json", "generator.safetensors", "state.pt")


@attack(
    variants={
        f"{part} is {kind}": (part, kind) for part in PARTS for kind in ("a pipe", "/dev/zero", "a folder")
    },
)
def inside_a_run(trial: Trial, both: tuple[str, str]) -> None:
    part, kind = both
    run = trial.copy(trial.kit.run)
    (path,) = run.rglob(part)
    path.unlink()
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a folder":
        path.mkdir()
    else:
        path.symlink_to(kind)
    before = trial.state()
    trial.bounded("inspect", run)
    trial.bounded("plot", run, "--output", "curves.png")
    trial.bounded("generate", "--checkpoint", run, "--chars", "一", "--output", "drawn")
    trial.bounded("train", *trial.kit.training(run), "--resume")
    # A run that can be read in spite of it may go on; its checkpoint is what must never be harmed.
    trial.check_unharmed(before, ("drawn", "curves.png", "run/"))


@attack(variants={"pipe": "pipe", "zero": "/dev/zero", "folder": "folder", "nothing": "nothing"})
def among_pictures(trial: Trial, kind: str) -> None:
    pictures = trial.copy(trial.kit.pictures)
    place = pictures / "U+4E50.png"
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to(kind)
    trial.bounded("inspect", pictures, "--sheet", "sheet.png")
    trial.bounded(
        "render-dataset", "--source", trial.kit.content, "--target", pictures, "--charset", "一丁乐"
    )
    trial.check_no_leftovers()


@attack(
    variants={"inspect": ("inspect", "/dev/stdin"), "source": ("render-dataset", "--source", "/dev/stdin")}
)
def from_standard_input(trial: Trial, command: tuple[str, ...]) -> None:
    with subprocess.Popen(["cat", trial.kit.content], stdout=subprocess.PIPE) as cat:
        assert cat.stdout
        trial.refused(*command, stdin=cat.stdout)

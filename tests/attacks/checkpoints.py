"""Checkpoints: code in them, damaged ones, networks that no machine can hold, numbers that are none."""

from __future__ import annotations

import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.attacks import safetensors_file
from tests.attacks.attack import attack
from tests.attacks.kit import STEPS
from tests.attacks.trial import Fell, Trial, flipped


def _files(trial: Trial) -> tuple[Path, Path, Path]:
    """A run, its weights and its state."""
    run = trial.copy(trial.kit.run)
    (weights,) = run.rglob("generator.safetensors")
    return run, weights, weights.parent / "state.pt"


def _generate(checkpoint: Path) -> tuple[str | Path, ...]:
    return ("generate", "--checkpoint", checkpoint, "--chars", "一丁", "--output", "drawn", "--device", "cpu")


def _resume(trial: Trial, run: Path) -> tuple[str | Path, ...]:
    return ("train", *trial.kit.training(run, STEPS + 10), "--resume")


@attack(by_chance=True, variants={"weights": 1, "state": 2})
def flipped_bytes(trial: Trial, which: int) -> None:
    run, weights, state = _files(trial)
    path = (weights, state)[which - 1]
    content = path.read_bytes()
    path.write_bytes(flipped(content, trial.chance, places=trial.chance.choice(((), range(1000)))))
    trial.bounded("inspect", run)
    trial.bounded(*(_generate(run) if which == 1 else _resume(trial, run)))


@attack(by_chance=True, variants={"weights": 1, "state": 2})
def cut_short(trial: Trial, which: int) -> None:
    run, weights, state = _files(trial)
    path = (weights, state)[which - 1]
    path.write_bytes(path.read_bytes()[: trial.chance.randrange(path.stat().st_size)])
    trial.refused(*(_generate(run) if which == 1 else _resume(trial, run)))


class _Touch:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch '{self._path}'",)


@attack(tested=True, variants={"state": 2, "weights": 1})
def code(trial: Trial, which: int) -> None:
    run, weights, state = _files(trial)
    owned = trial.kit.folder / f"owned-{trial.folder.name}"
    (weights, state)[which - 1].write_bytes(pickle.dumps(_Touch(owned)))
    trial.refused(*(_generate(run) if which == 1 else _resume(trial, run)))
    if owned.exists():
        raise Fell("code was run")


@attack()
def code_in_a_zip(trial: Trial) -> None:
    run, _, state = _files(trial)
    owned = trial.kit.folder / f"owned-{trial.folder.name}"
    _repack(
        state, lambda name, content: pickle.dumps(_Touch(owned)) if name.endswith("data.pkl") else content
    )
    trial.refused(*_resume(trial, run))
    if owned.exists():
        raise Fell("code was run")


def _repack(path: Path, change: Callable[[str, bytes], bytes], packed: bool = False) -> None:
    """Write a state again with other contents, each a file of a zip."""
    with zipfile.ZipFile(path) as old:
        contents = {name: old.read(name) for name in old.namelist()}
    kind = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", kind, compresslevel=1) as new:
        for name, content in contents.items():
            new.writestr(name, change(name, content))


@attack()
def state_that_unpacks(trial: Trial) -> None:
    run, _, state = _files(trial)
    with zipfile.ZipFile(state) as old:
        first = next(name for name in old.namelist() if name.endswith("data/0"))
    _repack(state, lambda name, content: bytes(2 << 30) if name == first else content, packed=True)
    trial.bounded(*_resume(trial, run))


def _settings(**values: object) -> Callable[[dict[str, Any]], None]:
    def change(record: dict[str, Any]) -> None:
        record["settings"]["generator"].update(values)

    return change


def _canvas(size: int) -> Callable[[dict[str, Any]], None]:
    return lambda record: record["canvas"].update(size=size)


def _many_faces(record: dict[str, Any]) -> None:
    record["styles"] = record["styles"] * 20_000


def _stacked(record: dict[str, Any]) -> None:
    record.update(contents=record["contents"] * 20_000, stacked=True)


def _fonts_at(path: str) -> Callable[[dict[str, Any]], None]:
    def change(record: dict[str, Any]) -> None:
        for face in (*record["contents"], *record["styles"]):
            face["path"] = path

    return change


ABSURD: dict[str, Callable[[dict[str, Any]], object]] = {
    "widths of 20,000": _settings(widths=[20_000, 20_000]),
    "a residual of 1e9": _settings(residual=1_000_000_000),
    "a residual of 400 digits": _settings(residual=10**400),
    "a size of 16,384": _canvas(16_384),
    "a size of 2**31": _canvas(2**31),
    "1,000 widths": _settings(widths=[8] * 1000),
    "residual 100,000": _settings(residual=100_000),
    "20,000 stacked fonts": _stacked,
    "20,000 styles": _many_faces,
    "another model": lambda record: record.update(model="zi2zi"),
    "a model that is a path": lambda record: record.update(model="../../x"),
    "a first stage": lambda record: record.update(first={"model": "pix2pix", "settings": record["settings"]}),
}


@attack(variants=ABSURD)
def absurd_settings(trial: Trial, change: Callable[[dict[str, Any]], object]) -> None:
    _, weights, _ = _files(trial)
    safetensors_file.change_record(weights, change)
    shared = trial.copy(weights, "shared.safetensors")
    trial.bounded(*_generate(shared))
    trial.bounded("inspect", shared, "--network", "--sheet", "network.svg")
    trial.bounded("train", *trial.kit.training("new", 2), "--base", shared)


@attack(
    variants={"a device": "/dev/zero", "escapes": "/x/\x1b[31m.ttf", "a folder": "/etc", "null": "a\0b"},
)
def paths_of_fonts(trial: Trial, path: str) -> None:
    _, weights, _ = _files(trial)
    safetensors_file.change_record(weights, _fonts_at(path))
    trial.bounded(*_generate(trial.copy(weights, "shared.safetensors")))


@attack()
def wrong_shapes(trial: Trial) -> None:
    _, weights, _ = _files(trial)
    header, tensors = safetensors_file.parts(weights)
    for entry in header.values():
        if "shape" in entry:
            entry["shape"] = entry["shape"][::-1]
    safetensors_file.write(weights, header, tensors)
    trial.bounded(*_generate(weights))


def _filled(trial: Trial, bits: int) -> Path:
    """Weights that are all the same number, of 32 bits."""
    _, weights, _ = _files(trial)
    header, tensors = safetensors_file.parts(weights)
    safetensors_file.write(weights, header, struct.pack("<I", bits) * (len(tensors) // 4))
    return weights


@attack(tested=True, variants={"NaN": 0x7FC00000, "infinity": 0x7F800000})
def no_numbers(trial: Trial, bits: int) -> None:
    trial.refused(*_generate(_filled(trial, bits)))


@attack(variants={"1e38": 0x7E967699, "0": 0, "1e-45": 1})
def odd_numbers(trial: Trial, bits: int) -> None:
    trial.bounded(*_generate(_filled(trial, bits)))


@attack(variants={"2**60": 1 << 60, "2**31": 1 << 31, "0": 0, "2**64 - 1": 2**64 - 1})
def lengths_of_the_header(trial: Trial, length: int) -> None:
    _, weights, _ = _files(trial)
    weights.write_bytes(struct.pack("<Q", length) + weights.read_bytes()[8:])
    trial.refused(*_generate(weights))


@attack(variants={"claims": 1 << 60, "overlaps": 0})
def offsets(trial: Trial, end: int) -> None:
    _, weights, _ = _files(trial)
    header, tensors = safetensors_file.parts(weights)
    for entry in header.values():
        if "data_offsets" in entry:
            entry["data_offsets"] = [0, end or entry["data_offsets"][1]]
    safetensors_file.write(weights, header, tensors)
    trial.refused(*_generate(weights))


@attack()
def a_damaged_folder_beside_a_good_one(trial: Trial) -> None:
    """A run that is broken must not keep `generate` from the good run that is there too."""
    good = trial.copy(trial.kit.run, "runs/pix2pix-1")
    bad = trial.copy(trial.kit.run, "runs/pix2pix-2")
    for weights in bad.rglob("generator.safetensors"):
        weights.write_bytes(b"nothing")
    outcome = trial.bounded("generate", "--chars", "一", "--output", "drawn", "--device", "cpu")
    if outcome.status and "pix2pix-2" not in outcome.errors:
        raise Fell("does not say which run is damaged")
    trial.succeeds("generate", "--chars", "一", "--output", "drawn", "--checkpoint", good, "--device", "cpu")

"""Records of honest files with values of other types, other sizes and other depths in them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

from tests.attacks import safetensors_file
from tests.attacks.attack import attack
from tests.attacks.fonts import ESCAPES
from tests.attacks.store_file import set_record
from tests.attacks.trial import Trial
from tests.crafted import places, png, png_chunk, zlib_zeros

Change = Callable[[str], str]

VALUES: tuple[object, ...] = (
    *(None, True, False, -1, 0, 10**400, 1e308, -1e308, float("nan"), float("inf"), 2**63, "", "x" * 100_000),
    *(
        ESCAPES,
        [],
        {},
        [[[[[[1]]]]]],
        {"a": {"b": 1}},
        ["x"],
        "../../../etc/passwd",
        "/dev/zero",
        "\ud800",
        "nan",
        "1",
    ),
)


def mutated(text: str, chance: random.Random) -> str:
    """JSON with one value replaced or removed."""
    data = json.loads(text)
    container, key = chance.choice(list(places(data)))
    if chance.random() < 0.15:
        del container[key]
    else:
        container[key] = chance.choice(VALUES)
    return json.dumps(data)


def escaped(text: str) -> str:
    """JSON with escapes for the terminal in all of its texts that are not keywords."""
    data = json.loads(text)
    for container, key in list(places(data)):
        if isinstance(container[key], str) and key in (
            "family",
            "name",
            "path",
            "key",
            "style",
            "content",
            "run",
        ):
            container[key] += ESCAPES
    return json.dumps(data)


FIXED: dict[str, Change] = {
    "deep": lambda _: "[" * 100_000,
    "deep inside": lambda text: text[:-1] + ', "deeper": ' + "[" * 50_000 + "]" * 50_000 + "}",
    "a number": lambda _: "1",
    "a long number": lambda text: text[:-1] + ', "format": ' + "9" * 10_000 + "}",
    "a newer format": lambda text: text[:-1] + ', "format": 1000}',
    "a format that is none": lambda text: text[:-1] + ', "format": "\\u001b[31m"}',
    "an older format": lambda text: text[:-1] + ', "format": 1}',
    "nothing": lambda _: "",
    "null": lambda _: "null",
    "a list": lambda _: "[]",
    "an empty table": lambda _: "{}",
    "not UTF-8": lambda text: "\udcff" + text,
    "escapes": escaped,
}


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _store(trial: Trial, change: Change) -> None:
    store = trial.copy(trial.kit.store)
    set_record(store, lambda content: _bytes(change(content.decode())))
    before = trial.state()
    trial.bounded("inspect", store, "--sheet", "sheet.png")
    trial.bounded("render-dataset", "--add", "--target", trial.kit.pictures, "--output", store)
    trial.bounded(
        "train", "--model", "pix2pix", "--data", store, "--steps", "1", "--dry-run", "--device", "cpu"
    )
    trial.check_no_leftovers()
    trial.check_unharmed(before, ("sheet.png", "glyphs.lmdb", ".glyphs.lmdb.partial"))


def _note(trial: Trial, change: Change) -> None:
    run = trial.copy(trial.kit.run)
    note = run / "dataset.json"
    note.write_bytes(_bytes(change(note.read_text(encoding="utf-8").strip())))
    trial.bounded("generate", "--checkpoint", run, "--chars", "一", "--output", "drawn", "--device", "cpu")
    trial.bounded("train", *trial.kit.training(run), "--resume")
    trial.bounded("inspect", run)


def _log(trial: Trial, change: Change) -> None:
    run = trial.copy(trial.kit.run)
    log = run / "log.jsonl"
    lines = log.read_text(encoding="utf-8").splitlines()
    place = trial.chance.randrange(len(lines))
    lines[place] = change(lines[place])
    log.write_bytes(_bytes("\n".join(lines) + "\n"))
    before = trial.state()
    trial.bounded("inspect", run)
    trial.bounded("plot", run, "--output", "curves.png")
    trial.check_unharmed(before, ("curves.png",))


def _checkpoint(trial: Trial, change: Change) -> None:
    run = trial.copy(trial.kit.run)
    (weights,) = run.rglob("generator.safetensors")
    safetensors_file.change_metadata(weights, change)
    before = trial.state()
    trial.bounded("inspect", run)
    trial.bounded("inspect", weights, "--network", "--sheet", "network.svg")
    trial.bounded(
        "generate", "--checkpoint", weights, "--chars", "一", "--output", "drawn", "--device", "cpu"
    )
    trial.check_unharmed(before, ("drawn", "network.svg"))


def _comparison(trial: Trial, change: Change) -> None:
    folder = trial.copy(trial.kit.comparison)
    record = folder / "comparison.json"
    record.write_bytes(_bytes(change(record.read_text(encoding="utf-8"))))
    trial.bounded("report", folder, "--output", "report.html")


RECORDS: dict[str, Callable[[Trial, Change], None]] = {
    "dataset": _store,
    "note": _note,
    "log": _log,
    "checkpoint": _checkpoint,
    "comparison": _comparison,
}


@attack(by_chance=True, variants=RECORDS)
def wrong_values(trial: Trial, damage: Callable[[Trial, Change], None]) -> None:
    damage(trial, lambda text: mutated(text, trial.chance))


@attack(
    tested=True,
    variants={f"{record}: {how}": (RECORDS[record], FIXED[how]) for how in FIXED for record in RECORDS},
)
def wrong_as_a_whole(trial: Trial, both: tuple[Callable[[Trial, Change], None], Change]) -> None:
    damage, change = both
    damage(trial, change)


def _many_styles(text: str) -> str:
    """A thousand styles that share a sheet, and as many cells."""
    data = json.loads(text)
    style, cell = data["styles"][0], {**data["cells"][0], "results": []}
    data["styles"] = [{**style, "key": f"kai{'-' * (number % 400)}"} for number in range(1000)]
    data["cells"] = [{**cell, "name": f"{number}"} for number in range(1000)]
    return json.dumps(data)


def _many_results(text: str) -> str:
    """A comparison that would make a page of half a million rows."""
    data = json.loads(text)
    cell = {**data["cells"][0], "results": [{"style": "kai", "sides": {}}] * 500}
    return json.dumps({**data, "cells": [{**cell, "title": f"{number}"} for number in range(1000)]})


@attack(variants={"styles": _many_styles, "results": _many_results, "a sheet": str})
def large_comparison(trial: Trial, change: Change) -> None:
    (trial.copy(trial.kit.comparison) / "kai.png").write_bytes(png(4096, 4096))
    record = trial.folder / "comparison" / "comparison.json"
    record.write_text(change(record.read_text(encoding="utf-8")), encoding="utf-8")
    trial.bounded("report", "comparison", "--output", "report.html")


SHEETS = {
    "too large": png(65_000, 1_000),
    "cut": png(64, 64)[:60],
    "nothing": b"",
    "a text": png(64, 64, extra=png_chunk(b"zTXt", b"name\0\0" + zlib_zeros(1 << 30))),
}


@attack(variants=SHEETS)
def sheet_of_a_comparison(trial: Trial, content: bytes) -> None:
    folder = trial.copy(trial.kit.comparison)
    (folder / "kai.png").write_bytes(content)
    trial.bounded("report", folder, "--output", "report.html")


SETTINGS = {
    "deep": "a = " + "[" * 100_000,
    "nothing": "",
    "escapes": '[training]\nmodel = "\\u001b[31m"\n',
    "wrong types": "training = 1\n",
    "binary": "\udcff\0",
}


@attack(variants=SETTINGS)
def settings_of_a_run(trial: Trial, text: str) -> None:
    run: Path = trial.copy(trial.kit.run)
    (run / "config.toml").write_bytes(_bytes(text))
    trial.bounded("inspect", run)
    trial.bounded("train", "--run", run, "--data", trial.kit.store, "--resume")

"""Datasets: flipped pages and lost ends, of complete ones and of those that a power cut left unfinished."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

from tests.attacks.attack import attack
from tests.attacks.trial import Fell, Trial, flipped, store_digest

PAGE = 4096


def _zeros(content: bytes, chance: random.Random) -> bytes:
    """Pages that were never written, as the file system leaves them."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(data) // PAGE) * PAGE
        data[start : start + PAGE] = bytes(PAGE)
    return bytes(data)


def _older(content: bytes, chance: random.Random) -> bytes:
    """Pages with the contents of others."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        here, there = (chance.randrange(len(data) // PAGE) * PAGE for _ in range(2))
        data[here : here + PAGE] = data[there : there + PAGE]
    return bytes(data)


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def _lost_end(content: bytes, chance: random.Random) -> bytes:
    """The right length, and nothing in the end of it."""
    kept = chance.randrange(len(content))
    return content[:kept] + bytes(len(content) - kept)


def _flipped_early(content: bytes, chance: random.Random) -> bytes:
    return flipped(content, chance, places=range(2 * PAGE))


DAMAGE: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "flipped": flipped,
    "flipped in the meta pages": _flipped_early,
    "zeros": _zeros,
    "other pages": _older,
    "cut short": _cut,
    "lost end": _lost_end,
}


@attack(by_chance=True, tested=True, variants=DAMAGE)
def verified(trial: Trial, damage: Callable[[bytes, random.Random], bytes]) -> None:
    """`--verify` must find what is damaged, and survive it."""
    store = trial.file("glyphs.lmdb", damage(trial.kit.store.read_bytes(), trial.chance))
    harmless = store_digest(store) == store_digest(trial.kit.store)
    outcome = trial.bounded("inspect", store, "--verify", "--sheet", "sheet.png")
    if outcome.status == 0 and not harmless:
        raise Fell("called whole")


@attack(by_chance=True, tested=True, variants=DAMAGE)
def unfinished(trial: Trial, damage: Callable[[bytes, random.Random], bytes]) -> None:
    """The same command after a power cut makes the same dataset."""
    content = damage(trial.kit.unfinished.read_bytes(), trial.chance)
    trial.file(".glyphs.lmdb.partial", content)
    trial.succeeds("render-dataset", *trial.kit.rendering("glyphs.lmdb"))
    trial.check_store(trial.folder / "glyphs.lmdb")
    trial.check_no_leftovers()


@attack()
def continued(trial: Trial) -> None:
    """What a kill left is continued with, to the same dataset."""
    trial.copy(trial.kit.unfinished, ".glyphs.lmdb.partial")
    trial.succeeds("render-dataset", *trial.kit.rendering("glyphs.lmdb"))
    trial.check_store(trial.folder / "glyphs.lmdb")
    trial.check_no_leftovers()


@attack(by_chance=True, variants={"cut short": _cut, "lost end": _lost_end})
def without_its_end(trial: Trial, damage: Callable[[bytes, random.Random], bytes]) -> None:
    """A download that was interrupted."""
    store = trial.file("glyphs.lmdb", damage(trial.kit.store.read_bytes(), trial.chance))
    trial.bounded("inspect", store, "--sheet", "sheet.png")
    trial.bounded(
        "train", "--model", "pix2pix", "--data", store, "--run", "new", "--steps", "2", "--device", "cpu"
    )


def _truncate(store: Path) -> None:
    with store.open("r+b") as file:
        file.truncate(2 * PAGE)


def _overwrite(store: Path) -> None:
    with store.open("r+b") as file:
        file.write(bytes(2 * PAGE))


UNDER = {"cut short": _truncate, "overwritten": _overwrite, "removed": Path.unlink}


@attack(variants=UNDER)
def under_a_run(trial: Trial, harm: Callable[[Path], None]) -> None:
    """A dataset that changes while a run learns from it."""
    store = trial.copy(trial.kit.store)
    run = trial.folder / "run"
    training = [*trial.kit.training(run, 400)]
    training[training.index("--data") + 1] = str(store)
    command = trial.start("train", *training)
    while command.ended() is None and not list(run.glob("samples/*.png")):
        time.sleep(0.05)
    harm(store)
    outcome = command.wait()
    assert outcome is not None
    trial.judged(outcome, "train")
    trial.check_no_leftovers()


TEXTS = {"text": b"not a dataset", "nothing": b"", "a header alone": bytes(8192)}


@attack(variants=TEXTS)
def not_a_dataset(trial: Trial, content: bytes) -> None:
    store = trial.file("glyphs.lmdb", content)
    trial.refused("inspect", store, "--verify")
    trial.refused("train", "--data", store)
    trial.refused("render-dataset", "--add", "--target", trial.kit.style, "--output", store)

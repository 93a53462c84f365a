"""One try of an attack, and what counts as having held."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from tests.attacks.kit import ROOT, Kit
from tests.attacks.process import Outcome, Watched

SECONDS = 10  # of processor time, more than the same command takes on honest files
MEMORY = 1 << 30  # bytes, likewise
LONGEST = 8192  # characters of a line: a path has up to 4,096, and may be named twice
_LEFT_ALONE = (".lock",)  # an empty file that stays, so that the next process locks the same one


class Fell(AssertionError):  # noqa: N818 (that is how it is reported)
    """The attack succeeded; the text says how."""


class Trial:
    """An attacker at work in a folder of its own.

    Attributes:
        folder: empty at first; commands run in it.
        kit: honest things to copy.
        chance: random numbers, the same for the same seed.
    """

    def __init__(self, folder: Path, kit: Kit, seed: str) -> None:
        self.folder, self.kit = folder.absolute(), kit
        self.chance = random.Random(seed)
        self.environment = dict(kit.environment)
        self.seconds, self.peak = 0.0, 0
        self._unfinished = False
        self.folder.mkdir(parents=True, exist_ok=True)

    def copy(self, thing: Path, name: str = "") -> Path:
        """A copy of a file or a folder in the trial's own."""
        place = self.folder / (name or thing.name)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(thing, place) if thing.is_dir() else shutil.copyfile(thing, place)
        return place

    def file(self, name: str, content: bytes | str) -> Path:
        """A file in the trial's folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def start(self, *arguments: str | bytes | Path, **watched: Any) -> Watched:
        """A command that runs on."""
        words = [os.fsencode(word) if isinstance(word, Path) else word for word in arguments]
        memory = self.kit.usual(self._kind(*arguments)).peak + MEMORY
        return Watched([*self.kit.command, *words], self.folder, self.environment, memory, **watched)

    def run(self, *arguments: str | bytes | Path, **watched: Any) -> Outcome:
        """A command, which must end in bounded time and memory without a crash."""
        outcome = self.start(*arguments, **watched).wait()
        assert outcome is not None
        return self.judged(outcome, *arguments)

    def judged(self, outcome: Outcome, *arguments: str | bytes | Path) -> Outcome:
        """The outcome, where the command was bounded, did not crash, and printed what a terminal may show.

        Raises:
            Fell: otherwise.
        """
        usual = self.kit.usual(self._kind(*arguments))
        self._unfinished = bool(outcome.status)
        self.seconds = max(self.seconds, outcome.seconds - usual.seconds)
        self.peak = max(self.peak, outcome.peak - usual.peak)
        if outcome.stopped:
            raise Fell(outcome.stopped)
        if outcome.status < 0:
            raise Fell(f"ended by signal {-outcome.status}")
        for text in (outcome.errors, outcome.output):
            self._check_text(text)
        if self.seconds > SECONDS:
            raise Fell(f"{self.seconds:.0f} s more than usual")
        if self.peak > MEMORY:
            raise Fell(f"{self.peak / 1e9:.1f} GB more memory than usual")
        return outcome

    def refused(self, *arguments: str | bytes | Path, status: Collection[int] = (1,), **watched: Any) -> str:
        """The message of a command that must refuse, and leave everything as it was."""
        before = self.state()
        outcome = self.run(*arguments, **watched)
        errors = [line for line in outcome.errors.splitlines() if line.startswith("error: ")]
        if outcome.status not in status:
            raise Fell(f"status {outcome.status}: {_last(outcome.errors)}")
        if outcome.status == 1 and not errors:
            raise Fell(f"no word about what is wrong: {_last(outcome.errors)}")
        self.check_unharmed(before)
        return "\n".join(errors)

    def bounded(self, *arguments: str | bytes | Path, **watched: Any) -> Outcome:
        """The outcome of a command that may succeed, refuse in words, or be a wrong usage (status 2)."""
        outcome = self.run(*arguments, **watched)
        if outcome.status not in (0, 1, 2):
            raise Fell(f"status {outcome.status}: {_last(outcome.errors)}")
        if outcome.status == 1 and "error: " not in outcome.errors:
            raise Fell(f"no word about what is wrong: {_last(outcome.errors)}")
        return outcome

    def succeeds(self, *arguments: str | bytes | Path, **watched: Any) -> Outcome:
        """The outcome of a command that must do what it was asked."""
        outcome = self.run(*arguments, **watched)
        if outcome.status:
            raise Fell(f"status {outcome.status} instead of 0: {_last(outcome.errors)}")
        return outcome

    def state(self) -> dict[str, str]:
        """A hash of every file in the trial's folder; of what is no plain file, its kind."""
        return {
            path: found for path, found in contents(self.folder).items() if not path.endswith(_LEFT_ALONE)
        }

    def check_unharmed(self, before: dict[str, str], new: Collection[str] = ()) -> None:
        """Make sure that the trial's folder is as it was, but for paths that begin with one of `new`."""
        now = self.state()
        for path in before.keys() | now.keys():
            if before.get(path) == now.get(path) or path.startswith(tuple(new)):
                continue
            how = "changed" if path in before and path in now else "left" if path in now else "removed"
            raise Fell(f"{path!r} was {how}")

    def check_no_leftovers(self) -> None:
        """Make sure that nothing half-made lies about; a dataset may, if the last command did not succeed."""
        left = [path for path in self.state() if ".partial" in path or ".copy" in path]
        left = [path for path in left if not (self._unfinished and path.endswith(".lmdb.partial"))]
        if left:
            raise Fell(f"left behind: {', '.join(left)}")

    def check_store(self, path: Path) -> None:
        """Make sure that a dataset is the honest one, to the byte."""
        if (found := store_digest(path)) != store_digest(self.kit.store):
            raise Fell(f"the dataset is another one ({found})")

    def _kind(self, command: str | bytes | Path, *words: str | bytes | Path) -> str:
        """The command as `Kit.usual` has it."""
        paths = [self.folder / os.fsdecode(word) for word in words if len(os.fsencode(word)) < 200]
        of_run = any(path.suffix == ".safetensors" or (path / "checkpoints").is_dir() for path in paths)
        return "inspect RUN" if command == "inspect" and of_run else str(command)

    def _check_text(self, text: str) -> None:
        if "Traceback (most recent call last)" in text:
            raise Fell(f"a traceback: {_last(text)}")
        for line in text.splitlines():
            if len(line) > LONGEST:
                raise Fell(f"a line of {len(line):,} characters")
        for char in text:
            if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp"):
                raise Fell(f"prints U+{ord(char):04X}")


def contents(folder: Path) -> dict[str, str]:
    """A hash of every file under a folder, by its path from there."""
    found = {}
    for parent, folders, files in os.walk(os.fsencode(folder)):
        for name in (*files, *(name for name in folders if os.path.islink(os.path.join(parent, name)))):  # noqa: PTH114, PTH118 (bytes)
            path = Path(os.fsdecode(parent), os.fsdecode(name))
            key = os.fsencode(path.relative_to(folder)).decode("utf-8", "backslashreplace")
            if path.is_symlink():
                found[key] = f"link to {path.readlink()!r}"
            elif path.is_file():
                with path.open("rb") as file:
                    found[key] = hashlib.file_digest(file, "sha256").hexdigest()
            else:
                found[key] = "special"
    return found


def store_digest(path: Path) -> str:
    """The hash of a dataset, or what became of the process that read it."""
    outcome = subprocess.run(
        [sys.executable, "-m", "tests.attacks.store_file", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return outcome.stdout.strip() if outcome.returncode == 0 else f"unreadable: {_last(outcome.stderr)}"


def flipped(content: bytes, chance: random.Random, most: int = 20, places: Sequence[int] = ()) -> bytes:
    """Bytes with some of them changed, anywhere or among some places."""
    data = bytearray(content)
    for _ in range(chance.randint(1, most)):
        place = chance.choice(places) if places else chance.randrange(len(data))
        data[place] ^= chance.randint(1, 255)
    return bytes(data)


def _last(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "nothing printed"

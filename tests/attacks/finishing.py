"""The three jobs of fontgan with their honest results, and how one is finished that something interrupted."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from pathlib import Path

from tests.attacks.kit import STEPS, Kit
from tests.attacks.trial import Fell, Trial, contents, store_digest

Words = tuple[str | Path, ...]


class Job(ABC):
    """One of them. It is finished by its own command again, or by one that continues it."""

    @abstractmethod
    def command(self, trial: Trial) -> Words:
        """What starts it in the trial's folder."""

    @abstractmethod
    def result(self, folder: Path) -> str:
        """A hash of what it made in a folder; empty where that is not there."""

    @abstractmethod
    def honest(self, kit: Kit) -> Path:
        """What it makes without interruption."""

    @abstractmethod
    def name(self) -> str:
        """Of what it makes, in the trial's folder."""

    def size(self, kit: Kit) -> int:
        """Of all that it makes, in bytes."""
        honest = self.honest(kit)
        files = [path for path in honest.rglob("*") if path.is_file()] if honest.is_dir() else [honest]
        return sum(path.stat().st_size for path in files)

    def again(self, trial: Trial) -> None:
        """Do it again, or continue it."""
        trial.succeeds(*self.command(trial))

    def finish(self, trial: Trial) -> None:
        """Finish what was interrupted, and make sure that it comes to the same end.

        Raises:
            Fell: it does not.
        """
        honest = self.result(self.honest(trial.kit))
        if self.result(trial.folder / self.name()) == honest:
            return
        self.again(trial)
        if self.result(trial.folder / self.name()) != honest:
            raise Fell("comes to another result")
        trial.check_no_leftovers()


class Rendering(Job):
    """A dataset of two fonts."""

    def name(self) -> str:
        return "glyphs.lmdb"

    def command(self, trial: Trial) -> Words:
        return ("render-dataset", *trial.kit.rendering(self.name()))

    def result(self, folder: Path) -> str:
        return store_digest(folder) if folder.exists() else ""

    def honest(self, kit: Kit) -> Path:
        return kit.store


class Learning(Job):
    """A run."""

    def name(self) -> str:
        return "run"

    def command(self, trial: Trial) -> Words:
        return ("train", *trial.kit.training(self.name()))

    def result(self, folder: Path) -> str:
        last = folder / "checkpoints" / f"step-{STEPS:07}" / "generator.safetensors"
        return hashlib.sha256(last.read_bytes()).hexdigest() if last.exists() else ""

    def honest(self, kit: Kit) -> Path:
        return kit.run

    def again(self, trial: Trial) -> None:
        if trial.bounded(*self.command(trial), "--resume").status:  # it had not begun
            trial.succeeds(*self.command(trial))


class Drawing(Job):
    """A sheet and a picture of each character."""

    def name(self) -> str:
        return "drawn"

    def command(self, trial: Trial) -> Words:
        return ("generate", *trial.kit.drawing(self.name()))

    def result(self, folder: Path) -> str:
        found = {path: value for path, value in contents(folder).items() if ".partial" not in path}
        return hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest()

    def honest(self, kit: Kit) -> Path:
        return kit.drawn


JOBS: dict[str, Job] = {"render": Rendering(), "train": Learning(), "generate": Drawing()}

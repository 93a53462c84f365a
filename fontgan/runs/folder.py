"""The folder of a run; its layout is known only here.

runs/NAME/
    config.toml                     all settings as decided
    dataset.json                    what it learns from: the faces, where they lie, a hash of their images
    log.jsonl                       one line per report
    samples/step-0000000.png        the same held-out characters each time
    checkpoints/step-0001000/       generator.safetensors: the weights to use and to share
                                    state.pt: what training continues from
    tensorboard/                    event files, where they were asked for

Nothing here imports torch until a checkpoint is asked for.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from filelock import FileLock, Timeout

from fontgan.config.reading import read_toml
from fontgan.errors import FontganError
from fontgan.files import sweep
from fontgan.runs.log import Log

if TYPE_CHECKING:
    from fontgan.measures.table import Measures
    from fontgan.runs.record import CheckpointRecord

RUNS = Path("runs")  # where runs lie unless the user names another folder
WEIGHTS = "generator.safetensors"
_CONFIG, _LOG, _CHECKPOINTS, _LOCK = "config.toml", "log.jsonl", "checkpoints", ".lock"
_DATASET = "dataset.json"
_WAITS = (0.001, 0.01, 0.1, 0.5)  # seconds between looks at a run that is being trained

T = TypeVar("T")


class GoneError(FontganError):
    """A checkpoint that was there a moment ago: training has replaced or removed it."""


@dataclass(frozen=True, init=False)
class Run:
    """A training run on disk. Files are read when an attribute is accessed, and nothing is cached.

    Args:
        path: its folder.

    Raises:
        FontganError: there is no such folder, or it is not a run.
    """

    path: Path

    def __init__(self, path: Path | str) -> None:
        object.__setattr__(self, "path", Path(path))
        if not is_run(self.path):
            what = "is not a run" if self.path.exists() else "does not exist"
            raise FontganError(f"the run {self.path} {what}", "pass the folder of a run")

    def __str__(self) -> str:
        return str(self.path)

    @classmethod
    def create(cls, wanted: Path | None, model: str) -> Run:
        """A new run in a new folder; two processes that start together get two folders.

        Raises:
            FontganError: it cannot be made, or the wanted folder exists already.
        """
        for folder in _candidates(wanted, model):
            try:
                folder.mkdir(parents=True, exist_ok=wanted is not None)
                (folder / _CONFIG).touch()
                sweep(folder)
            except FileExistsError:
                continue
            except OSError as error:
                raise FontganError(
                    f"the run {folder} cannot be made ({error.strerror or error})",
                    "check the permissions and the space on the disk, or choose another {run}",
                ) from error
            break
        return cls(folder)

    @classmethod
    def of(cls, weights: Path) -> Run | None:
        """The run that a file of weights lies in, if any."""
        inside = weights.name == WEIGHTS and weights.absolute().parent.parent.name == _CHECKPOINTS
        return cls(weights.absolute().parents[2]) if inside else None

    @property
    def name(self) -> str:
        """Its folder's name."""
        return self.path.absolute().name

    @property
    def config_path(self) -> Path:
        """The file with all settings."""
        return self.path / _CONFIG

    @property
    def config(self) -> dict[str, dict[str, Any]]:
        """All settings by table, as TOML has them.

        Raises:
            FontganError: the file is missing or damaged.
        """
        return read_toml(self.config_path)

    @property
    def dataset_path(self) -> Path:
        """The note of what it learns from; `runs/dataset.py` reads and writes it."""
        return self.path / _DATASET

    @property
    def log(self) -> Log:
        """The log."""
        return Log(self.path / _LOG)

    @property
    def tensorboard_folder(self) -> Path:
        """The folder of TensorBoard's event files."""
        return self.path / "tensorboard"

    @property
    def samples(self) -> list[Path]:
        """The sample sheets, oldest first."""
        return sorted(self.samples_folder.glob("step-*.png"))

    def _repr_png_(self) -> bytes | None:
        """The newest sample sheet, in a notebook; None where there is none yet."""
        return self.samples[-1].read_bytes() if self.samples else None

    @property
    def samples_folder(self) -> Path:
        """The folder of the sample sheets."""
        return self.path / "samples"

    def sample_path(self, step: int) -> Path:
        """The sample sheet of a step."""
        return self.samples_folder / f"step-{step:07}.png"

    @property
    def checkpoints(self) -> list[Path]:
        """The files of weights that it has kept, from the oldest to the newest step."""
        return sorted(self.path.glob(f"{_CHECKPOINTS}/step-*/{WEIGHTS}"))

    def checkpoint_folder(self, step: int) -> Path:
        """The folder for the checkpoint of a step."""
        return self.path / _CHECKPOINTS / f"step-{step:07}"

    @property
    def newest_checkpoint(self) -> Path:
        """The weights of the last step that was kept.

        Raises:
            FontganError: none was.
        """
        found = self.checkpoints
        if not found:
            # Where it had one, that is being replaced.
            kind = GoneError if (self.path / _CHECKPOINTS).is_dir() else FontganError
            raise kind(f"the run {self} has no checkpoint yet", "train it, or choose another run")
        return found[-1]

    @property
    def best(self) -> Path:
        """The best weights that it has kept, by its own measure; among equals, the newest.

        Raises:
            FontganError: it has kept none, or damaged ones.
        """
        from fontgan.runs.weights import read_record

        def look() -> Path:
            found = self.checkpoints
            if len(found) < 2:
                return self.newest_checkpoint
            return max(reversed(found), key=lambda path: read_record(path).score)

        return looked_up(look)

    @property
    def record(self) -> CheckpointRecord:
        """The record of its best checkpoint.

        Raises:
            FontganError: there is none, or it is damaged.
        """
        from fontgan.runs.weights import read_record

        return looked_up(lambda: read_record(self.best))

    @property
    def measures(self) -> Measures:
        """Those of its best checkpoint on the held-out characters.

        Raises:
            FontganError: there is none, or it is damaged.
        """
        return self.record.measures

    @property
    def last_trained(self) -> int:
        """When training last wrote its settings, its log or a checkpoint, in nanoseconds."""
        written = [self.config_path, self.log.path, *self.checkpoints[-1:]]
        return max(map(_last_written, written))

    @contextmanager
    def locked(self, patience: float = 0) -> Iterator[None]:
        """While this block runs, no other process may train in the same folder.

        Args:
            patience: how many seconds to wait for one that does.

        Raises:
            FontganError: another process still does.
        """
        lock = FileLock(self.path / _LOCK, timeout=patience)
        try:
            lock.acquire()
        except Timeout as error:
            raise FontganError(
                f"the run {self} is being trained by another process", "wait for it, or choose another {run}"
            ) from error
        except OSError as error:
            raise FontganError(
                f"the run {self} cannot be written ({error.strerror or error})",
                "check its permissions and the space on the disk, or choose another {run}",
            ) from error
        try:
            yield
        finally:
            lock.release()


def is_run(path: Path) -> bool:
    """Whether a folder is that of a run."""
    return (path / _CONFIG).is_file() or (path / _LOG).is_file() or (path / _CHECKPOINTS).is_dir()


def is_empty_run(path: Path) -> bool:
    """Whether a folder has no more than what is written before training begins.

    A disk that is full, or a kill, may have ended a run there: nothing of it is worth keeping.
    """
    config = path / _CONFIG
    if not path.is_dir() or (config.is_file() and config.stat().st_size):
        return False
    ours = {_CONFIG, _DATASET, _LOCK}
    return all(one.name in ours or one.name.endswith(".partial") for one in path.iterdir())


def looked_up(look: Callable[[], T]) -> T:
    """What `look` returns, which is repeated where training has replaced what it found before it was read.

    Raises:
        FontganError: what `look` raises.
    """
    for seconds in _WAITS:
        try:
            return look()
        except GoneError:
            time.sleep(seconds)
    return look()


def name_of(weights: Path) -> str:
    """The name of the run that weights lie in, or the file's own where they lie in none."""
    run = Run.of(weights)
    return run.name if run else weights.stem


def _candidates(wanted: Path | None, model: str) -> Iterable[Path]:
    if wanted is None:
        return (RUNS / f"{model}-{number}" for number in itertools.count(1))
    if wanted.exists() and not is_empty_run(wanted):
        if is_run(wanted):
            raise FontganError(
                f"the run {wanted} exists already",
                "choose another {run}, remove it, or continue it with {resume}",
            )
        raise FontganError(f"{wanted} exists already and is not a run", "choose another {run}")
    return [wanted]


def _last_written(path: Path) -> int:
    """When a file was written, in nanoseconds; 0 where there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0

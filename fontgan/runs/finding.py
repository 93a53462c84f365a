"""Which run or weights a command means, where the user names a run, a file, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from fontgan.errors import FontganError
from fontgan.formats import UnknownFormatError
from fontgan.runs.folder import RUNS, GoneError, Run, is_empty_run, is_run, looked_up


def newest_run(runs: Path = RUNS, model: str | None = None, trained: bool = False) -> Run:
    """The run that was trained last, by the rule that all commands share.

    Runs that ended before training began do not count.

    Args:
        runs: the folder with the runs.
        model: only runs that were named after this model.
        trained: only runs that have a checkpoint.

    Raises:
        FontganError: there is none.
    """
    return looked_up(partial(_newest, runs, model, trained))


def _newest(runs: Path, model: str | None, trained: bool) -> Run:
    """One look for `newest_run`: a run that has no checkpoint now may be replacing its own."""
    known = [Run(path) for path in runs.glob(f"{model or ''}*") if is_run(path) and not is_empty_run(path)]
    if model:
        known = [run for run in known if run.name.removeprefix(f"{model}-").isdecimal()]
    found = [run for run in known if run.checkpoints] if trained else known
    if not found:
        replacing = any(run.checkpoint_folder(0).parent.is_dir() for run in known)
        what = "trained run" if trained else "run"
        of = f" of {model}" if model else ""
        kind = GoneError if replacing else FontganError
        raise kind(f"there is no {what}{of} in {runs}/", "make one with {train}")
    return max(found, key=lambda run: run.last_trained)


def find_weights(given: Run | Path | str | None = None, runs: Path = RUNS) -> Path:
    """The weights in a file, or the best ones of a run, or those of the newest run in `runs`.

    Raises:
        FontganError: there are none.
    """
    if given is None:
        run = newest_run(runs, trained=True)
        with naming_another(run):
            return run.best
    if isinstance(given, Run):
        return given.best
    path = Path(given)
    if path.is_dir():
        return Run(path).best
    if not path.is_file():
        raise FontganError(
            f"there is no run or checkpoint {path}", "pass the folder of a run or a .safetensors file"
        )
    return path


@contextmanager
def naming_another(run: Run) -> Iterator[None]:
    """Where the newest run, which nobody named, is damaged, say how to go around it."""
    try:
        yield
    except (GoneError, UnknownFormatError):
        raise
    except FontganError as error:
        raise FontganError(
            f"the newest run is damaged: {error.problem}",
            "name another run with {checkpoint}, or remove {folder}",
            folder=run,
        ) from error

"""The folder of a comparison; its layout is known only here.

compared/NAME/
    comparison.json     what was asked for, and all cells that are made
    runs/CELL/          the run of each cell that was trained here
    STYLE.png           the same few judged characters by every cell
    STYLE-curves.png    measures against time, FLOPs, characters and settings
    report.html         all of it as a page
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from fontgan.comparison.asked import safe_name
from fontgan.comparison.planning import Planned
from fontgan.errors import FontganError
from fontgan.files import unwritable, write_text
from fontgan.formats import to_text
from fontgan.judging.comparison import Cell, Comparison
from fontgan.untrusted import MOST_RECORD, cured_by, read_file, shown, unreadable

COMPARED = Path("compared")  # where comparisons lie unless the user names another folder
_RECORD, _LOCK = "comparison.json", ".lock"
_ANOTHER = "choose another {output}, or remove that folder"


@dataclass(frozen=True)
class Folder:
    """The folder of a comparison.

    Args:
        path: of the folder.
    """

    path: Path

    @property
    def record_path(self) -> Path:
        """The file with what was asked for and what was found."""
        return self.path / _RECORD

    @property
    def page_path(self) -> Path:
        """The page."""
        return self.path / "report.html"

    def sheet_path(self, style: str) -> Path:
        """The sheet of a style."""
        return self.path / f"{safe_name(style)}.png"

    def curves_path(self, style: str) -> Path:
        """The curves of a style."""
        return self.path / f"{safe_name(style)}-curves.png"

    def read(self) -> Comparison:
        """The comparison in the folder.

        Raises:
            FontganError: it is missing, damaged, or of a newer format.
        """
        try:
            with cured_by(_ANOTHER):
                content = read_file(self.record_path, MOST_RECORD, "a comparison")
                return Comparison.from_json(content, str(self.record_path))
        except OSError as error:
            raise unreadable(self.record_path, error, _ANOTHER) from error

    def write(self, comparison: Comparison) -> None:
        """Write the comparison, whole or not at all.

        Raises:
            FontganError: it cannot be written.
        """
        write_text(self.record_path, to_text(comparison.to_json(), indent=1) + "\n", durable=True)

    @contextmanager
    def opened(self, planned: Planned) -> Iterator[Comparison]:
        """The planned comparison, with the cells that were made before; meanwhile it is this process' own.

        Raises:
            FontganError: another comparison or something else is in the folder, another process makes it, or
                the folder cannot be written.
        """
        path = self.path
        if path.exists() and not self.record_path.is_file() and (not path.is_dir() or _has_files(path)):
            raise FontganError(f"{path} exists already and is not a comparison", "choose another {output}")
        if self.record_path.is_file():
            _check_same(path, self.read().asked, planned.asked)
        try:
            path.mkdir(parents=True, exist_ok=True)
            lock = FileLock(path / _LOCK, timeout=0)
            lock.acquire()
        except Timeout as error:
            raise FontganError(
                f"{path} is being made by another process", "wait for it, or choose another {output}"
            ) from error
        except OSError as error:
            raise unwritable(path, error) from error
        try:
            before = self.read() if self.record_path.is_file() else None
            comparison = Comparison(
                name=path.absolute().name,
                asked=_plain(planned.asked),
                styles=planned.styles,
                swept=planned.swept,
                cells=in_order([] if before is None else before.cells, planned),
                notes=tuple(planned.notes),
                extra={} if before is None else before.extra,
            )
            self.write(comparison)
            yield comparison
        finally:
            lock.release()


def with_cell(comparison: Comparison, cell: Cell, planned: Planned) -> Comparison:
    """The comparison with a cell, in place of one of that name."""
    others = [other for other in comparison.cells if other.name != cell.name]
    return replace(comparison, cells=in_order([*others, cell], planned))


def in_order(cells: Iterable[Cell], planned: Planned) -> tuple[Cell, ...]:
    """Cells in the order in which they are planned."""
    by_name = {cell.name: cell for cell in cells}
    return tuple(by_name[job.name] for job in planned.jobs if job.name in by_name)


def _check_same(path: Path, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    now = _plain(now)
    other = [name for name in dict.fromkeys((*before, *now)) if before.get(name) != now.get(name)]
    if other:
        differences = "; ".join(
            f"{name} was {shown(before.get(name))} and would be {shown(now.get(name))}" for name in other
        )
        raise FontganError(f"{path} is another comparison ({differences})", _ANOTHER)


def _plain(asked: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON has it."""
    plain: dict[str, Any] = json.loads(json.dumps(asked, default=str))
    return plain


def _has_files(path: Path) -> bool:
    return any(one.name != _LOCK for one in path.iterdir())

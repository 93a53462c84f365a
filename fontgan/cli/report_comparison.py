"""`fontgan report COMPARISON`: what a comparison found, gathered for its page."""

from __future__ import annotations

from pathlib import Path

from fontgan.errors import FontganError
from fontgan.untrusted import unreadable

MOST_SHEETS = 16  # on a page: a small file may hold a large picture


def is_comparison(path: Path) -> bool:
    """Whether it is the folder of a comparison."""
    from fontgan.comparison.folder import Folder

    return Folder(path).record_path.is_file()


def report_comparison(path: Path, page: Path) -> list[str]:
    """Write the page of a comparison; returns what it does not show, one line each.

    Raises:
        FontganError: the comparison is damaged, or the page cannot be written.
    """
    from fontgan.comparison.folder import Folder
    from fontgan.report.comparison_page import sample_labels, save_comparison_page
    from fontgan.report.samples import MOST_BYTES, Strip, sheet_strips
    from fontgan.untrusted import read_file

    folder = Folder(path)
    comparison = folder.read()
    samples: dict[str, list[Strip]] = {}
    notes: list[str] = []
    for style in comparison.styles[:MOST_SHEETS]:
        sheet = folder.sheet_path(style.key)
        try:
            content = read_file(sheet, MOST_BYTES, "a sheet")
            samples[style.key] = sheet_strips(content, sample_labels(comparison, style.key))
            if not samples[style.key]:
                notes.append(f"{sheet.name} is damaged and is not shown")
        except FontganError as error:
            notes.append(error.problem)
        except OSError as error:
            notes.append(unreadable(sheet, error).problem)
    if len(comparison.styles) > MOST_SHEETS:
        notes.append(f"the sheets of the first {MOST_SHEETS} styles are shown; the others lie in {path}")
    save_comparison_page(page, comparison, samples, notes)
    return notes

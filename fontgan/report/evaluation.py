"""An evaluation as files: its figures, and sheets of the best, the median and the worst characters."""

from __future__ import annotations

from pathlib import Path

from fontgan.files import write_text
from fontgan.fonts.charset import code_point_name
from fontgan.formats import to_text
from fontgan.judging.evaluation import Evaluation
from fontgan.measures.table import ALL
from fontgan.sheet import COLUMNS, Row, save_sheet


def save_evaluation(found: Evaluation, folder: Path) -> list[Path]:
    """Write `evaluation.json` and the sheets `best.png`, `median.png` and `worst.png` into a folder.

    A sheet shows up to `COLUMNS` characters, a third of all at most: content, drawn, nearest and true glyph,
    and what the run is ranked by above them.

    Returns:
        The paths of the files.

    Raises:
        FontganError: a file cannot be written.
    """
    order = found.ranking()
    count = min(COLUMNS, max(1, len(order) // 3))
    middle = (len(order) - count) // 2
    chosen = {
        "best": order[:count],
        "median": order[middle : middle + count],
        "worst": order[::-1][:count],
    }
    figures = folder / "evaluation.json"
    write_text(figures, to_text(found.to_json(), indent=1) + "\n")
    for name, places in chosen.items():
        _save(found, name, places, folder / f"{name}.png")
    return [figures, *(folder / f"{name}.png" for name in chosen)]


def _save(found: Evaluation, name: str, places: list[int], path: Path) -> None:
    measure = ALL[found.ranked_by]
    values = found.sides["model"].values[measure.name]
    labels = [f"{code_point_name(found.codes[place])} {measure.text(values[place])}" for place in places]
    title = f"{found.name}: the {name} {len(places)} of {len(found):,} characters by {measure.title}"
    rows = [
        Row(label, list(images[places]))
        for label, images in (
            ("content", found.content),
            ("generated", found.drawn),
            ("nearest learnt", found.nearest),
            ("true", found.truth),
        )
    ]
    save_sheet(path, title, labels, rows, found.record.size)

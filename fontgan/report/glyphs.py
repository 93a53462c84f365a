"""Drawn characters as files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from fontgan.building.ufo import save_doubtful
from fontgan.drawing.drawing import MOST_ON_SHEET, Drawing, svg_title
from fontgan.files import write_text
from fontgan.fonts.charset import code_point_name
from fontgan.judging.doubts import Doubt, DoubtFinder
from fontgan.outlines.many import tracing
from fontgan.outlines.remarks import Remarks
from fontgan.outlines.tracing import Trace
from fontgan.report.pictures import marked
from fontgan.sheet import save_png


@dataclass(frozen=True)
class Saved:
    """What was saved of a drawing.

    Attributes:
        paths: the sheet, the folder with the images unless there is only the sheet, and the list of the
            doubtful characters if there are any.
        drawn: the number of characters that were drawn.
        lacking: the characters among those before the last one drawn that no content font has.
        untraced: those without an SVG, whose images are blank or noise, with the reason.
        doubtful: those whose strokes are doubtful, or whose SVGs do not match their images well, with the
            reason, the worst first.
    """

    paths: list[Path]
    drawn: int
    lacking: list[int]
    untraced: dict[int, str] = field(default_factory=dict)
    doubtful: dict[int, str] = field(default_factory=dict)


def save_drawing(
    parts: Iterable[Drawing],
    output: Path,
    writes: bool = True,
    svg: bool = False,
    jobs: int = 1,
    finder: DoubtFinder | None = None,
) -> Saved:
    """Write a PNG of each character as the parts come, and a sheet once the characters on it are drawn.

    If `output` is a PNG itself, it is the sheet, and no more is drawn than it shows.

    Args:
        parts: of a drawing, as `Drawer.parts` draws them.
        output: a folder, or a PNG.
        writes: whether this process writes; of several that draw together, one does.
        svg: whether the outline of each character is written beside its PNG, where there are PNGs.
        jobs: processes that trace outlines.
        finder: finds the doubtful characters of a part, which are marked on the sheet and listed.

    Raises:
        FontganError: a file cannot be written, or a part cannot be drawn.
    """
    alone = is_sheet(output)
    sheet, folder = (output, output.parent) if alone else (output / "sheet.png", output / "glyphs")
    first: list[Drawing] = []
    marks: dict[int, np.ndarray] = {}
    lacking: list[int] = []
    remarks = Remarks()
    drawn = 0
    with tracing(jobs) as trace_all:
        for part in parts:
            if writes and not alone:
                _save_images(part, folder)
                if svg:
                    _save_outlines(part, trace_all(part.images), folder, remarks)
            doubts = finder(part) if finder and writes else {}
            for doubt in doubts.values():
                remarks.doubt(doubt.code, doubt.reasons, doubt.score)
            if drawn < MOST_ON_SHEET:
                first.append(part)
                marks |= _marks(part, doubts)
            drawn += len(part)
            lacking += part.lacking
            if first and drawn >= MOST_ON_SHEET:
                _save_sheet(first, sheet, writes, marks)
                first = []
                if alone:
                    break
    if first:
        _save_sheet(first, sheet, writes, marks)
    remarks.rank()
    if alone or not writes:
        return Saved([sheet] if alone else [sheet, folder], drawn, lacking, {}, remarks.doubtful)
    listed = save_doubtful(folder, remarks.untraced | remarks.doubtful)
    return Saved([sheet, folder, *listed], drawn, lacking, remarks.untraced, remarks.doubtful)


def is_sheet(output: Path) -> bool:
    """Whether an output is a sheet alone, not a folder."""
    return output.suffix.lower() == ".png"


def _save_sheet(parts: list[Drawing], path: Path, writes: bool, marks: Mapping[int, np.ndarray]) -> None:
    if writes:
        whole = Drawing.together(parts)
        save_png(
            path, whole.sheet({code: marks[code] for code in whole.codes[:MOST_ON_SHEET] if code in marks})
        )


def _marks(part: Drawing, doubts: Mapping[int, Doubt]) -> dict[int, np.ndarray]:
    """The images of doubtful characters, with what is wrong in colour."""
    images = zip(part.codes, part.images, strict=True)
    return {
        code: marked(image, doubts[code].missing, doubts[code].extra, part.record.canvas)
        for code, image in images
        if code in doubts
    }


def _save_images(part: Drawing, folder: Path) -> None:
    for code, image in zip(part.codes, part.images, strict=True):
        save_png(folder / f"{code_point_name(code)}.png", Image.fromarray(image))
        (folder / f"{code_point_name(code)}.svg").unlink(missing_ok=True)  # it was that of an older image


def _save_outlines(part: Drawing, traces: Iterable[Trace], folder: Path, remarks: Remarks) -> None:
    for code, image, place, found in zip(part.codes, part.images, part.placements, traces, strict=True):
        if remarks.note(code, image, found):
            write_text(folder / f"{code_point_name(code)}.svg", place.as_svg(found.outline, svg_title(code)))

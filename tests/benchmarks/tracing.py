"""How well glyph images are traced: real glyphs, drawn small, traced, and drawn again at 1,024 px.

`python -m tests.benchmarks.tracing [FONT…] [--count N] [--sizes PX…] [--rivals PYTHON]`: characters of GB2312
level 1, spread evenly over each font; the fonts that come with fontgan where none is named. For each size:

- IoU of the outline's coverage with the true glyph's, averaged, and the worst character's;
- points of the glyph that is built, as a multiple of the designer's in the font's own format, cubics or
  quadratics;
- level: of straight lines within two degrees of an axis and longer than .04 em, how many are exactly on it
  on a grid of 1,000 units, and how many of the designer's own are;
- stems: the spread (standard deviation) of the widths' errors, in thousandths of an em;
- error: that each trace reports, in pixels; doubtful: traces that ask to be looked at;
- crossing: glyphs whose outline crosses itself as it is traced, and as it is built;
- ms: processor time of one thread, median.

`--rivals` is a Python interpreter with potracer or vtracer, which runs rival_tracers.py: both get the picture
enlarged four times, as their users do, and are drawn and counted in the same way.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from fontgan.assets import CONTENT_FONT, STYLE_FONTS, bundled_font
from fontgan.building.glyphs import NewGlyph, in_units
from fontgan.building.overlaps import crossing
from fontgan.building.truetype import quadratic_parts, quadratics
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.charset import gb2312_level, scattered
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.outlines.coverage import covered, cut
from fontgan.outlines.outline import Contour, Outline
from fontgan.outlines.polyline import flattened
from fontgan.outlines.tracing import Trace, trace
from tests.toy_fonts import AnyCanvas

LARGE = 1024
SIZES = (64, 128, 256)
COUNT = 40
UNITS = 1000
LEVEL_LENGTH, LEVEL_SLOPE = 0.04, np.tan(np.radians(2))
RIVALS = ("potracer", "vtracer")
LOOK_BACK, STEM_ROWS = 3, 12  # pixels around a stem, and rows that it must be straight for, either side
HEADING = (
    "| font | px | by | IoU, worst | points | level, own | stems | error | doubtful | crossing, built | ms |"
)


class Glyph(NamedTuple):
    """A true glyph: its character, its picture at 1,024 px, the designer's points and straight lines."""

    code: int
    large: np.ndarray
    points: int
    lines: np.ndarray


class Row(NamedTuple):
    """What was measured of one glyph."""

    code: int
    iou: float
    points: float
    level: tuple[int, int]
    stems: list[float]
    error: float
    doubtful: bool
    crossed: bool
    crosses: bool
    milliseconds: float


class Font:
    """A face, its outlines as its designer drew them, and whether these are quadratic."""

    def __init__(self, location: FontLocation) -> None:
        self.face = Face(location)
        self.font = TTFont(location.path, fontNumber=location.index, lazy=True)
        self.glyphs = self.font.getGlyphSet()
        self.names = self.font.getBestCmap()
        self.quadratic = "glyf" in self.font
        self.units = self.font["head"].unitsPerEm

    def glyph(self, code: int) -> Glyph:
        """A character that the font draws."""
        image = self.face.draw(code, AnyCanvas(LARGE))
        assert image is not None
        pen = DecomposingRecordingPen(self.glyphs)
        self.glyphs[self.names[code]].draw(pen)
        points, lines = _designed(pen.value)
        return Glyph(code, 1 - image / 255, points, np.array(lines).reshape(-1, 2) / self.units)

    def built(self, outline: Outline, size: int) -> tuple[int, bool]:
        """The points of a traced outline as a font in this format is built with it; whether it crosses."""
        glyph = NewGlyph(ord("永"), 1.0, outline.to_em(Canvas(size), 1.0, 0.0))
        (built,) = in_units([glyph], UNITS)
        if self.quadratic:
            contours = quadratics(built, UNITS)
            parts = [part for contour in contours for part in quadratic_parts(contour)]
            return sum(map(len, contours)), bool(crossing(parts, UNITS))
        cubics = [part for contour in built.contours for part in contour.closed()]
        return sum(len(part) - 1 for part in cubics), bool(crossing(cubics, UNITS))


def _designed(
    record: list[tuple[str, tuple[Any, ...]]],
) -> tuple[int, list[tuple[float, float]]]:
    """The points and the steps of straight lines of a recorded outline."""
    count, lines = 0, []
    first = last = (0.0, 0.0)
    for operator, points in record:
        if operator == "moveTo":
            first = last = points[0]
        elif operator == "closePath":
            if first != last:
                count += 1
                lines.append((first[0] - last[0], first[1] - last[1]))
        else:
            count += len(points)
            if points[-1] is None:  # a contour without points on the curve
                continue
            if operator == "lineTo":
                lines.append((points[0][0] - last[0], points[0][1] - last[1]))
            last = points[-1]
    return count, lines


def drawn(outline: Outline, scale: float, side: int = LARGE) -> np.ndarray:
    """The outline's coverage, (side, side), 1 = ink."""
    if not outline.contours:
        return np.zeros((side, side))
    points = np.concatenate([contour.points for contour in outline.contours]) * scale
    line = flattened(points, np.concatenate([contour.lines for contour in outline.contours]), 3.0)
    found: np.ndarray = np.clip(np.abs(covered(cut(line.starts, line.ends, side))), 0, 1)
    return found  # other tools run the other way


def level(steps: np.ndarray) -> tuple[int, int]:
    """Of the steps (n, 2) of lines, in em: how many are exactly on an axis, and nearly or exactly."""
    units = np.abs(np.round(steps * UNITS))
    low, high = units.min(axis=1, initial=0), units.max(axis=1, initial=0)
    near = (high >= LEVEL_LENGTH * UNITS) & (low <= LEVEL_SLOPE * high)
    return int((near & (low == 0)).sum()), int(near.sum())


def line_steps(outline: Outline, size: int) -> np.ndarray:
    """The steps of an outline's straight lines on a grid of 1,000 units, in em."""
    ends = [contour.points[contour.lines][:, (0, 3)] for contour in outline.contours]
    rounded = np.round(np.concatenate([np.zeros((0, 2, 2)), *ends]) / size * UNITS)
    return (rounded[:, 1] - rounded[:, 0]) / UNITS


def stem_errors(true: np.ndarray, made: np.ndarray) -> Iterator[float]:
    """How much wider each straight stem is than the true one, in thousandths of an em."""
    for one, two in ((true, made), (true.T, made.T)):
        dark = np.pad(one > 0.5, ((0, 0), (1, 1)))
        for row in range(STEM_ROWS, LARGE - STEM_ROWS, STEM_ROWS):
            edges = [
                np.nonzero(np.diff(dark[row + step].astype(int)))[0] for step in (-STEM_ROWS, 0, STEM_ROWS)
            ]
            for start, end in edges[1].reshape(-1, 2):
                straight = all(
                    np.abs(other - at).min(initial=9) < 1 for other in edges for at in (start, end)
                )
                window = slice(max(start - LOOK_BACK, 0), end + LOOK_BACK)
                lonely = ((edges[1] > window.start) & (edges[1] < window.stop)).sum() == 2
                if straight and lonely and end - start < LARGE / 8:
                    yield float(two[row, window].sum() - one[row, window].sum()) / LARGE * UNITS


def measured(font: Font, glyph: Glyph, made: Trace, size: int, milliseconds: float) -> Row:
    """All figures of one trace."""
    large = drawn(made.outline, LARGE / size)
    points, crosses = font.built(made.outline, size)
    return Row(
        glyph.code,
        float(np.minimum(large, glyph.large).sum() / np.maximum(large, glyph.large).sum()),
        points / glyph.points,
        level(line_steps(made.outline, size)),
        list(stem_errors(glyph.large, large)),
        made.error,
        made.doubtful,
        bool(made.crossings),
        crosses,
        milliseconds,
    )


def own_traces(images: list[np.ndarray]) -> Iterator[tuple[Trace, float]]:
    """Traced by fontgan, each with its milliseconds."""
    for image in images:
        begin = time.process_time()
        made = trace(image)
        yield made, (time.process_time() - begin) * 1000


def rival_traces(python: str, name: str, images: list[np.ndarray]) -> Iterator[tuple[Trace, float]]:
    """Traced by another tool, in another environment."""
    with tempfile.TemporaryDirectory() as temporary:
        pictures, result = Path(temporary) / "pictures.npy", Path(temporary) / "outlines.json"
        np.save(pictures, np.stack(images))
        script = Path(__file__).with_name("rival_tracers.py")
        subprocess.run([python, str(script), name, str(pictures), str(result)], check=True)
        for glyph in json.loads(result.read_text()):
            contours = [
                Contour(np.array(spans, float).reshape(-1, 4, 2), np.array(lines, bool))
                for spans, lines in glyph["contours"]
                if spans
            ]
            yield Trace(Outline(tuple(contours)), 0.0, 0.0, 0.0, 0, len(images[0])), glyph["milliseconds"]


def report(font: Font, size: int, name: str, rows: list[Row], designers: tuple[int, int]) -> None:
    """Print a line of the table."""
    worst = min(rows, key=lambda row: row.iou)
    near, exact = sum(row.level[1] for row in rows), sum(row.level[0] for row in rows)
    stems = [error for row in rows for error in row.stems]
    share = f"{exact / near:.3f}" if near else "none"
    own = f"{designers[0] / designers[1]:.3f}" if designers[1] else "none"
    cells = (
        font.face.family,
        str(size),
        name,
        f"{np.mean([row.iou for row in rows]):.4f}, {worst.iou:.4f} {chr(worst.code)}",
        f"{np.mean([row.points for row in rows]):.2f}",
        f"{share}, {own}",
        f"{np.std(stems):.2f} of {len(stems)}" if stems else "none",
        f"{np.mean([row.error for row in rows]):.3f}",
        str(sum(row.doubtful for row in rows)),
        f"{sum(row.crossed for row in rows)}, {sum(row.crosses for row in rows)}",
        f"{np.median([row.milliseconds for row in rows]):.1f}",
    )
    print("| " + " | ".join(cells) + " |", flush=True)


def main() -> None:
    """Print a table for all fonts, sizes and tracers."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "fonts", nargs="*", default=[str(bundled_font(n)) for n in (CONTENT_FONT, *STYLE_FONTS)]
    )
    parser.add_argument("--count", type=int, default=COUNT, help="characters of each font")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--rivals", metavar="PYTHON", help="interpreter that has potracer and vtracer")
    given = parser.parse_args()
    tracers: dict[str, Callable[[list[np.ndarray]], Iterator[tuple[Trace, float]]]] = {"fontgan": own_traces}
    if given.rivals:
        for name in RIVALS:
            tracers[name] = lambda images, name=name: rival_traces(given.rivals, name, images)  # type: ignore[misc]
    print(HEADING)
    print("|---" * HEADING.count(" | ") + "|---|")
    for text in given.fonts:
        font = Font(FontLocation.parse(text))
        codes = scattered([code for code in gb2312_level(1) if font.face.draws(code)])[: given.count]
        glyphs = [font.glyph(code) for code in codes]
        designed = [level(glyph.lines) for glyph in glyphs]
        designers = (sum(one[0] for one in designed), sum(one[1] for one in designed))
        for size in given.sizes:
            images = [image for code in codes if (image := font.face.draw(code, Canvas(size))) is not None]
            for name, tracer in tracers.items():
                traces = zip(glyphs, tracer(images), strict=True)
                rows = [measured(font, glyph, made, size, ms) for glyph, (made, ms) in traces]
                report(font, size, name, rows, designers)


if __name__ == "__main__":
    main()

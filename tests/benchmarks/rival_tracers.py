"""Trace pictures with another tool, in an environment of its own: potracer is GPL, neither is needed here.

`python rival_tracers.py potracer|vtracer PICTURES.npy RESULT.json`: the pictures (n, size, size), uint8, 0 =
ink, are enlarged four times by Pillow's bicubic filter, thresholded and traced; the result has the contours
as cubics, in pixels of the picture, and the milliseconds of each. It needs numpy, Pillow and the tool alone.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

ENLARGED = 4
Spans = tuple[list[Any], list[bool]]


def enlarged(image: np.ndarray) -> np.ndarray:
    """Four times as large."""
    side = len(image) * ENLARGED
    return np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC))


def span(start: Any, end: Any, *controls: Any) -> tuple[list[Any], bool]:
    """A line or a cubic as four points, and whether it is a line."""
    if controls:
        return [start, *controls, end], False
    a, b = np.array(start, float), np.array(end, float)
    return [start, (a + (b - a) / 3).tolist(), (b - (b - a) / 3).tolist(), end], True


def potracer(image: np.ndarray) -> Iterator[Spans]:
    """By potrace's method, with its own settings."""
    potrace = importlib.import_module("potrace")
    for curve in potrace.Bitmap(image >= 128).trace():  # what is true is paper
        spans = []
        last = (curve.start_point.x, curve.start_point.y)
        for segment in curve.segments:
            end = (segment.end_point.x, segment.end_point.y)
            if segment.is_corner:
                corner = (segment.c.x, segment.c.y)
                spans += [span(last, corner), span(corner, end)]
            else:
                spans.append(span(last, end, (segment.c1.x, segment.c1.y), (segment.c2.x, segment.c2.y)))
            last = end
        yield [points for points, _ in spans], [line for _, line in spans]


def vtracer(image: np.ndarray) -> Iterator[Spans]:
    """By vtracer's splines, with its own settings; its paths are read from its SVG."""
    tool = importlib.import_module("vtracer")
    dark = np.where(image < 128, 0, 255).astype(np.uint8)
    pixels = [(int(value), int(value), int(value), 255) for value in dark.ravel()]
    size = (image.shape[1], image.shape[0])
    svg = tool.convert_pixels_to_svg(pixels, size=size, colormode="binary", mode="spline", path_precision=3)
    for path, x, y in re.findall(r'<path d="([^"]*)"[^>]*translate\(([-\d.]+),([-\d.]+)\)', svg):
        yield from contours(path, np.array([float(x), float(y)]))


def contours(path: str, offset: np.ndarray) -> Iterator[Spans]:
    """The contours of an SVG path of absolute M, L, C and Z."""
    for part in re.findall(r"M[^M]*", path):
        spans: list[tuple[list[Any], bool]] = []
        last: Any = None
        first: Any = None
        for command, numbers in re.findall(r"([MLC])([^MLCZ]*)", part):
            points = (np.array(re.findall(r"-?[\d.]+", numbers), float).reshape(-1, 2) + offset).tolist()
            if command == "M":
                first = last = points[0]
            for group in range(0, len(points) if command != "M" else 0, 3 if command == "C" else 1):
                own = points[group : group + (3 if command == "C" else 1)]
                spans.append(span(last, own[-1], *own[:-1]))
                last = own[-1]
        if first is not None and last != first:
            spans.append(span(last, first))
        yield [points for points, _ in spans], [line for _, line in spans]


def main() -> None:
    """Trace all pictures with one tool."""
    name, pictures, result = sys.argv[1:]
    tool = {"potracer": potracer, "vtracer": vtracer}[name]
    found = []
    for image in np.load(pictures):
        large = enlarged(image)
        begin = time.process_time()
        traced = list(tool(large))
        milliseconds = (time.process_time() - begin) * 1000
        scaled = [((np.array(spans) / ENLARGED).tolist(), lines) for spans, lines in traced]
        found.append({"contours": scaled, "milliseconds": milliseconds})
    Path(result).write_text(json.dumps(found))


if __name__ == "__main__":
    main()

"""One glyph as SVG: the path, and a document around it."""

from __future__ import annotations

import numpy as np

from fontgan.outlines.outline import Contour, Outline

_DIGITS = 3  # behind the point


def svg_path(outline: Outline) -> str:
    """The `d` of an SVG path, in the outline's unit, y as it is."""
    return " ".join(_contour(contour) for contour in outline.contours)


def svg_document(outline: Outline, box: tuple[float, float, float, float], title: str = "") -> str:
    """An SVG document of a glyph.

    Args:
        outline: with y down.
        box: what is shown of it: the left and the upper edge, width and height, in its unit.
        title: what the glyph is.
    """
    named = f"<title>{_escaped(title)}</title>" if title else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{" ".join(map(_number, box))}">{named}'
        f'<path d="{svg_path(outline)}"/></svg>\n'
    )


def _contour(contour: Contour) -> str:
    parts = [f"M{_pair(contour.points[0, 0])}"]
    for number, (span, line) in enumerate(zip(contour.points, contour.lines, strict=True)):
        if not line:
            parts.append("C" + " ".join(_pair(point) for point in span[1:]))
        elif number < len(contour.lines) - 1:  # the last one is drawn by closing
            parts.append(f"L{_pair(span[3])}")
    return "".join(parts) + "Z"


def _pair(point: np.ndarray) -> str:
    return " ".join(_number(value) for value in point.tolist())


def _number(value: float) -> str:
    text = f"{value:.{_DIGITS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
